"""What is promised about a mention: the first rule that fits it, else what its department promises."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.promise import OfficeHours, Terms, always
from bot.domain.routing import Department


@dataclass(frozen=True, kw_only=True)
class PromiseRule:
    """Conditions that must all hold, an empty one always does; bounds are inclusive. None leaves it to the department."""

    name: str
    departments: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    min_detractor: float = 0.0
    min_promoter: float = 0.0
    min_reach: int = 0
    decide_within: timedelta | None = None
    answer_within: timedelta | None = None
    warn_before: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What of a mention a promise may depend on. The topic and the scores are a person's where one corrected them.

    An unjudged mention has no topic and no scores.
    """

    source: str
    topic: str = ""
    detractor: float = 0.0
    promoter: float = 0.0
    reach: int = 0


def terms_for(rules: tuple[PromiseRule, ...], department: Department, traits: Traits) -> Terms:
    """The first rule that fits wins."""
    rule = next((rule for rule in rules if _fits(rule, department, traits)), None)
    if rule is None:
        return terms_of(department)
    own = terms_of(department)
    return Terms(
        name=rule.name,
        decide_within=own.decide_within if rule.decide_within is None else rule.decide_within,
        answer_within=own.answer_within if rule.answer_within is None else rule.answer_within,
        warn_before=own.warn_before if rule.warn_before is None else rule.warn_before,
        hours=department.office_hours,
    )


def terms_of(department: Department) -> Terms:
    """What a department promises where no rule says otherwise."""
    return Terms(
        decide_within=department.decide_within,
        answer_within=department.answer_within,
        warn_before=department.warn_before,
        hours=department.office_hours,
    )


def counted_hours(department: Department, *, urgent: bool) -> OfficeHours:
    """The hours in which a mention's promises pass: an urgent one's run day and night."""
    return always(department.office_hours.zone) if urgent else department.office_hours


def _fits(rule: PromiseRule, department: Department, traits: Traits) -> bool:
    return all(
        (
            not rule.departments or department.name in rule.departments,
            not rule.topics or traits.topic in rule.topics,
            not rule.sources or traits.source in rule.sources,
            traits.detractor >= rule.min_detractor,
            traits.promoter >= rule.min_promoter,
            traits.reach >= rule.min_reach,
        )
    )
