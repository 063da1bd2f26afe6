"""Whether an answer needs a second pair of eyes before a customer reads it, whose, and why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.routing import in_words

BURST_WITHIN = timedelta(hours=1)
"""The time in which as many mentions of one topic as a rule's `burst` say that something is going on."""


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """Conditions that must all hold; an empty one always holds. Bounds are inclusive.

    `authors` and `approvers` are Slack people and user groups; without approvers whoever may approve at all is asked.
    """

    name: str
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    urgent: bool = False
    min_reach: int = 0
    burst: int = 0
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a rule looks at. `authored` names the rules that name the writer among their authors, `recent` counts mentions
    of the topic within `BURST_WITHIN`, this one among them.
    """

    authored: frozenset[str]
    topic: str
    source: str
    department: str
    urgent: bool
    reach: int
    recent: Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class Need:
    """The rule that holds an answer back, and what of it applies, in words."""

    rule: str
    why: str


def authored_by(rules: Iterable[ApprovalRule], is_one_of: Callable[[Sequence[str]], bool]) -> frozenset[str]:
    """The rules that name the writer among their authors; `is_one_of` knows Slack's people and groups."""
    return frozenset(rule.name for rule in rules if rule.authors and is_one_of(rule.authors))


def approval_needed(rules: Iterable[ApprovalRule], occasion: Occasion) -> Need | None:
    """What the first rule that matches asks for; None where the answer may go at once."""
    for rule in rules:
        if _matches(rule, occasion):
            return Need(rule=rule.name, why=_why(rule, occasion))
    return None


def _matches(rule: ApprovalRule, occasion: Occasion) -> bool:
    return (
        (not rule.authors or rule.name in occasion.authored)
        and (not rule.topics or occasion.topic in rule.topics)
        and (not rule.sources or occasion.source in rule.sources)
        and (not rule.departments or occasion.department in rule.departments)
        and (not rule.urgent or occasion.urgent)
        and occasion.reach >= rule.min_reach
        and (not rule.burst or occasion.recent() >= rule.burst)
    )


def _why(rule: ApprovalRule, occasion: Occasion) -> str:
    reasons = [
        f"{occasion.recent()} mentions of this topic within an hour" if rule.burst else "",
        f"reach {occasion.reach:,}" if rule.min_reach else "",
        "it is urgent" if rule.urgent else "",
        f"topic {in_words(occasion.topic)}" if rule.topics else "",
        f"written on {occasion.source}" if rule.sources else "",
        "who wrote it" if rule.authors else "",
    ]
    return ", ".join(reason for reason in reasons if reason) or "every answer"
