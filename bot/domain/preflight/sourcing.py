"""Sourcing: where facts are put right or figures are given, can a reader check them?"""

import re
from collections.abc import Iterator

from bot.domain.preflight.finding import Concern, Finding
from bot.domain.preflight.phrases import any_line, found, quoted, typed
from bot.domain.preflight.situation import Situation
from bot.domain.triage import Outcome

_LINK = re.compile(r"https?://\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*", re.IGNORECASE)
_DOCUMENT = any_line(
    r"""
    attached
    attachment
    attaching
    screenshots?
    (?:this|the|a|as a) (?:picture|photo|image|chart|drawing|diagram|pdf)
    pages? \d+
    p\.\s?\d+
    (?:section|chapter) \d+
    see (?:the|our) \w+
    link(?:ed)? (?:below|above)
    pinned (?:post|comment)
    """
)
_CLAIMS = any_line(
    r"""
    \d[\d.,]*\s?%
    \d[\d.,]* (?:percent|per cent)
    (?:\d+|one|two|three|four|five|nine) (?:out of|in) (?:\d+|ten|a hundred|\w+ty|\w+ (?:hundred|thousand))
    (?:a|one|two) (?:half|third|quarter|tenth)s? of (?:all|our|the|customers|people|users)
    stud(?:y|ies)(?: \w+)? (?:show|prove|say|find|suggest)s?
    (?:according to|per) (?:(?:a|the|recent|new|independent) )*(?:stud(?:y|ies)|research|tests?|survey|experts?|figures)
    research (?:shows|proves|says|suggests)
    (?:lab|laboratory|independent|safety) tests? (?:show|prove|confirm)s?
    (?:is|are|been) certified
    (?:our|the) (?:records?|logs?|data|figures|numbers|system|tests?)(?: at \w+| here)? (?:show|say|prove|confirm|tell)s?
    statistic(?:s|ally)
    scientific(?:ally)?
    proven
    the law (?:says|requires|demands)
    (?:by law|legally required)
    in fact
    the facts? (?:is|are)
    the truth is
    it is a fact
    (?:twice|(?:two|three|ten|\d+) times) (?:as|more|less|better|safer|faster) \w+
    (?:safest|cheapest|fastest|most reliable|best[- ]selling|number one|market leader|award[- ]winning)
    industry (?:standard|average|leading)
    on average
    """
)


def look_at_sourcing(draft: str, situation: Situation) -> Iterator[Finding]:
    text = typed(draft)
    if _LINK.search(text) or _DOCUMENT.search(text):
        return
    claims = found(_CLAIMS, draft)
    if situation.outcome is Outcome.FIX_THE_FACTS:
        said = "It puts facts right without a source: link a page, or attach a document that shows it."
        yield Finding(concern=Concern.SOURCING, rule="facts", sentence=said, words=claims)
    elif claims:
        said = f"{quoted(claims)}: say where that can be checked, with a link or a document."
        yield Finding(concern=Concern.SOURCING, rule="claim", sentence=said, words=claims)
