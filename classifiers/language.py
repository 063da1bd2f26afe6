"""Which language a text is in: offline naive Bayes over byte n-grams (py3langid), held to common languages.

Measured on tweets, 400 a language: right 97 to 99 % for English, Spanish, French and Arabic, 95 % for Italian, 94 % for
Portuguese, 89 % for German; nothing said for 1 to 7 %. Hindi in Latin letters is not told apart.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from classifiers.verdict import UNKNOWN_LANGUAGE

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_CODES = """
ar bg bn ca cs da de el en es et fa fi fr gu he hi hr hu id it ja kn ko lt lv ml mr ms nl no pa pl pt ro ru sk sl sr
sv sw ta te th tl tr uk ur vi zh
"""
LANGUAGES = tuple(_CODES.split())
ENGLISH_ODDS = 4.0
"""How much more often a mention is English than any other language; without it "great app" has no language at all."""

SURE_ENOUGH = 0.4
_NO_PROSE = re.compile(r"[@#]\w+|http\S*")
_LETTER = re.compile(r"[^\W\d_]")


def detect(text: str) -> str:
    """ISO 639-1 code of `text` as `readable` gives it; UNKNOWN_LANGUAGE where it is too short or too odd."""
    prose = _NO_PROSE.sub(" ", text)
    if not _LETTER.search(prose):
        return UNKNOWN_LANGUAGE
    chances = {code: chance * (ENGLISH_ODDS if code == "en" else 1.0) for code, chance in _identifier().rank(prose)}
    best = max(chances, key=lambda code: chances[code])
    return best if chances[best] >= SURE_ENOUGH * sum(chances.values()) else UNKNOWN_LANGUAGE


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
