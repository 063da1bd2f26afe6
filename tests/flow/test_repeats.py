"""Posts that say the same: one card, a count, and a way out; nothing is brought back and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.lifecycle import State
from bot.domain.repeat import RepeatTerms
from bot.domain.routing import Outcome, Rule
from bot.errors import Refused
from bot.flow import forget, repeats
from bot.flow.desk import answering, deciding
from bot.store import follow
from bot.store.database import Database
from tests.fakes import MovedClock, policy, post
from tests.world import World

TEXT = "I was charged twice by your billing and it is awful how long nobody writes back to me."
OTHER = "The outage took our shop offline for hours and your status page was green all the while."
RULES = (
    Rule(name="spam", outcome=Outcome.FILTER, words=("win a prize",)),
    Rule(name="far", department="care", urgent=True, min_reach=50_000),
)


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, policy(rules=RULES))


def arrived(world: World, *posts: object, source: str = "forum") -> None:
    world.arrive(*posts, source=source)  # type: ignore[arg-type]
    world.run()


def state(world: World, *ids: int) -> list[State]:
    return [world.record(each).state for each in ids]


def test_a_repost_is_folded_under_the_first_wherever_it_stands(world: World) -> None:
    arrived(world, post(1, TEXT))
    before = world.record(1)
    arrived(world, post(2, f"RT @customer1: {TEXT}", reach=900))
    arrived(world, post(3, f"{TEXT} #fail", reach=300), source="blog")
    assert state(world, 1, 2, 3) == [State.OPEN, State.FOLDED, State.FOLDED]
    found = world.card(1).repeats
    assert (found.total, found.people, found.places, found.reach, found.most_reach) == (2, 2, 2, 1_200, 900)
    assert world.record(1).promises == before.promises, "nothing is promised anew"
    assert len(world.slack.shown("#billing")) == 1
    assert world.ledger().balanced
    assert (world.ledger().folded, world.ledger().posted) == (2, 1)
    assert [each.what for each in world.log(1)].count("repeated") == 2


def test_posts_of_one_batch_too(world: World) -> None:
    arrived(world, *(post(number, TEXT) for number in range(1, 6)))
    assert state(world, 1, 2, 3, 4, 5) == [State.OPEN] + [State.FOLDED] * 4
    assert world.card(1).repeats.people == 4


def test_another_matter_has_its_own_card(world: World) -> None:
    arrived(world, post(1, f"{TEXT} Order 1."), post(2, f"{TEXT} Order 2."), post(3, OTHER))
    assert state(world, 1, 2, 3) == [State.OPEN] * 3


def test_other_stars_are_another_opinion(world: World) -> None:
    arrived(world, post(1, TEXT, rating=1.0), post(2, TEXT, rating=4.0), post(3, TEXT, rating=1.0))
    assert state(world, 1, 2, 3) == [State.OPEN, State.OPEN, State.FOLDED]


def test_after_seven_days_it_is_news_again(world: World) -> None:
    arrived(world, post(1, TEXT))
    world.clock.forward(timedelta(days=8))
    arrived(world, post(2, TEXT))
    assert state(world, 1, 2) == [State.OPEN, State.OPEN]


def test_it_can_be_switched_off(world: World) -> None:
    world.policy = replace(world.policy, repeats=RepeatTerms(within=timedelta(0)))
    arrived(world, post(1, TEXT), post(2, TEXT))
    assert state(world, 1, 2) == [State.OPEN, State.OPEN]


def test_what_a_rule_keeps_out_takes_nothing_in_and_stays_out(world: World) -> None:
    spam = f"{TEXT} You can win a prize."
    arrived(world, post(1, spam), post(2, spam))
    assert state(world, 1, 2) == [State.FILTERED, State.FILTERED]


def test_one_that_would_be_urgent_says_so_on_the_first(world: World) -> None:
    arrived(world, post(1, TEXT))
    arrived(world, post(2, TEXT, reach=80_000))
    assert (world.card(1).urgent, world.card(1).repeats.urgent) == (False, 1)


def test_a_closed_one_stays_closed_and_shows_the_next(world: World) -> None:
    arrived(world, post(1, TEXT))
    answering.answer_elsewhere(world.desk, world.click("UANA"), text="We paid it back.")
    arrived(world, post(2, TEXT))
    assert state(world, 1, 2) == [State.ANSWERED, State.FOLDED]
    assert world.card(1).followed_at is None


def test_who_says_it_again_after_our_answer_was_not_helped(world: World) -> None:
    arrived(world, post(1, TEXT, author="kai"))
    arrived(world, post(2, TEXT, author="kai"))
    assert state(world, 2) == [State.FOLDED]
    assert world.card(1).repeats.by_author == 1
    answering.answer_elsewhere(world.desk, world.click("UANA"), text="We paid it back.")
    arrived(world, post(3, TEXT, author="kai"))
    assert state(world, 1, 3) == [State.ANSWERED, State.OPEN]


def test_not_the_same_gets_a_card_of_its_own_and_keeps_it(world: World) -> None:
    arrived(world, post(1, TEXT), post(2, TEXT), post(3, TEXT))
    click = world.click("UANA", 2)
    assert repeats.take_out(world.desk, click) == 1
    assert repeats.take_out(world.desk, click) == 0, "a second delivery"
    world.run()
    assert state(world, 1, 2, 3) == [State.OPEN, State.OPEN, State.FOLDED]
    assert world.card(1).repeats.total == 1
    assert len(world.record(2).promises) == 2
    assert len(world.slack.shown("#billing")) == 2
    assert [each.what for each in world.log(2)].count("unfold") == 1
    assert not world.record(2).corrections
    with pytest.raises(Refused, match="not counted with another post"):
        repeats.take_out(world.desk, world.click("UANA", 2))


def test_a_repeat_that_its_author_changes_stands_for_itself(world: World) -> None:
    arrived(world, post(1, TEXT), post(2, TEXT))
    arrived(world, post(2, f"{TEXT} And my billing address is wrong."))
    assert state(world, 1, 2) == [State.OPEN, State.OPEN]
    assert world.card(1).repeats.total == 0


def test_who_writes_more_after_a_repeat_is_heard(world: World) -> None:
    arrived(world, post(1, TEXT), post(2, TEXT))
    arrived(world, post(3, "Nobody answers me.", author="customer2", thread="post-2"))
    assert state(world, 1, 2, 3) == [State.OPEN, State.OPEN, State.FOLDED]
    assert (world.card(1).repeats.total, world.card(2).follow_ups.total) == (0, 1)
    assert "they wrote again" in [each.detail.get("reason") for each in world.log(2)]
    assert world.ledger().balanced


def test_who_wrote_more_before_it_was_seen_to_be_a_repeat_is_heard(world: World) -> None:
    arrived(world, post(1, TEXT))
    arrived(world, post(2, TEXT), post(3, "Nobody answers me.", author="customer2", thread="post-2"))
    assert state(world, 1, 2, 3) == [State.OPEN, State.OPEN, State.FOLDED]
    assert world.card(2).follow_ups.total == 1


def test_a_repeat_with_a_comma_more_stays(world: World) -> None:
    arrived(world, post(1, TEXT), post(2, TEXT))
    arrived(world, post(2, TEXT.replace(" and it", ", and it")))
    assert state(world, 1, 2) == [State.OPEN, State.FOLDED]


def test_a_first_that_is_changed_hands_the_others_over(world: World) -> None:
    arrived(world, post(1, TEXT), post(2, TEXT), post(3, TEXT))
    arrived(world, post(1, OTHER))
    assert state(world, 1, 2, 3) == [State.OPEN, State.OPEN, State.FOLDED]
    assert (world.card(1).repeats.total, world.card(2).repeats.total) == (0, 1)
    arrived(world, post(4, OTHER))
    assert world.card(1).repeats.total == 1, "it is found by its new words"


def test_a_first_that_is_taken_down_hands_the_others_over(world: World) -> None:
    arrived(world, post(1, TEXT), post(2, TEXT), post(3, TEXT))
    with world.db.write() as session:
        follow.withdraw(session, "forum", "post-1", world.clock())
    world.run()
    assert state(world, 1, 2, 3) == [State.OPEN, State.OPEN, State.FOLDED]
    assert world.card(2).repeats.total == 1
    arrived(world, post(4, TEXT))
    assert world.card(2).repeats.total == 2, "nothing is folded under what was taken down"


def test_a_repeat_that_is_taken_down_does_not_count(world: World) -> None:
    arrived(world, post(1, TEXT), post(2, TEXT))
    with world.db.write() as session:
        follow.withdraw(session, "forum", "post-2", world.clock())
    assert world.card(1).repeats.total == 0
    assert repeats.list_repeats(world.desk, 1, 0).page.repeats[0].withdrawn


def test_the_list_has_pages(world: World) -> None:
    arrived(world, *(post(number, TEXT) for number in range(1, 15)))
    pages = [repeats.list_repeats(world.desk, 1, number).page for number in (0, 1, 7)]
    assert [(page.first, len(page.repeats), page.total) for page in pages] == [(0, 10, 13), (10, 3, 13), (10, 3, 13)]


def test_retention_forgets_a_first_with_all_that_stand_under_it(world: World) -> None:
    arrived(world, post(1, TEXT))
    deciding.decide(world.desk, world.click("UANA"), deciding.Action.DISMISS, "not ours")
    world.clock.forward(timedelta(days=5))
    arrived(world, post(2, TEXT))
    begun = world.clock()
    assert forget.forget_old(world.db, begun + timedelta(days=6), timedelta(days=10)) == 0
    assert forget.forget_old(world.db, begun + timedelta(days=11), timedelta(days=10)) == 1
    assert world.ledger().ingested == 0


def test_bands_are_forgotten_when_nothing_is_folded_under_them_any_more(world: World) -> None:
    arrived(world, post(1, TEXT))
    forget.forget_bands(world.db, world.clock() + timedelta(days=8), timedelta(days=7))
    arrived(world, post(2, TEXT))
    assert state(world, 1, 2) == [State.OPEN, State.OPEN]
