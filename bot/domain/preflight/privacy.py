"""Personal data that a public answer must not carry: numbers, addresses, ways to reach somebody."""

import re
from collections.abc import Iterator

from bot.domain.preflight.finding import Concern, Finding, Words, tickable
from bot.domain.preflight.lexicon import each_word
from bot.domain.preflight.phrases import any_of, found, quoted, typed, words_at
from bot.domain.preflight.situation import Situation
from bot.domain.words import folded

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_ROLES = each_word(
    "support help care hello info contact service services billing accounts team press privacy orders office hi mail"
)

_DIGITS = re.compile(r"(?<![\w/.-])\+?\(?\d(?:[ ()./-]{0,2}\d){6,22}(?![\w/-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_FREE = ("0800", "0808", "0300", "0330", "0333", "0345", "0844", "0845", "0870", "1800", "1888", "+800", "+1800")
"""How numbers begin that only companies have, in Britain and North America."""

_OUR_LINE = any_of(
    "(?:our|the) (?:\\w+ )?(?:line|number|hotline|helpline|phone|desk|switchboard)",
    "help ?line",
    "hotline",
    "(?:call|ring|phone|reach) (?:us|our|the)",
)
_NUMBERED = any_of(
    "(?:order|booking|invoice|customer|account|tracking|parcel|contract|serial|reservation|membership|policy|delivery|consignment)"
    "(?: (?:number|no\\.?|id|code|ref(?:erence)?))?[ :#-]{0,3}(?:is )?#?(?=[\\w-]*\\d)[\\w-]*\\d[\\w-]{3,}"
)
_STREET = re.compile(
    r"\b\d{1,4}[a-z]?,? (?:[A-Z][\w']+ ){1,3}(?:Street|St|Road|Rd|Lane|Avenue|Ave|Close|Drive|Way|Court|Terrace|Place"
    r"|Square|Gardens|Crescent|Hill|Row|Boulevard|Mews|Grove|Park|Green)\b"
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_CARD_DIGITS = range(13, 20)
_PHONE_DIGITS = range(9, 16)


def look_at_privacy(draft: str, situation: Situation) -> Iterator[Finding]:
    text = typed(draft)
    cards = tuple(words for words in _numbers(draft) if _is_card(words.text)) + found(_IBAN, draft)
    if cards:
        said = f"{quoted(cards)}: that looks like somebody's card or bank account. Never in a public answer."
        yield tickable(Finding(concern=Concern.PRIVACY, rule="account", sentence=said, words=cards))
    personal = (
        *(words for words in found(_EMAIL, draft) if not _ours(words.text, situation)),
        *(words for words in _numbers(draft) if _is_phone(words, text)),
        *found(_STREET, draft),
        *found(_POSTCODE, draft),
    )
    if personal:
        said = f"{quoted(personal)}: everybody can read that. Ask for a private message instead."
        yield Finding(concern=Concern.PRIVACY, rule="contact", sentence=said, words=tuple(sorted(personal)))
    numbered = tuple(words for words in found(_NUMBERED, draft) if _last(words.text) not in situation.text)
    if numbered:
        said = f"{quoted(numbered)}: that belongs to a person. Leave it out where everybody reads along."
        yield Finding(concern=Concern.PRIVACY, rule="reference", sentence=said, words=numbered)


def _numbers(draft: str) -> tuple[Words, ...]:
    return tuple(
        words_at(draft, match.start(), match.end())
        for match in _DIGITS.finditer(typed(draft))
        if not _DATE.search(match[0])
    )


def _is_card(text: str) -> bool:
    """By its check digit, or as it stands on a card: four groups of four."""
    digits = _digits(text)
    grouped = re.fullmatch(r"\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}", text) is not None
    return len(digits) in _CARD_DIGITS and (grouped or _luhn(digits))


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _is_phone(words: Words, text: str) -> bool:
    digits = _digits(words.text)
    if len(digits) not in _PHONE_DIGITS or _is_card(words.text):
        return False
    looks = words.text.startswith(("+", "0", "(")) or words.text.count(" ") + words.text.count("-") >= 2
    ours = words.text.replace(" ", "").startswith(_FREE) or _OUR_LINE.search(
        text[max(words.start - 60, 0) : words.start]
    )
    return looks and not ours


def _ours(address: str, situation: Situation) -> bool:
    """A shared mailbox, or one at a domain with our name in it: made to be written to."""
    local, _, domain = address.casefold().partition("@")
    named = any(folded(name).replace(" ", "") in domain.replace("-", "") for name in situation.voice.names)
    return bool(set(folded(local).split()) & _ROLES) or (named and "." not in local)


def _digits(text: str) -> str:
    return "".join(ch for ch in text if ch.isdecimal())


def _last(text: str) -> str:
    return text.split()[-1].lstrip("#")
