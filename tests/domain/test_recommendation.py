from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.label import Score
from bot.domain.recommendation import Thresholds, recommend
from bot.domain.triage import Node, Outcome, advice
from classifiers.verdict import TRIAGE_CLASSES, Verdict
from tests.domain.flows import NO, YES, any_path, asked, verdict


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


# -- irony and people's scores ----------------------------------------------------------------------------------------

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


def test_what_is_just_above_its_threshold_is_a_close_call() -> None:
    assert recommend(verdict(unhappy=0.55)).path[4].is_close
    assert not recommend(verdict(unhappy=0.75)).path[4].is_close
    assert not recommend(verdict(), known_basher=True).path[1].is_close, "a known fact is no probability"


def test_a_detractor_by_a_persons_word_is_not_praising_us() -> None:
    triage = recommend(PRAISED, said=Score.DETRACTOR)
    assert (triage.path[0].answer, triage.path[0].why) == (NO, "a person said detractor")
    assert triage.outcome is Outcome.RESTORATION
    assert triage.short == "Unhappy customer → Put it right (restoration)"


def test_a_promoter_by_a_persons_word_praises_whatever_the_model_read() -> None:
    triage = recommend(verdict(unhappy=0.9, detractor=0.95), said=Score.PROMOTER)
    assert asked(triage) == [Node.DISCOVERY, Node.CONCURRENCE, Node.SHARE_SUCCESS]
    assert triage.outcome is Outcome.SHARE_SUCCESS


def test_passive_lifts_the_veto_and_shares_no_story() -> None:
    vetoed = verdict(positive=0.6, unhappy=0.4, detractor=0.8, promoter=0.9)
    assert recommend(vetoed).path[0].answer is NO
    triage = recommend(vetoed, said=Score.PASSIVE)
    assert (triage.path[0].answer, triage.outcome) == (YES, Outcome.LET_STAND)
    assert triage.path[2].why == "a person said passive"


def test_a_question_that_a_person_calls_passive_is_still_answered() -> None:
    assert recommend(verdict(), said=Score.PASSIVE).outcome is Outcome.RESPOND


def test_a_troll_by_its_words_stays_one_whatever_score_is_said() -> None:
    assert recommend(verdict(troll=0.9), said=Score.DETRACTOR).outcome is Outcome.MONITOR


def test_a_persons_score_settles_irony() -> None:
    ironic = replace(PRAISED, irony=0.9)
    assert recommend(ironic).proviso
    for said in Score:
        assert recommend(ironic, said=said).proviso == ""


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


@given(read=verdicts(), known_basher=st.booleans(), said=st.none() | st.sampled_from(Score))
def test_every_path_ends_in_an_outcome_and_keeps_the_order(
    read: Verdict, known_basher: bool, said: Score | None
) -> None:
    any_path(recommend(read, known_basher=known_basher, said=said))
