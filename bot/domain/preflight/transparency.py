"""Transparency: does a reader learn from the draft that its writer belongs to the company?"""

import re
from collections.abc import Iterator

from bot.domain.preflight.finding import Concern, Finding
from bot.domain.preflight.phrases import any_of, found, sentences, typed
from bot.domain.preflight.situation import Situation

_OURS = any_of("we", "we're", "we've", "we'll", "we'd", "us", "our", "ours", "ourselves")
_MINE = any_of("i", "i'm", "i've", "i'll", "i'd", "my", "me", "here", "team", "speaking")
_BUYER = any_of(
    "bought", "own", "owned", "ordered", "purchased", "fan", "customer of", "got mine", "have mine", "my mum's"
)
_EMPLOYED = any_of(
    "(?:i|we) (?:work|speak|answer|write|am|'m) (?:here )?(?:for|on behalf of) (?:the company|the makers?|the manufacturer)",
    "on behalf of the (?:company|team|makers?|manufacturer)",
    "i work (?:here|there|for them)",
)
_ACTS = "will|would|can|could|has (?:sent|given|asked|written)|sends|gives|regrets|apologi[sz]es|thanks|is (?:sorry|sending)"
_SIGNED_WORDS = 7
"""A last line or last words no longer than that, with our name in them, are a signature."""

_CALLED_WORDS = 4
"""A sentence no longer than that says who speaks, wherever it stands: `Teo from Simmerwick.`"""

_LINK = re.compile(r"https?://\S+|\bwww\.\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+)+(?:/\S*)?")


def look_at_transparency(draft: str, situation: Situation) -> Iterator[Finding]:
    if not situation.voice.names or says_who_we_are(typed(draft), situation):
        return
    company = situation.voice.names[0]
    named = tuple(words for name in situation.voice.names for words in found(_name(name), draft))
    if named:
        said = f"It names {company}, but not as a word of {company}'s own: say that you belong there, “I work for {company}”."
    else:
        said = f"Nothing in it says that you belong to {company}: add “I work for {company}”, or sign with its name."
    yield Finding(concern=Concern.TRANSPARENCY, rule="affiliation", sentence=said, words=named)


def says_who_we_are(text: str, situation: Situation) -> bool:
    """Whether anybody reading only this would know; our name in a link does not tell who wrote."""
    draft = _LINK.sub(" ", text)
    if any(sign and sign.casefold() in draft.casefold() for sign in situation.voice.signatures):
        return True
    if _EMPLOYED.search(draft):
        return True
    company = _name(situation.voice.names[0])
    if company.search(draft) and (
        _OURS.search(draft) or _signed(draft, company) or _acts(draft, situation.voice.names[0])
    ):
        return True
    return any(_our_product(draft, name) for name in situation.voice.names[1:]) or any(
        company.search(part) and _MINE.search(part) and not _BUYER.search(part) for part in sentences(draft)
    )


def _name(name: str) -> re.Pattern[str]:
    return any_of(re.escape(name).replace(r"\ ", " ") + "(?:'s)?")


def _acts(draft: str, name: str) -> bool:
    """`Simmerwick will send you …` promises what only we can."""
    return bool(any_of(f"{re.escape(name)} (?:{_ACTS})").search(draft))


def _signed(draft: str, company: re.Pattern[str]) -> bool:
    parts = sentences(draft)
    short = [part for part in parts if len(part.split()) <= _CALLED_WORDS]
    last = [part for part in (*parts[-1:], draft.strip().split("\n")[-1]) if len(part.split()) <= _SIGNED_WORDS]
    return any(company.search(part) for part in (*short, *last))


def _our_product(draft: str, name: str) -> bool:
    return bool(any_of(f"our (?:\\w+ )?{re.escape(name)}").search(draft))
