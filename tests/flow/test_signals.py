"""Quiet mentions that add up raise exactly one card; what comes at once, or has nothing in common, raises none."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.lifecycle import State
from bot.domain.posting import PostingKind
from bot.domain.repeat import RepeatTerms
from bot.domain.signal import Conclusion, SignalTerms
from bot.errors import Refused, Taken
from bot.flow import signals as flow
from bot.flow.desk import claiming, deciding
from bot.flow.signals import say_no_pattern, say_real, signal_of, weigh_waiting
from bot.flow.vectors import place_waiting
from bot.store import signals
from bot.store.database import Database
from tests.fake_nearness import FakeNearness
from tests.fakes import MovedClock, policy, post
from tests.world import World

WARM = "The charging case gets warm overnight, billing"
OTHERS = (
    "billing: how do I change the address",
    "Where is the invoice of March, billing",
    "billing page has tiny letters",
    "Gift vouchers anywhere? billing",
    "I moved house, billing wants a form",
)
SOURCES = ("forum", "reviews", "microblog")


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    """Its customers say nearly the same, and each of them is to stand alone."""
    return World(database, clock, replace(policy(), repeats=RepeatTerms(within=timedelta(0))))


def hear(world: World, texts: Sequence[str], *, every: timedelta, first: int = 1, **fields: object) -> int:
    """Each text by somebody else, in turn in all sources, one after the other; the number of signals raised."""
    raised = 0
    for number, text in enumerate(texts, start=first):
        written = post(number, text, posted_at=world.clock(), **fields)
        world.arrive(written, source=SOURCES[number % len(SOURCES)])
        raised += weigh(world)
        world.clock.forward(every)
    return raised


def weigh(world: World) -> int:
    world.think()
    while place_waiting(world.db, FakeNearness(), world.clock):
        pass
    return weigh_waiting(world.db, world.policy, world.clock())


def cards(world: World, channel: str = "#billing") -> list[tuple[int, int]]:
    """The signal cards in a channel: id and how many mentions each shows."""
    world.run()
    shown = [each.content.signal for each in world.slack.shown(channel) if each.content.kind is PostingKind.SIGNAL]
    return [(each.id, len(each.members)) for each in shown if each is not None]


def said(number: int) -> list[str]:
    return [f"{WARM} {word}" for word in ("a", "b", "c", "d", "e", "f", "g")[:number]]


def test_five_quiet_mentions_over_ten_days_raise_exactly_one_card(world: World) -> None:
    assert hear(world, said(5), every=timedelta(days=2)) == 1
    assert cards(world) == [(1, 5)]
    signal = signal_of(world.desk, 1)
    assert signal.shared == ("billing", "case", "charging", "overnight", "warm")
    assert [each.mention_id for each in signal.members] == [1, 2, 3, 4, 5]
    assert signal.lead == 5
    assert all("signal_raised" in world.whats(mention_id) for mention_id in range(1, 6))
    assert weigh_waiting(world.db, world.policy, world.clock()) == 0
    assert cards(world) == [(1, 5)]


def test_a_title_stands_apart_from_the_text(world: World) -> None:
    assert hear(world, said(5), every=timedelta(days=2), title="Warm case") == 1
    assert signal_of(world.desk, 1).members[0].text == f"Warm case: {said(1)[0]}"


def test_four_raise_none(world: World) -> None:
    assert hear(world, said(4), every=timedelta(days=2)) == 0
    assert cards(world) == []


def test_five_in_one_hour_are_a_storm_and_no_weak_signal(world: World) -> None:
    assert hear(world, said(5), every=timedelta(minutes=12)) == 0
    assert cards(world) == []


def test_five_over_too_long_a_time_raise_none(world: World) -> None:
    assert hear(world, said(5), every=timedelta(days=4)) == 0


def test_mentions_with_nothing_in_common_raise_none(world: World) -> None:
    assert hear(world, OTHERS, every=timedelta(days=2)) == 0


def test_one_person_who_says_it_five_times_is_one_voice(world: World) -> None:
    assert hear(world, said(5), every=timedelta(days=2), author="wilf") == 0


def test_one_source_alone_raises_none(database: Database, clock: MovedClock) -> None:
    world = World(database, clock)
    for number, text in enumerate(said(5), start=1):
        world.arrive(post(number, text, posted_at=world.clock()))
        assert weigh(world) == 0
        clock.forward(timedelta(days=2))


def test_what_is_urgent_praise_or_not_about_us_is_not_quiet(world: World) -> None:
    hear(world, said(4), every=timedelta(days=2))
    world.arrive(post(5, f"{WARM}, love it, great", posted_at=world.clock()))
    assert weigh(world) == 0
    world.arrive(post(6, WARM, posted_at=world.clock()))
    world.think()
    deciding.decide(world.desk, world.click("UANA", 6), deciding.Action.DISMISS, "another Acme")
    assert weigh(world) == 0


def test_later_ones_raise_the_count_on_the_same_card(world: World) -> None:
    hear(world, said(5), every=timedelta(days=1))
    world.run()
    assert hear(world, said(7)[5:], every=timedelta(days=1), first=6) == 0
    assert cards(world) == [(1, 7)]
    assert len([each for each in world.slack.shown("#billing") if each.content.kind is PostingKind.SIGNAL]) == 1
    assert "signal_joined" in world.whats(7)


def test_looks_real_claims_the_lead_mention_once(world: World) -> None:
    hear(world, said(5), every=timedelta(days=1))
    click = world.click("UANA", 5)
    card = say_real(world.desk, click, 1)
    assert (card.state, card.claim and card.claim.owner) == (State.CLAIMED, "UANA")
    say_real(world.desk, click, 1)
    signal = signal_of(world.desk, 1)
    assert (signal.outcome, signal.closed_by) == (Conclusion.REAL, "UANA")
    assert world.whats(5).count("signal_real") == 1
    with pytest.raises(Taken, match="looked at this already") as taken:
        say_real(world.desk, world.click("UBEN", 5), 1)
    assert taken.value.owner == "UANA"
    with pytest.raises(Taken):
        say_no_pattern(world.desk, world.click("UBEN", 5), 1, "no")


def test_looks_real_stands_also_where_somebody_has_the_lead(world: World) -> None:
    hear(world, said(5), every=timedelta(days=1))
    claiming.claim(world.desk, world.click("UBEN", 5))
    card = say_real(world.desk, world.click("UANA", 5), 1)
    assert card.claim is not None
    assert card.claim.owner == "UBEN"
    assert signal_of(world.desk, 1).outcome is Conclusion.REAL


def test_no_pattern_needs_a_reason_and_does_not_come_again(world: World) -> None:
    hear(world, said(5), every=timedelta(days=1))
    with pytest.raises(Refused, match="say why"):
        say_no_pattern(world.desk, world.click("UANA", 5), 1, "  ")
    say_no_pattern(world.desk, world.click("UANA", 5), 1, "the cases were in the sun")
    assert hear(world, said(7)[5:], every=timedelta(days=1), first=6) == 0
    ((signal_id, _),) = cards(world)
    assert signal_of(world.desk, signal_id).closed_reason == "the cases were in the sun"
    assert "signal_joined" not in world.whats(7)


def test_a_crash_before_it_is_written_loses_and_doubles_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(world, said(4), every=timedelta(days=1))

    class Killed(Exception):
        pass

    def crash(_point: str) -> None:
        raise Killed

    world.arrive(post(5, said(5)[4], posted_at=world.clock()), source="reviews")
    with monkeypatch.context() as patch:
        patch.setattr(flow, "crash_point", crash)
        with pytest.raises(Killed):
            weigh(world)
    assert weigh_waiting(world.db, world.policy, world.clock()) == 1
    assert weigh_waiting(world.db, world.policy, world.clock()) == 0
    assert cards(world) == [(1, 5)]


def test_two_bots_that_look_at_once_raise_one(world: World) -> None:
    """Both see five; the second to write finds that they have a signal, and undoes its own."""
    hear(world, said(4), every=timedelta(days=1))
    world.arrive(post(5, said(5)[4], posted_at=world.clock()), source="reviews")
    world.think()
    place_waiting(world.db, FakeNearness(), world.clock)
    with world.db.read() as session:
        seen_by_second = signals.around(session, 5, world.policy.signals, world.clock())
    assert weigh_waiting(world.db, world.policy, world.clock()) == 1
    assert seen_by_second is not None
    with pytest.raises(flow._Contended), world.db.write() as session:
        flow._take_in(session, world.policy, seen_by_second, world.clock())
    assert cards(world) == [(1, 5)]


def test_four_bots_at_once_raise_one(world: World) -> None:
    hear(world, said(3), every=timedelta(days=1))
    for number in (4, 5, 6, 7):
        written = post(number, said(7)[number - 1], posted_at=world.clock())
        world.arrive(written, source=SOURCES[number % len(SOURCES)])
    world.think()
    place_waiting(world.db, FakeNearness(), world.clock)
    with ThreadPoolExecutor(4) as bots:
        looks = [bots.submit(weigh_waiting, world.db, world.policy, world.clock()) for _ in range(4)]
    raised = sum(each.result() for each in looks) + weigh_waiting(world.db, world.policy, world.clock())
    assert raised == 1
    assert cards(world) == [(1, 7)]


def test_none_is_looked_for_where_the_configuration_says_so(database: Database, clock: MovedClock) -> None:
    world = World(database, clock, replace(policy(), signals=SignalTerms(mentions=0)))
    assert hear(world, said(5), every=timedelta(days=1)) == 0
