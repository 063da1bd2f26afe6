"""How single values of a post are read, whatever source they come from. Text that says nothing usable gives nothing."""

import hashlib
import math
import re
from collections.abc import Iterable
from urllib.parse import urljoin

from bot.domain.mention import clean
from bot.sources.formats.markup import tidy

MAX_URL = 2_000
MAX_LINE = 500
MAX_SENTENCE = 300
MAX_CONTEXT = 2_000
MOST_STARS = 5.0


def web_address(text: str, base: str) -> str:
    """The absolute address where it is one of the web and of a bearable length, else nothing."""
    written = clean(text).strip()
    try:
        address = urljoin(base, written) if written else ""
    except ValueError:
        return ""
    is_web = address.lower().startswith(("http://", "https://"))
    return address if is_web and len(address) <= MAX_URL and not any(ch.isspace() for ch in address) else ""


def prose(text: str) -> str:
    """A text of many lines: clean, with tidy line ends, marked where it is cut."""
    # Twice: `clean` takes carriage returns for control characters, and what it takes away may have hidden a space.
    return tidy(clean(tidy(text)))


def line(text: str) -> str:
    """A title or a name: clean, on one line, marked where it is cut."""
    return _cut(" ".join(clean(text).split()), MAX_LINE)


def shortened(text: str) -> str:
    """What a post answers or quotes, as far as a reader needs it, marked where it is cut."""
    return _cut(text, MAX_CONTEXT)


def sentence(text: str, *, hiding: Iterable[str] = ()) -> str:
    """Why a place refuses us, in its own words: on one line, marked where it is cut, without the secrets of ours in `hiding`."""
    for secret in filter(None, hiding):
        text = text.replace(secret, "…")
    return _cut(line(text), MAX_SENTENCE)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def count(text: str) -> int | None:
    """Followers or points; points can be below zero."""
    digits = text.strip()
    return int(digits) if re.fullmatch(r"-?[0-9]{1,15}", digits) else None


def stars(text: str, most: str = "") -> float | None:
    """Stars on a scale to five; what is not a number between one and five then is no rating."""
    try:
        number = float(text) * MOST_STARS / (float(most) if most else MOST_STARS)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and 1 <= number <= MOST_STARS else None


def language(text: str) -> str:
    """The primary subtag of BCP 47: "pt-BR" → "pt"; nothing for "und" and what is no tag."""
    tag = text.strip().replace("_", "-").split("-")[0].lower()
    return tag if tag.isascii() and tag.isalpha() and 2 <= len(tag) <= 3 and tag not in ("und", "mul", "zxx") else ""


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
