from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Finding,
    Node,
    Outcome,
    Thresholds,
    Triage,
    advice,
    override,
    recommend,
)
from classifiers.verdict import TRIAGE_CLASSES, Verdict

YES, NO = Answer.YES, Answer.NO


def verdict(*, detractor: float = 0.1, promoter: float = 0.1, reply: float = 0.9, **triage: float) -> Verdict:
    """Named classes have the given share; "other" has the rest."""
    shares = dict.fromkeys(TRIAGE_CLASSES, 0.0) | triage
    shares["other"] = 1.0 - sum(triage.values())
    return Verdict(
        topics={"brand": 1.0},
        detractor=detractor,
        promoter=promoter,
        triage=shares,
        reply=reply,
        language="en",
        why=(),
        model="test",
    )


def answered(**answers: Answer) -> Triage:
    """A triage with these answers; every other question is answered with no."""
    return Triage(findings=tuple(Finding(node=node, answer=answers.get(node, NO), why="given") for node in QUESTIONS))


def asked(triage: Triage) -> list[Node]:
    return [finding.node for finding in triage.path]


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


# -- what the model's probabilities answer ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "outcome"),
    [
        (verdict(unhappy=0.8, detractor=0.9), Outcome.RESTORATION),
        (verdict(unhappy=0.8, detractor=0.9, reply=0.2), Outcome.LET_STAND),
        (verdict(misguided=0.7), Outcome.FIX_THE_FACTS),
        (verdict(troll=0.7), Outcome.MONITOR),
        (verdict(rager=0.7), Outcome.MONITOR),
        (verdict(positive=0.9, promoter=0.8), Outcome.SHARE_SUCCESS),
        (verdict(positive=0.9, promoter=0.3), Outcome.LET_STAND),
        (verdict(positive=0.9, promoter=0.8, reply=0.2), Outcome.LET_STAND),
        (verdict(), Outcome.RESPOND),
        (verdict(reply=0.2), Outcome.LET_STAND),
    ],
)
def test_the_recommendation_follows_the_verdict(read: Verdict, outcome: Outcome) -> None:
    assert recommend(read).outcome is outcome


def test_a_rant_that_also_holds_a_wrong_fact_stops_at_the_rant() -> None:
    triage = recommend(verdict(rager=0.65, misguided=0.35))
    assert asked(triage) == [Node.DISCOVERY, Node.TROLL, Node.RAGER]
    assert triage.outcome is Outcome.MONITOR


def test_a_class_is_weighed_against_what_earlier_questions_left_over() -> None:
    """Unhappy has less than half of all, and the most of what is not positive."""
    triage = recommend(verdict(positive=0.4, unhappy=0.4))
    assert triage.path[-2].why == "unhappy 67%"
    assert triage.outcome is Outcome.RESTORATION


def test_silence_needs_more_evidence_than_an_answer() -> None:
    assert recommend(verdict(rager=0.55, unhappy=0.45)).outcome is Outcome.RESTORATION
    assert recommend(verdict(rager=0.55, unhappy=0.45), thresholds=Thresholds(rager=0.5)).outcome is Outcome.MONITOR


def test_praise_from_a_likely_detractor_is_not_taken_as_praise() -> None:
    triage = recommend(verdict(positive=0.6, unhappy=0.4, detractor=0.8))
    assert triage.path[0].answer is NO
    assert triage.path[0].why == "positive 60%, but detractor (estimated) 80%"
    assert triage.outcome is Outcome.RESTORATION


def test_a_sliver_of_probability_silences_nobody() -> None:
    triage = recommend(verdict(positive=0.95, troll=0.05, detractor=0.8))
    assert triage.path[1].why == "no evidence"
    assert triage.outcome is Outcome.RESPOND


def test_a_known_basher_is_a_troll_whatever_the_model_reads() -> None:
    triage = recommend(verdict(unhappy=0.9), known_basher=True)
    assert triage.outcome is Outcome.MONITOR
    assert triage.path[-1].why == "recorded as a site or author dedicated to bashing"


def test_a_known_basher_who_praises_is_asked_about_praise_first() -> None:
    triage = recommend(verdict(positive=0.9, promoter=0.9), known_basher=True)
    assert triage.outcome is Outcome.SHARE_SUCCESS


def test_a_class_that_the_model_does_not_know_is_no_evidence() -> None:
    read = verdict(unhappy=0.9)
    without = Verdict(**{**vars(read), "triage": {"unhappy": 0.9, "other": 0.1}})
    triage = recommend(without)
    assert [finding.why for finding in triage.path] == ["no evidence"] * 4 + [
        "unhappy 90%",
        "a good company replies 90%",
    ]
    assert triage.outcome is Outcome.RESTORATION


def test_each_step_of_the_path_says_what_was_asked_and_why_it_was_answered_so() -> None:
    first = recommend(verdict(unhappy=0.9)).path[0]
    assert (first.question, first.answer, first.why) == ("Is the post positive or balanced?", NO, "positive 0%")


# -- override ---------------------------------------------------------------------------------------------------------


def test_an_override_goes_on_from_the_overridden_question() -> None:
    triage = recommend(verdict(rager=0.6, unhappy=0.4))
    changed = override(triage, Node.RAGER, NO, reason=" a customer, and angry ")
    assert asked(changed)[:3] == asked(triage)
    assert changed.outcome is Outcome.RESTORATION
    rager = changed.path[2]
    assert (rager.why, rager.by_hand) == ("a customer, and angry", True)


def test_an_override_back_gives_the_first_path() -> None:
    triage = recommend(verdict(unhappy=0.9))
    back = override(override(triage, Node.TROLL, YES, reason="a troll"), Node.TROLL, NO, reason="not a troll")
    assert back.edges == triage.edges


def test_a_question_that_was_not_asked_cannot_be_overridden() -> None:
    triage = recommend(verdict(rager=0.9))
    with pytest.raises(ValueError, match="does not ask “misguided”"):
        override(triage, Node.MISGUIDED, YES, reason="wrong price")


def test_an_outcome_cannot_be_overridden_as_if_it_were_a_question() -> None:
    with pytest.raises(ValueError, match="does not ask"):
        override(recommend(verdict(rager=0.9)), Node.MONITOR_ONLY, NO, reason="answer it")


def test_an_override_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        override(recommend(verdict()), Node.DISCOVERY, YES, reason=" ")


def test_a_triage_answers_every_question_once_and_in_order() -> None:
    findings = recommend(verdict()).findings
    for wrong in (findings[1:], findings[::-1], (*findings, findings[0]), ()):
        with pytest.raises(ValueError, match="ten questions"):
            Triage(findings=wrong)


# -- what people read -------------------------------------------------------------------------------------------------


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


def test_the_summary_marks_what_a_person_decided() -> None:
    triage = override(recommend(verdict(unhappy=0.9, troll=0.05)), Node.TROLL, YES, reason="only ever posts this")
    assert triage.summary == "Monitor only: not positive → troll (by hand)"


PRAISED = verdict(positive=0.9, promoter=0.8)


def test_praise_that_may_be_ironic_is_taken_for_praise_with_a_proviso() -> None:
    triage = recommend(replace(PRAISED, irony=0.8))
    assert triage.outcome is Outcome.SHARE_SUCCESS
    assert triage.summary == (
        "Share our story (share success), if meant seriously: positive or balanced → worth a reply"
    )
    assert triage.findings[0].why == "positive 90%, but irony 80%"
    assert advice(triage)[0].startswith("If meant seriously: Thank them")


def test_irony_below_its_bound_and_irony_in_a_complaint_change_nothing() -> None:
    assert recommend(replace(PRAISED, irony=0.79)) == recommend(PRAISED)
    complaint = verdict(unhappy=0.9, detractor=0.9)
    assert recommend(replace(complaint, irony=0.9)) == recommend(complaint)


def test_a_person_who_says_that_it_is_positive_takes_the_proviso_away() -> None:
    triage = override(recommend(replace(PRAISED, irony=0.9)), Node.DISCOVERY, YES, reason="she always writes so")
    assert triage.proviso == ""


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


# -- properties -------------------------------------------------------------------------------------------------------

probabilities = st.floats(0, 1)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    weights = draw(st.lists(st.floats(0, 1), min_size=6, max_size=6).filter(lambda each: sum(each) > 0.01))
    shares = {name: weight / sum(weights) for name, weight in zip(TRIAGE_CLASSES, weights, strict=True)}
    known = draw(st.sets(st.sampled_from(TRIAGE_CLASSES), max_size=2))
    return Verdict(
        topics={"brand": 1.0},
        detractor=draw(probabilities),
        promoter=draw(probabilities),
        triage={name: share for name, share in shares.items() if name not in known},
        reply=draw(probabilities),
        language="en",
        why=(),
        model="test",
    )


def any_path(triage: Triage) -> None:
    """What holds for every triage, however it came about."""
    nodes = asked(triage)
    assert nodes[0] is Node.DISCOVERY
    assert len(set(nodes)) == len(nodes) == len(triage.edges)
    order = [Node.DISCOVERY, Node.TROLL, Node.RAGER, Node.MISGUIDED, Node.UNHAPPY_CUSTOMER]
    evaluated = [node for node in nodes if node in order]
    assert evaluated == order[: len(evaluated)]
    for step, following in zip(triage.edges, triage.edges[1:], strict=False):
        assert step.target is following.source
    assert triage.edges[-1].target in {Node.MONITOR_ONLY, Node.LET_STAND, Node.CONSIDERATIONS}
    assert triage.outcome in Outcome
    assert triage.summary.startswith(TITLES[triage.outcome])


@given(read=verdicts(), known_basher=st.booleans())
def test_every_path_ends_in_an_outcome_and_keeps_the_order(read: Verdict, known_basher: bool) -> None:
    any_path(recommend(read, known_basher=known_basher))


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
    changed = override(triage, nodes[place], answer, reason="seen")
    any_path(changed)
    assert changed.path[:place] == triage.path[:place]
    assert changed.path[place].answer is answer
