"""Which answers wait for a second pair of eyes."""

from dataclasses import replace

import pytest

from bot.domain.approval import ApprovalRule, Need, Occasion, approval_needed, authored_by

TRAINEES = ApprovalRule(name="trainees", authors=("@tim", "@new-people"))
LOUD = ApprovalRule(name="many readers", min_reach=10_000)
STORM = ApprovalRule(name="storm", burst=20, topics=("outage",))

AN_ANSWER = Occasion(
    authored=frozenset(),
    topic="billing",
    source="forum",
    department="care",
    urgent=False,
    reach=0,
    recent=lambda: 1,
)


def test_without_rules_every_answer_goes_at_once() -> None:
    assert approval_needed((), AN_ANSWER) is None


def test_what_no_rule_matches_goes_at_once() -> None:
    assert approval_needed((TRAINEES, LOUD, STORM), AN_ANSWER) is None


def test_a_rule_for_authors_holds_only_those_that_slack_says_are_meant() -> None:
    theirs = replace(AN_ANSWER, authored=frozenset({"trainees"}))
    assert approval_needed((LOUD, TRAINEES), theirs) == Need(rule="trainees", why="who wrote it")
    asked: list[tuple[str, ...]] = []

    def is_one_of(references: object) -> bool:
        asked.append(tuple(references))  # type: ignore[arg-type]
        return True

    assert authored_by((TRAINEES, LOUD), is_one_of) == {"trainees"}
    assert asked == [("@tim", "@new-people")], "nobody is looked up for a rule that names nobody"


@pytest.mark.parametrize(
    ("rule", "occasion", "why"),
    [
        (LOUD, {"reach": 10_000}, "reach 10,000"),
        (STORM, {"topic": "outage", "recent": lambda: 20}, "20 mentions of this topic within an hour, topic outage"),
        (ApprovalRule(name="now", urgent=True), {"urgent": True}, "it is urgent"),
        (ApprovalRule(name="there", sources=("forum",)), {}, "written on forum"),
        (ApprovalRule(name="care", departments=("care",)), {}, "every answer"),
        (ApprovalRule(name="all"), {}, "every answer"),
    ],
)
def test_the_reason_names_what_of_the_rule_applies(rule: ApprovalRule, occasion: dict[str, object], why: str) -> None:
    assert approval_needed((rule,), replace(AN_ANSWER, **occasion)) == Need(rule=rule.name, why=why)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "occasion",
    [{"topic": "outage", "recent": lambda: 19}, {"topic": "billing", "recent": lambda: 500}],
)
def test_all_conditions_of_a_rule_have_to_hold(occasion: dict[str, object]) -> None:
    assert approval_needed((STORM,), replace(AN_ANSWER, **occasion)) is None  # type: ignore[arg-type]


def test_nothing_is_counted_where_the_topic_is_another() -> None:
    def count() -> int:
        raise AssertionError("a query for nothing")

    assert approval_needed((STORM,), replace(AN_ANSWER, recent=count)) is None


def test_the_first_rule_that_matches_decides() -> None:
    both = replace(AN_ANSWER, authored=frozenset({"trainees"}), reach=50_000)
    assert approval_needed((LOUD, TRAINEES), both) == Need(rule="many readers", why="reach 50,000")
