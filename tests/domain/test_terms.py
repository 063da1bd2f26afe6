"""What is promised: the first rule that fits, else the department's own word."""

from datetime import timedelta

import pytest

from bot.domain.terms import PromiseRule, Traits, counted_hours, terms_for
from tests.fakes import department

CARE = department("care")
QUICK = timedelta(minutes=15)


def rule(**asked: object) -> PromiseRule:
    return PromiseRule(name="quick", decide_within=QUICK, **asked)  # type: ignore[arg-type]


WRITTEN = Traits(source="forum", topic="billing", detractor=0.8, promoter=0.1, reach=500)


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({}, True),
        ({"departments": ("care",)}, True),
        ({"departments": ("billing",)}, False),
        ({"topics": ("billing", "outage")}, True),
        ({"topics": ("outage",)}, False),
        ({"sources": ("forum",)}, True),
        ({"sources": ("Reviews",)}, False),
        ({"min_detractor": 0.8}, True),
        ({"min_detractor": 0.81}, False),
        ({"min_promoter": 0.1}, True),
        ({"min_promoter": 0.2}, False),
        ({"min_reach": 500}, True),
        ({"min_reach": 501}, False),
        ({"topics": ("billing",), "min_reach": 501}, False),
    ],
)
def test_a_rule_holds_where_all_its_conditions_do(asked: dict[str, object], fits: bool) -> None:
    terms = terms_for((rule(**asked),), CARE, WRITTEN)
    assert (terms.name, terms.decide_within) == (("quick", QUICK) if fits else ("", CARE.decide_within))


def test_what_a_rule_leaves_out_the_department_promises() -> None:
    terms = terms_for((rule(),), CARE, WRITTEN)
    assert (terms.answer_within, terms.warn_before, terms.hours) == (
        CARE.answer_within,
        CARE.warn_before,
        CARE.office_hours,
    )


def test_the_first_rule_that_fits_wins() -> None:
    slow = PromiseRule(name="slow", decide_within=timedelta(days=1))
    assert terms_for((rule(min_reach=501), slow, rule()), CARE, WRITTEN).name == "slow"


def test_what_was_not_judged_has_no_score_to_go_by() -> None:
    unjudged = Traits(source="forum", reach=10)
    assert terms_for((rule(min_detractor=0.1), rule(topics=("billing",))), CARE, unjudged).name == ""


def test_an_urgent_one_is_counted_day_and_night_in_the_departments_zone() -> None:
    assert counted_hours(CARE, urgent=False) is CARE.office_hours
    assert counted_hours(CARE, urgent=True).round_the_clock
