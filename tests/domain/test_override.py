from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.label import Score
from bot.domain.override import Override, otherwise, override, with_overrides
from bot.domain.recommendation import recommend
from bot.domain.triage import FLIPPED, QUESTIONS, Answer, Edge, Node, Outcome, Triage
from tests.domain.flows import NO, YES, answered, any_path, asked, verdict
from tests.domain.test_triage import FOUR_OF_OURS, SIXTEEN

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


def ruling(node: Node | str, answer: Answer, reason: str = "seen", by: str = "UANA") -> Override:
    return Override(node=Node(node), answer=answer, reason=reason, by=by, at=NOW)


@pytest.mark.parametrize(
    ("before", "node", "answer", "target"),
    [case[1:] for case in SIXTEEN + FOUR_OF_OURS],
    ids=[case[0] for case in SIXTEEN + FOUR_OF_OURS],
)
def test_an_override_takes_any_edge(before: Mapping[str, Answer], node: str, answer: Answer, target: Node) -> None:
    """Whatever the question, whoever answered it the other way first: the path goes on along the person's edge."""
    triage = answered(**{**before, node: FLIPPED[answer]})
    changed = override(triage, ruling(node, answer))
    assert Edge(source=Node(node), answer=answer, target=target) in changed.edges
    assert otherwise(triage, Node(node)) is changed.outcome
    any_path(changed)


def test_an_override_goes_on_from_the_overridden_question() -> None:
    triage = recommend(verdict(rager=0.6, unhappy=0.4))
    changed = override(triage, ruling(Node.RAGER, NO, " a customer, and angry "))
    assert asked(changed)[:3] == asked(triage)
    assert changed.outcome is Outcome.RESTORATION
    rager = changed.path[2]
    assert (rager.why, rager.by, rager.at, rager.by_hand) == ("a customer, and angry", "UANA", NOW, True)
    assert rager.replaced == triage.path[2], "what the model had said stays known"
    assert changed.overrides == (rager,)


@pytest.mark.parametrize("node", ["concurrence", "fix_the_facts", "restoration", "share_success", "final_evaluation"])
def test_that_we_do_not_wish_to_respond_leads_to_silence_or_to_the_last_question(node: str) -> None:
    before = {
        "concurrence": {"discovery": YES},
        "fix_the_facts": {"misguided": YES},
        "restoration": {"unhappy_customer": YES},
        "share_success": {"discovery": YES, "concurrence": YES},
        "final_evaluation": {},
    }[node]
    changed = override(answered(**{**before, node: YES}), ruling(node, NO))
    assert changed.outcome is Outcome.LET_STAND


def test_an_override_back_gives_the_first_path() -> None:
    triage = recommend(verdict(unhappy=0.9))
    back = override(override(triage, ruling(Node.TROLL, YES)), ruling(Node.TROLL, NO))
    assert back.edges == triage.edges
    assert back.path[1].replaced == triage.path[1], "the model's answer, not the first person's"


def test_the_latest_of_a_question_holds() -> None:
    triage = recommend(verdict(unhappy=0.9))
    said = [ruling("troll", YES, "a troll"), ruling("troll", NO, "a customer", by="UBEN")]
    assert with_overrides(triage, said).path[1].by == "UBEN"


def test_one_that_the_path_no_longer_asks_sleeps_until_it_is_asked_again() -> None:
    triage = recommend(verdict(unhappy=0.9))
    unwished = [ruling("restoration", NO), ruling("final_evaluation", NO)]
    assert with_overrides(triage, unwished).outcome is Outcome.LET_STAND
    praised = with_overrides(triage, [*unwished, ruling("discovery", YES)])
    assert praised.overrides == (praised.path[0],)
    assert with_overrides(triage, unwished).outcome is Outcome.LET_STAND


def test_nothing_said_changes_nothing() -> None:
    triage = recommend(verdict(unhappy=0.9))
    assert with_overrides(triage, []) == triage
    assert triage.overrides == ()


def test_a_question_that_was_not_asked_cannot_be_overridden() -> None:
    triage = recommend(verdict(rager=0.9))
    with pytest.raises(ValueError, match="does not ask “misguided”"):
        override(triage, ruling(Node.MISGUIDED, YES))


def test_an_outcome_cannot_be_overridden_as_if_it_were_a_question() -> None:
    with pytest.raises(ValueError, match="does not ask"):
        override(recommend(verdict(rager=0.9)), ruling(Node.MONITOR_ONLY, NO))


def test_an_override_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        ruling(Node.DISCOVERY, YES, " ")


def test_the_summary_marks_what_a_person_decided() -> None:
    triage = override(recommend(verdict(unhappy=0.9, troll=0.05)), ruling(Node.TROLL, YES))
    assert triage.summary == "Monitor only: not positive → troll (by hand)"
    assert triage.short == "Troll → Monitor only"


def test_a_person_who_says_that_it_is_positive_takes_the_proviso_away() -> None:
    praised = recommend(replace(verdict(positive=0.9, promoter=0.8), irony=0.9))
    assert praised.proviso
    assert override(praised, ruling(Node.DISCOVERY, YES)).proviso == ""


def test_an_override_goes_before_a_persons_score_too() -> None:
    """The score says who speaks; the answer speaks of this very question."""
    triage = recommend(verdict(unhappy=0.9), said=Score.PROMOTER)
    assert override(triage, ruling(Node.DISCOVERY, NO)).path[0].answer is NO


@given(
    answers=st.lists(st.sampled_from(Answer), min_size=10, max_size=10),
    place=st.integers(0, 9),
    answer=st.sampled_from(Answer),
)
def test_every_override_keeps_what_was_before_it_and_ends_in_an_outcome(
    answers: list[Answer], place: int, answer: Answer
) -> None:
    triage = answered(**dict(zip(QUESTIONS, answers, strict=True)))
    nodes = asked(triage)
    place %= len(nodes)
    changed = override(triage, ruling(nodes[place], answer))
    any_path(changed)
    assert changed.path[:place] == triage.path[:place]
    assert changed.path[place].answer is answer


answers_to_some = st.lists(st.tuples(st.sampled_from(list(QUESTIONS)), st.sampled_from(Answer)), max_size=12)


@given(answers=st.lists(st.sampled_from(Answer), min_size=10, max_size=10), said=answers_to_some)
def test_any_overrides_in_any_order_end_in_an_outcome(answers: list[Answer], said: list[tuple[Node, Answer]]) -> None:
    triage = answered(**dict(zip(QUESTIONS, answers, strict=True)))
    rulings = [ruling(node, answer) for node, answer in said]
    changed: Triage = with_overrides(triage, rulings)
    any_path(changed)
    latest = dict(said)
    assert {each.node: each.answer for each in changed.overrides}.items() <= latest.items()
