from collections.abc import Mapping

import pytest

from bot.domain.recommendation import recommend
from bot.domain.triage import (
    CHART,
    CONSIDERATIONS,
    FLOW,
    OURS,
    QUESTIONS,
    TITLES,
    Answer,
    Consideration,
    Edge,
    Node,
    Outcome,
    Triage,
    advice,
)
from classifiers.verdict import Verdict
from tests.domain.flows import NO, YES, answered, verdict

# Each edge of the chart by its number in the facts, and the answers that lead to the box it starts from.
TO_CONCURRENCE = {"discovery": YES}
TO_SHARE_SUCCESS = {"discovery": YES, "concurrence": YES}
SIXTEEN = [
    ("1 yes → 6", {}, "discovery", YES, Node.CONCURRENCE),
    ("1 no → 2", {}, "discovery", NO, Node.TROLL),
    ("2 yes → 7", {}, "troll", YES, Node.MONITOR_ONLY),
    ("2 no → 3", {}, "troll", NO, Node.RAGER),
    ("3 yes → 7", {}, "rager", YES, Node.MONITOR_ONLY),
    ("3 no → 4", {}, "rager", NO, Node.MISGUIDED),
    ("4 yes → 8", {}, "misguided", YES, Node.FIX_THE_FACTS),
    ("4 no → 5", {}, "misguided", NO, Node.UNHAPPY_CUSTOMER),
    ("5 yes → 9", {}, "unhappy_customer", YES, Node.RESTORATION),
    ("5 no → 12", {}, "unhappy_customer", NO, Node.FINAL_EVALUATION),
    ("6 yes → 11", TO_CONCURRENCE, "concurrence", YES, Node.SHARE_SUCCESS),
    ("6 no → 10", TO_CONCURRENCE, "concurrence", NO, Node.LET_STAND),
    ("8 yes → considerations", {"misguided": YES}, "fix_the_facts", YES, Node.CONSIDERATIONS),
    ("9 yes → considerations", {"unhappy_customer": YES}, "restoration", YES, Node.CONSIDERATIONS),
    ("11 yes → considerations", TO_SHARE_SUCCESS, "share_success", YES, Node.CONSIDERATIONS),
    ("12 yes → considerations", {}, "final_evaluation", YES, Node.CONSIDERATIONS),
]
FOUR_OF_OURS = [
    ("8 no → 12", {"misguided": YES}, "fix_the_facts", NO, Node.FINAL_EVALUATION),
    ("9 no → 12", {"unhappy_customer": YES}, "restoration", NO, Node.FINAL_EVALUATION),
    ("11 no → 10", TO_SHARE_SUCCESS, "share_success", NO, Node.LET_STAND),
    ("12 no → 10", {}, "final_evaluation", NO, Node.LET_STAND),
]


@pytest.mark.parametrize(
    ("before", "node", "answer", "target"),
    [case[1:] for case in SIXTEEN + FOUR_OF_OURS],
    ids=[case[0] for case in SIXTEEN + FOUR_OF_OURS],
)
def test_an_edge_is_taken(before: Mapping[str, Answer], node: str, answer: Answer, target: Node) -> None:
    triage = answered(**{**before, node: answer})
    assert Edge(source=Node(node), answer=answer, target=target) in triage.edges


def test_the_chart_has_twelve_boxes_and_sixteen_edges_and_we_added_four() -> None:
    assert len(set(Node) - {Node.CONSIDERATIONS}) == 12
    assert {(Node(n), a): t for _, _, n, a, t in SIXTEEN} == dict(CHART)
    assert {(Node(n), a): t for _, _, n, a, t in FOUR_OF_OURS} == dict(OURS)
    assert set(FLOW) == {(node, answer) for node in QUESTIONS for answer in Answer}


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"troll": YES}, Outcome.MONITOR),
        ({"rager": YES}, Outcome.MONITOR),
        ({"misguided": YES, "fix_the_facts": YES}, Outcome.FIX_THE_FACTS),
        ({"misguided": YES, "final_evaluation": YES}, Outcome.RESPOND),
        ({"misguided": YES}, Outcome.LET_STAND),
        ({"unhappy_customer": YES, "restoration": YES}, Outcome.RESTORATION),
        ({"unhappy_customer": YES, "final_evaluation": YES}, Outcome.RESPOND),
        ({"discovery": YES, "concurrence": YES, "share_success": YES}, Outcome.SHARE_SUCCESS),
        ({"discovery": YES, "concurrence": YES}, Outcome.LET_STAND),
        ({"discovery": YES}, Outcome.LET_STAND),
        ({"final_evaluation": YES}, Outcome.RESPOND),
        ({}, Outcome.LET_STAND),
    ],
)
def test_where_answers_lead(answers: Mapping[str, Answer], outcome: Outcome) -> None:
    assert answered(**answers).outcome is outcome


def test_a_triage_answers_every_question_once_and_in_order() -> None:
    findings = recommend(verdict()).findings
    for wrong in (findings[1:], findings[::-1], (*findings, findings[0]), ()):
        with pytest.raises(ValueError, match="ten questions"):
            Triage(findings=wrong)


@pytest.mark.parametrize(
    ("read", "summary"),
    [
        (
            verdict(unhappy=0.9),
            "Put it right (restoration): not positive → no troll → no rant → no wrong facts → bad experience",
        ),
        (verdict(troll=0.9), "Monitor only: not positive → troll"),
        (verdict(positive=0.9), "Let it stand: positive or balanced → worth a reply → no story to share"),
        (
            verdict(),
            "Reply (final evaluation): not positive → no troll → no rant → no wrong facts → no bad experience",
        ),
    ],
)
def test_the_summary_is_one_line(read: Verdict, summary: str) -> None:
    assert recommend(read).summary == summary


@pytest.mark.parametrize(
    ("answers", "short"),
    [
        ({"unhappy_customer": YES, "restoration": YES}, "Unhappy customer → Put it right (restoration)"),
        ({"unhappy_customer": YES}, "Unhappy customer → not ours to put right → no reply → Let it stand"),
        ({"misguided": YES, "fix_the_facts": YES}, "Wrong facts → Answer with the facts (fix the facts)"),
        ({"rager": YES}, "Rant or joke → Monitor only"),
        ({"discovery": YES}, "Positive or balanced → needs no reply → Let it stand"),
        ({"final_evaluation": YES}, "Neither praise nor complaint → Reply (final evaluation)"),
    ],
)
def test_the_short_path_says_what_the_post_is_and_what_follows(answers: Mapping[str, Answer], short: str) -> None:
    assert answered(**answers).short == short


def test_there_are_five_considerations_with_a_sentence_each() -> None:
    assert set(CONSIDERATIONS) == set(Consideration)
    assert len(CONSIDERATIONS) == 5
    assert all(sentence.endswith(".") for sentence in CONSIDERATIONS.values())


def test_advice_is_the_outcomes_own_sentence_and_the_considerations() -> None:
    by_outcome = {}
    for answers in (
        {"troll": YES},
        {},
        {"final_evaluation": YES},
        {"misguided": YES, "fix_the_facts": YES},
        {"unhappy_customer": YES, "restoration": YES},
        {"discovery": YES, "concurrence": YES, "share_success": YES},
    ):
        triage = answered(**answers)
        first, *rest = advice(triage)
        assert rest == list(CONSIDERATIONS.values())
        by_outcome[triage.outcome] = first
    assert set(by_outcome) == set(Outcome) == set(TITLES)
    assert len(set(by_outcome.values())) == len(Outcome)
    assert "notify headquarters" in by_outcome[Outcome.MONITOR]
