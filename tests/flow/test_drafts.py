"""Vectors are made when nothing is to be judged; drafts are answers that like mentions were given."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.lifecycle import Action
from bot.domain.repeat import RepeatTerms
from bot.domain.saved_reply import SavedReply
from bot.errors import Refused
from bot.flow import drafts
from bot.flow.desk import answering, deciding
from bot.flow.vectors import BATCH, place_waiting
from bot.store import saved_replies, vectors
from bot.store.database import Database
from tests.fake_nearness import FakeNearness
from tests.fakes import START, MovedClock, policy, post
from tests.world import World, posts

DOUBLE = "You charged my card two times for one kettle, billing"


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    """Its customers say nearly the same, and each of them is to stand alone."""
    return World(database, clock, replace(policy(), repeats=RepeatTerms(within=timedelta(0))))


@pytest.fixture
def nearness() -> FakeNearness:
    return FakeNearness()


def place_all(world: World, nearness: FakeNearness) -> int:
    placed = 0
    while some := place_waiting(world.db, nearness, world.clock):
        placed += some
    return placed


def answered(world: World, number: int, text: str, answer: str) -> None:
    world.arrive(post(number, text))
    world.think()
    answering.answer_elsewhere(world.desk, world.click("UANA", number), text=answer, link="https://forum.test/a")
    world.clock.minutes(1)


def test_every_mention_gets_its_vector_once_and_anew_when_its_author_changes_it(
    world: World, nearness: FakeNearness
) -> None:
    world.arrive(*posts(BATCH + 3))
    world.think()
    assert place_all(world, nearness) == BATCH + 3
    assert place_all(world, nearness) == 0
    world.clock.minutes(1)
    world.arrive(post(2, "billing: something else altogether"))
    world.think()
    assert place_all(world, nearness) == 1
    assert "something else" in nearness.asked[-1]
    assert place_all(world, nearness) == 0


def test_new_mentions_are_judged_first(world: World, nearness: FakeNearness) -> None:
    world.arrive(*posts(2))
    assert place_all(world, nearness) == 0
    world.think()
    assert place_all(world, nearness) == 2


def test_an_encoder_that_fails_is_asked_again(world: World, nearness: FakeNearness) -> None:
    world.arrive()
    world.think()
    nearness.down = True
    assert place_all(world, nearness) == 0
    nearness.down = False
    assert place_all(world, nearness) == 1


def test_another_encoder_compares_all_anew(world: World, nearness: FakeNearness) -> None:
    world.arrive(*posts(2))
    world.think()
    place_all(world, nearness)
    other = FakeNearness()
    other.name = "words-2"
    assert place_all(world, other) == 2


def test_a_mention_erased_meanwhile_is_left_out(world: World, nearness: FakeNearness) -> None:
    with world.db.write() as session:
        vectors.save(session, nearness.name, {4711: nearness.vectors(["billing"])[0]}, world.clock())
        assert not vectors.has_vector(session, 4711)


def test_a_draft_is_the_answer_of_the_likest_mention_with_blanks(world: World, nearness: FakeNearness) -> None:
    answered(world, 1, f"{DOUBLE}!", "Hi Customer, we sent back £79 today. Ana")
    answered(world, 2, "The outage page loads for ever", "It is up again, sorry.")
    world.arrive(post(3, f"{DOUBLE}, again"))
    world.think()
    place_all(world, nearness)
    found = drafts.suggestions(world.desk, 3, "Ben Okafor")
    (similar,) = found.similar
    assert similar.text == "Hi [name], we sent back [amount] [date]. [your name]"
    assert (similar.mention_id, similar.by, similar.permalink) == (1, "UANA", "https://forum.test/a")
    assert similar.question == f"{DOUBLE}!"
    assert drafts.LEAST_LIKENESS < similar.likeness <= 1
    assert found.why_none == ""


def test_three_drafts_are_the_most_the_likest_first(world: World, nearness: FakeNearness) -> None:
    for number, extra in enumerate(("", "sorry", "sorry really", "sorry really much"), start=1):
        answered(world, number, f"{DOUBLE} {extra}", f"Answer for it {extra}.")
    world.arrive(post(5, DOUBLE, author_name="Eva"))
    world.think()
    place_all(world, nearness)
    found = drafts.suggestions(world.desk, 5, "Ben").similar
    assert [each.mention_id for each in found] == [1, 2, 3]
    assert sorted((each.likeness for each in found), reverse=True) == [each.likeness for each in found]


def test_nothing_alike_is_no_draft_and_said(world: World, nearness: FakeNearness) -> None:
    answered(world, 1, "The outage page loads for ever", "It is up again, sorry.")
    world.arrive(post(2, DOUBLE))
    world.think()
    assert "still to be compared" in drafts.suggestions(world.desk, 2, "").why_none
    place_all(world, nearness)
    found = drafts.suggestions(world.desk, 2, "")
    assert found.similar == ()
    assert "nothing like it" in found.why_none


def test_what_was_dismissed_or_never_arrived_gives_no_draft(world: World, nearness: FakeNearness) -> None:
    world.arrive(post(1, DOUBLE), post(2, DOUBLE))
    world.think()
    answering.write_answer(world.desk, world.click("UANA", 1), "Copied, and never said to be there.")
    answering.answer_elsewhere(world.desk, world.click("UANA", 2), text="It was for another Acme.")
    deciding.reopen(world.desk, world.click("UANA", 2))
    deciding.decide(world.desk, world.click("UANA", 2), Action.DISMISS, "another Acme")
    world.arrive(post(3, DOUBLE))
    world.think()
    place_all(world, nearness)
    assert drafts.suggestions(world.desk, 3, "").similar == ()


def test_the_last_answer_of_a_mention_counts(world: World, nearness: FakeNearness) -> None:
    answered(world, 1, DOUBLE, "That was it.")
    deciding.reopen(world.desk, world.click("UANA", 1))
    answering.answer_elsewhere(world.desk, world.click("UANA", 1), text="That was not quite it.")
    world.arrive(post(2, DOUBLE))
    world.think()
    place_all(world, nearness)
    assert [each.text for each in drafts.suggestions(world.desk, 2, "").similar] == ["That was not quite it."]


def test_saved_replies_of_the_department_and_of_all_come_filled(world: World) -> None:
    with world.db.write() as session:
        for number, department in enumerate(("billing", "care", ""), start=1):
            text = "Hi {author}, {agent} of {company} ({team}): {link}"
            made = SavedReply(
                id=0, title=f"T{number}", text=text, department=department, created_at=START, updated_at=START
            )
            saved_replies.add(session, made)
        saved_replies.was_used(session, 3, world.clock())
    world.arrive()
    world.think()
    found = drafts.suggestions(world.desk, 1, "Ben Okafor").saved
    assert [each.reply.title for each in found] == ["T3", "T1"]
    assert found[0].text == "Hi Customer 1, Ben Okafor of Acme (Billing): https://forum.test/1"
    assert "[your name] of Acme" in drafts.suggestions(world.desk, 1, "").saved[0].text


def test_an_answer_written_out_of_a_saved_reply_counts_as_a_use_once(world: World) -> None:
    with world.db.write() as session:
        made = SavedReply(id=0, title="T", text="Hi", created_at=START, updated_at=START)
        reply_id = saved_replies.add(session, made).id
    world.arrive()
    world.think()
    click = world.click("UANA")
    for _ in range(2):
        answering.write_answer(world.desk, click, "Hi", answering.Writing(saved_reply=reply_id))
    (ready,) = drafts.suggestions(world.desk, 1, "").saved
    assert (ready.reply.used, ready.reply.last_used_at) == (1, world.clock())


def test_an_erased_mention_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="erased"):
        drafts.suggestions(world.desk, 99, "")
