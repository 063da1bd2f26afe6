"""A draft is an answer that was given before, with what was true of that customer only taken out: blanks for a person to fill.

Rather a blank too many than a fact too few: whatever has a figure in it goes, and so does a name that nobody wrote now.
Written for English, where a capital letter inside a sentence is a name; in German most nouns become blanks.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.words import folded


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An answer that reached a customer, and how like the mention at hand the one is that it was given to (at most 1)."""

    answer_id: int
    mention_id: int
    likeness: float
    text: str
    by: str
    at: datetime
    permalink: str
    question: str
    author: str
    author_name: str


NAME, AGENT, LINK = "name", "your name", "link"
BLANKS = (NAME, AGENT, LINK, "e-mail", "phone", "address", "amount", "date", "time", "number")
"""What can stand in brackets in a draft: `[name]`."""

_MONTH = (
    "January|February|March|April|June|July|August|September|October|November|December"
    "|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\\.?"
)
_DAY = "Mondays?|Tuesdays?|Wednesdays?|Thursdays?|Fridays?|Saturdays?|Sundays?"
_ROAD = "Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Drive|Close|Way|Place|Square|Court|Row|Hill|Gardens|Terrace"
_MONEY = "EUR|USD|GBP|CHF|euros?|dollars?|pounds?|pence|cents?|quid"
_SITES = "com|net|org|io|de|uk|co|eu|app|shop|info|fr|at|ch|ie|test|example"
_FACTS = re.compile(
    rf"""
    (?P<kept>\[(?:{"|".join(BLANKS)})\])
  | (?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
  | (?P<link>(?:https?://|www\.)\S*[\w/]|\b[\w-]+(?:\.[\w-]+)*\.(?:{_SITES})\b(?:/\S*[\w/])?)
  | (?P<handle>(?<!\w)@\w[\w.-]*\w)
  | (?P<address>\b\d+[a-zA-Z]?\s+(?:[A-Z][\w']+\s+){{1,3}}(?:{_ROAD})\b
      |\b[A-Z]{{1,2}}\d[A-Z\d]?\s?\d[A-Z]{{2}}\b
      |\b[A-ZÄÖÜ]\w*(?:straße|strasse|str\.|weg|platz|gasse|allee)\s+\d+\w?)
  | (?P<amount>[£$€¥]\s?\d[\d.,]*\d?|\b\d+(?:[.,]\d+)*\s?(?:[£€$¥%]|(?:{_MONEY}|per\s?cent)\b))
  | (?P<time>\b\d{{1,2}}:\d{{2}}(?:\s?[ap]\.?m\b)?|\b\d{{1,2}}\s?[ap]\.?m\b)
  | (?P<date>\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[./]\d{{1,2}}[./](?:\d{{4}}|\d{{2}})\b
      |\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:of\s)?(?:{_MONTH}|May)\b(?:\s\d{{4}})?
      |\b(?:{_MONTH}|May)\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}})?
      |\b(?:{_MONTH})(?!\w)|(?<=\bin\s)May\b|(?<=\bfrom\s)May\b|(?<=\buntil\s)May\b|(?<=\bsince\s)May\b
      |(?i:\b(?:next|last|this)\s(?:week|month|weekend|{_DAY})\b)|\b(?:{_DAY})\b
      |(?i:\b(?:today|tomorrow|yesterday|tonight)\b))
  | (?P<phone>(?<![\w.])\+?\d[\d\s()/-]{{6,}}\d\b)
  | (?P<number>\#?\b(?=[\w./-]*\d)\w+(?:[./-]\w+)*
      |(?i:\b(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?\b))
    """,
    re.VERBOSE,
)
_BLANK_OF = {"email": "e-mail", "handle": NAME}
_GREETED = re.compile(
    r"\A\s*(?P<hello>(?:Hi|Hello|Hey|Dear|Good (?:morning|afternoon|evening)))\s+"
    r"(?P<who>(?:(?:Mr|Mrs|Ms|Mx|Dr|Prof)\.\s)?[^\n,!.?:–-]{1,60})"
)
_SIGNED = re.compile(
    r"(?:\n?(?i:\b(?:regards|wishes|best|yours|cheers|thanks|greetings),?)\s*[,\n–—-]?\s*|[\n–—]\s*|(?<=[.!?])\s+-?\s*)"
    r"(?P<who>[A-Z][\w'-]+(?:\s[A-Z][\w'.-]+)?)(?P<house>(?:\s(?:at|from|of)\s|,\s)[^\n.,]{1,40})?\s*\Z"
)
_WORD = re.compile(r"\[[^\[\]\n]{1,12}\]|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE_ENDS = frozenset('.!?:\n…“"(•')
_ANY_BLANK = re.compile(rf"\[(?:{'|'.join(BLANKS)})\]", re.IGNORECASE)
_ANY_FIELD = re.compile(r"\{[a-z_ -]{2,24}\}")
_STARTERS_IN_A_ROW = """
a account after again all also although an and any are as ask at be because before best between both but by can
cheers could dear did do does don't each either else enjoy every fair for from give glad good got great had half
has have he hello here hey hi his hope how i if in instead is it it's its just keep leave let like look make may
meanwhile more most much my never new nice no not nothing now of on once one only open or our over please put
right see send set she should since so some soon sorry still such take tap tell thank thanks that that's the
their them then there these they this those though till to together too try under understood unplug until up use
very was we we'll we're we've well were what when where whether which while who why will wish with without would
write yes yet you you'll you're your
"""
_STARTERS = frozenset(_STARTERS_IN_A_ROW.split())
"""Words that begin sentences and are no names."""


def blanks(text: str) -> tuple[str, ...]:
    """What is still to be filled in, as it stands in the text, each once: `[name]`, or a saved reply's `{field}`."""
    found = [*_ANY_BLANK.finditer(text), *_ANY_FIELD.finditer(text)]
    return tuple(dict.fromkeys(match[0] for match in sorted(found, key=lambda match: match.start())))


def draft_of(accepted: Accepted, *, ours: Iterable[str], now_said: str, common: Collection[str] = ()) -> str:
    """The answer with blanks. `ours` are names that stay (company, products), `now_said` is the mention that it is for.

    `common` are words that are known to be no names: those that somebody wrote in small letters.
    """
    text = _GREETED.sub(_greeting, accepted.text.strip())
    text = _SIGNED.sub(_signature, text)
    text = _FACTS.sub(_fact, text)
    known = words_of(" ".join([*ours, now_said]))
    customers = {word for name in (accepted.author, accepted.author_name) for word in words_of(name)} - _STARTERS
    return _without_names(text, known - customers | words_of(" ".join(ours)), _STARTERS | set(common) - customers)


def words_of(text: str) -> set[str]:
    return set(folded(text).split())


def plain_words(texts: Iterable[str]) -> set[str]:
    """Words that stand in small letters somewhere in these texts."""
    return {word.casefold() for text in texts for word in _WORD.findall(text) if word.islower()}


def _greeting(match: re.Match[str]) -> str:
    who = match["who"].strip()
    return match[0] if not who or who.islower() else f"{match['hello']} [{NAME}]"


def _signature(match: re.Match[str]) -> str:
    """Only what looks like a name: `Thanks` alone is none."""
    if match["who"].casefold() in _STARTERS:
        return match[0]
    start, end = match.span("who")
    before, after = match.string[match.start() : start], match.string[end : match.end()]
    return f"{before}[{AGENT}]{after}"


def _fact(match: re.Match[str]) -> str:
    kind = str(match.lastgroup)
    return match[0] if kind == "kept" else f"[{_BLANK_OF.get(kind, kind)}]"


def _without_names(text: str, known: Collection[str], common: Collection[str]) -> str:
    """Capitals that are nobody's here become `[name]`: inside a sentence all but `known`, at its start all but common words."""

    def judged(match: re.Match[str]) -> str:
        word = match[0]
        bare = folded(word.removesuffix("'s").removesuffix("’s"))
        if word.startswith("[") or not word[0].isupper() or bare in ("i", "i m", "i d", "i ll", "i ve", "ok"):
            return word
        if all(part in known for part in bare.split()):
            return word
        before = text[: match.start()].rstrip(" ")
        starts = not before or before[-1] in _SENTENCE_ENDS
        if starts and (word.casefold().replace("’", "'") in common or bare in common):
            return word
        return f"[{NAME}]"

    return re.sub(rf"\[{NAME}\](?:\s\[{NAME}\])+", f"[{NAME}]", _WORD.sub(judged, text))
