"""Useful or not: once a person, mention and channel, the last word holds, and every word is in the log."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.domain.card import Subscription
from bot.domain.rating import Unhelpful, Usefulness
from bot.errors import Refused
from bot.flow.desk.rating import opinions, rate
from bot.flow.subscribe import subscribe, subscriptions_of
from bot.store.database import Database
from tests.fakes import MovedClock, post
from tests.world import World


@pytest.fixture
def made(database: Database, clock: MovedClock) -> World:
    made = World(database, clock)
    wish(made)
    made.arrive(post(1), post(2, "charged for nothing, billing is awful"), post(3, "the outage is awful"))
    made.run()
    return made


def wish(made: World, **filters: object) -> Subscription:
    base = Subscription(id=0, channel="CFEED", created_by="UANA", created_at=made.clock())
    return subscribe(made.desk, replace(base, **filters), f"form-{filters}")  # type: ignore[arg-type]


def opinion(made: World) -> Usefulness:
    (subscription,) = subscriptions_of(made.desk, "CFEED")
    return opinions(made.desk, "CFEED", [subscription])[subscription.id].usefulness


def test_each_person_counts_once_and_may_change_their_mind(made: World) -> None:
    rate(made.desk, made.click("UANA"), "CFEED", useful=False, reason=Unhelpful.NOISY)
    rate(made.desk, made.click("UBEN"), "CFEED", useful=False, reason=Unhelpful.KNOWN)
    assert opinion(made).not_useful == 2
    rate(made.desk, made.click("UANA"), "CFEED", useful=True)
    assert opinion(made) == Usefulness(useful=1, not_useful=1, top_reason="already known")


def test_every_word_is_in_the_log_with_the_one_before(made: World) -> None:
    rate(made.desk, made.click("UANA"), "CFEED", useful=False, reason=Unhelpful.NOISY)
    rate(made.desk, made.click("UANA"), "CFEED", useful=True)
    said = [(each.actor, dict(each.detail)) for each in made.log() if each.what == "rated"]
    assert said == [
        ("UANA", {"channel": "CFEED", "before": "", "after": "not useful (too noisy)"}),
        ("UANA", {"channel": "CFEED", "before": "not useful (too noisy)", "after": "useful"}),
    ]


def test_a_second_delivery_changes_nothing(made: World) -> None:
    for _ in range(2):
        rate(made.desk, made.click("UANA", key="same"), "CFEED", useful=True)
    assert made.whats().count("rated") == 1
    with pytest.raises(Refused, match="You said so already: useful"):
        rate(made.desk, made.click("UANA"), "CFEED", useful=True)


def test_a_word_against_it_needs_a_reason(made: World) -> None:
    with pytest.raises(Refused, match="why"):
        rate(made.desk, made.click("UANA"), "CFEED", useful=False, reason="  ")


def test_the_mention_itself_stays_as_it_is(made: World) -> None:
    before = made.record()
    rate(made.desk, made.click("UANA"), "CFEED", useful=False, reason=Unhelpful.WRONG_TOPIC)
    assert made.record() == before


def test_another_channels_words_are_its_own(made: World) -> None:
    rate(made.desk, made.click("UANA"), "COTHER", useful=False, reason=Unhelpful.NOISY)
    assert opinion(made) == Usefulness()


def test_a_narrower_subscription_takes_the_place_of_the_wider(made: World) -> None:
    for number in (1, 2):
        rate(made.desk, made.click("UANA", number), "CFEED", useful=False, reason=Unhelpful.WRONG_TOPIC)
    rate(made.desk, made.click("UANA", 3), "CFEED", useful=True)
    (wide,) = subscriptions_of(made.desk, "CFEED")
    found = opinions(made.desk, "CFEED", [wide])[wide.id].narrower
    assert found is not None
    assert "billing" not in found.wish.topics
    narrow = subscribe(made.desk, found.wish, "narrow", instead_of=wide.id)
    assert subscriptions_of(made.desk, "CFEED") == [narrow]
    assert subscribe(made.desk, found.wish, "narrow", instead_of=wide.id) == narrow, "a second delivery"
    with pytest.raises(Refused, match="ended meanwhile"):
        subscribe(made.desk, replace(found.wish, min_promoter=0.5), "late", instead_of=wide.id)
    assert subscriptions_of(made.desk, "CFEED") == [narrow]


def test_what_was_said_goes_with_the_mention(made: World) -> None:
    rate(made.desk, made.click("UANA"), "CFEED", useful=True)
    with made.db.write() as session:
        session.execute(text("DELETE FROM mentions WHERE id = 1"))
    assert opinion(made) == Usefulness()
