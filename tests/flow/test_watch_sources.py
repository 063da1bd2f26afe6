"""A source that is not heard any more: one message to the operators, changed when it is over."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.domain.period import parse_period
from bot.domain.posting import PostingState
from bot.errors import GiveUp, Retry
from bot.flow import watch_sources as watching
from bot.flow.deliver import Bulletin, failed_postings, retry_failed
from bot.flow.report import engagement
from bot.flow.source_list import list_sources
from bot.slack.blocks.bulletins import bulletin_message
from bot.slack.blocks.sources import unheard_in_report
from bot.store.database import Database
from tests.fakes import LOST_REPLY, NEVER_ARRIVED, START, FakeSource, MovedClock, batch, policy, post
from tests.flow.test_ingest import know, poll_due
from tests.flow.test_ingest_more import CAP, Shop, standing
from tests.world import World, minutes

OPS = "#ops"
DOWN = Retry("the forum does not answer", after=minutes(5))
REFUSED = GiveUp("the token is refused: make a new one")


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, policy(ops_channel=OPS))


def watch(world: World, configured: Mapping[str, FakeSource]) -> None:
    """One look at every source, and what it has to say is posted and drawn."""
    watching.watch_sources(world.db, world.policy, configured, world.clock())
    world.deliver()
    world.draw()


def told(world: World) -> list[str]:
    """What stands in the operators' channel."""
    return [bulletin_message(each.content.body).text for each in world.slack.shown(OPS)]


def fail_for(world: World, configured: dict[str, FakeSource], span: timedelta) -> None:
    until = world.clock() + span
    while world.clock() < until:
        for source in configured.values():
            source.will(DOWN)
        poll_due(world, configured)
        watch(world, configured)
        world.clock.minutes(10)


def recover(world: World, configured: dict[str, FakeSource]) -> None:
    for source in configured.values():
        source._script.clear()
    world.clock.now = max(world.clock(), standing(world).next_at, standing(world).rest_until or START)
    poll_due(world, configured)
    watch(world, configured)


def test_a_place_that_is_down_for_a_while_is_nobody_s_business(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    fail_for(world, configured, minutes(50))
    assert told(world) == []


def test_a_place_that_stays_down_is_told_once_and_its_message_says_when_it_is_over(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    fail_for(world, configured, timedelta(days=3))
    [text] = told(world)
    assert text.startswith("🔕 “forum” is not heard. Nothing can be read there since <!date^")
    assert "the forum does not answer. Earshot goes on trying" in text
    recover(world, configured)
    [text] = told(world)
    assert text.startswith("✅ “forum” is well again since <!date^")
    assert ". It could not be read, from <!date^" in text
    assert (standing(world).alarm, len(world.slack.shown(OPS))) == ("", 1)


def test_trouble_that_returns_the_same_day_changes_the_message_and_a_day_later_there_is_a_new_one(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    for expected in (1, 1, 2):
        fail_for(world, configured, timedelta(hours=3))
        assert len(told(world)) == expected
        assert told(world)[-1].startswith("🔕")
        recover(world, configured)
        assert told(world)[-1].startswith("✅")
        if expected == 1 and world.clock() - START > timedelta(hours=5):
            world.clock.forward(timedelta(days=1))


def minutes_until_told(world: World, configured: dict[str, FakeSource]) -> int:
    """With a poll where one is due and a look a minute, as the bot does."""
    for minute in range(30):
        poll_due(world, configured)
        if watching.watch_sources(world.db, world.policy, configured, world.clock()):
            world.deliver()
            return minute
        world.clock.minutes(1)
    raise AssertionError("nobody was told in half an hour")


@pytest.mark.parametrize("every", [60, 300, 6 * 3600])
def test_a_refused_token_is_told_at_its_third_refusal_however_seldom_the_place_is_asked(
    world: World, every: int
) -> None:
    configured = know(world, FakeSource("forum", [REFUSED] * 5, every=every))
    assert 10 <= minutes_until_told(world, configured) <= 13
    [text] = told(world)
    assert text.startswith("🔕 “forum” is not heard. Nothing can be read there since <!date^")
    assert f"since <!date^{int(START.timestamp())}^" in text
    assert "the token is refused: make a new one. Only a person can mend this." in text
    [listed] = list_sources(world.db, configured, world.clock())
    assert listed.state.startswith("refused for 1")
    assert len(configured["forum"].cursors) == 3
    world.clock.minutes(55)
    poll_due(world, configured)
    assert len(configured["forum"].cursors) == 3, "after that it is asked once an hour"


def test_a_place_that_refuses_once_or_twice_is_nobody_s_business(world: World) -> None:
    configured = know(world, FakeSource("forum", [REFUSED, REFUSED, batch(), REFUSED, REFUSED, batch()]))
    for _ in range(10):
        poll_due(world, configured)
        watch(world, configured)
        world.clock.minutes(6)
    assert told(world) == []
    assert (standing(world).refusals, len(configured["forum"].cursors)) == (0, 10)


def test_a_breakdown_between_two_refusals_hides_nothing(world: World) -> None:
    configured = know(world, FakeSource("forum", [REFUSED, DOWN, REFUSED, REFUSED, DOWN, DOWN]))
    minutes_until_told(world, configured)
    assert "Only a person can mend this" in told(world)[0]
    for _ in range(9):
        poll_due(world, configured)
        watch(world, configured)
        world.clock.minutes(10)
        assert told(world)[0].startswith("🔕"), "one that is down as well is not well again"


def test_a_place_that_is_down_and_then_refuses_says_so_in_the_message_that_stands(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    fail_for(world, configured, timedelta(hours=2))
    configured["forum"]._script.clear()
    configured["forum"].will(*[REFUSED] * 9)
    assert "Earshot goes on trying" in told(world)[0]
    for _ in range(12):
        poll_due(world, configured)
        watch(world, configured)
        world.clock.minutes(10)
    [text] = told(world)
    assert "Only a person can mend this" in text
    recover(world, configured)
    assert "✅ “forum” is well again" in told(world)[0]
    assert "It refused us, from <!date^" in told(world)[0]


def test_after_a_restart_what_failed_is_asked_at_once_and_who_wants_to_be_left_alone_is(world: World) -> None:
    rests = Retry("429", after=minutes(90), asked=True)
    mended, resting = FakeSource("forum", [REFUSED] * 3), FakeSource("other", [rests])
    configured = know(world, mended, resting)
    minutes_until_told(world, configured)
    asked = len(mended.cursors)
    know(world, mended, resting)
    poll_due(world, configured)
    watch(world, configured)
    assert (len(mended.cursors), len(resting.cursors)) == (asked + 1, 1)
    assert told(world)[0].startswith("✅")


def test_an_access_that_ends_soon_is_told(world: World) -> None:
    configured = know(world, FakeSource("forum", [batch(access_ends_at=START + timedelta(days=8)), batch()]))
    poll_due(world, configured)
    watch(world, configured)
    assert told(world) == []
    world.clock.forward(timedelta(days=1, minutes=1))
    watch(world, configured)
    [text] = told(world)
    assert text.startswith("🔕 “forum” needs a look. Our access ends <!date^")
    recover(world, configured)
    assert told(world)[0].startswith("✅ “forum” is well again")


def test_a_cap_that_is_reached_is_told_in_plain_words(world: World) -> None:
    configured = know(world, Shop("forum", [batch(cost=CAP)]))
    poll_due(world, configured)
    watch(world, configured)
    [text] = told(world)
    assert (
        "The cap of $1.00 a month is reached ($1.00 spent): nothing more is read or answered there before July" in text
    )


def test_a_cap_that_is_reached_shows_in_the_list_also_where_the_source_itself_is_not_at_hand(world: World) -> None:
    configured = know(world, Shop("forum", [batch(cost=CAP)]))
    poll_due(world, configured)
    watch(world, configured)
    for at_hand in (configured, {}):
        [listed] = list_sources(world.db, at_hand, world.clock(), names=configured)
        assert (listed.state, listed.well) == ("stopped: its cap is reached", False)
    world.clock.forward(timedelta(days=31))
    watch(world, configured)
    [listed] = list_sources(world.db, {}, world.clock(), names=configured)
    assert listed.state != "stopped: its cap is reached"


def test_entries_that_are_left_out_for_ever_are_told(world: World) -> None:
    bad = batch(problems=("entry 3 has no id",))
    configured = know(world, FakeSource("forum", [bad] * 12))
    for _ in range(12):
        assert told(world) == []
        poll_due(world, configured)
        watch(world, configured)
        world.clock.minutes(2)
    assert "Entries are left out in every poll: entry 3 has no id" in told(world)[0]


def test_a_silence_beyond_its_rhythm_is_told_as_such(world: World) -> None:
    forum = FakeSource("forum", every=3600)
    configured = know(world, forum)
    for hour in range(21 * 24):
        forum.will(batch(post(hour, posted_at=world.clock()), cursor=str(hour)))
        poll_due(world, configured)
        world.clock.minutes(60)
    watch(world, configured)
    assert told(world) == []
    for _ in range(9):
        poll_due(world, configured)
        world.clock.minutes(60)
    watch(world, configured)
    [text] = told(world)
    assert "Nothing new has come since" in text
    assert "Silence is not “no mentions”" in text
    forum.will(batch(post("new", posted_at=world.clock()), cursor="new"))
    poll_due(world, configured)
    watch(world, configured)
    assert told(world)[0].count("It was silent, from <!date^") == 1


@pytest.mark.parametrize("fault", [LOST_REPLY, NEVER_ARRIVED])
def test_it_is_posted_once_whatever_slack_says(world: World, fault: Exception) -> None:
    world.slack.will("post", "COPS", fault, fault)
    configured = know(world, FakeSource("forum"))
    fail_for(world, configured, timedelta(hours=3))
    assert len(told(world)) == 1
    assert world.slack.doubled() == []


def test_what_changed_before_it_was_posted_is_what_is_posted(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    world.slack.gone["#ops"] = Retry("Slack is away", after=minutes(1))
    for source in configured.values():
        source.will(DOWN)
    poll_due(world, configured)
    world.clock.minutes(70)
    watching.watch_sources(world.db, world.policy, configured, world.clock())
    poll_due(world, configured)
    watching.watch_sources(world.db, world.policy, configured, world.clock())
    del world.slack.gone["#ops"]
    world.deliver()
    assert told(world)[0].startswith("✅")


def test_a_channel_that_is_gone_is_listed_as_failed_and_can_be_tried_again(world: World) -> None:
    world.slack.gone["#ops"] = GiveUp("the channel does not exist")
    configured = know(world, FakeSource("forum"))
    fail_for(world, configured, timedelta(hours=3))
    [failed] = failed_postings(world.db)
    assert (failed.mention_id, failed.state, failed.problem) == (0, PostingState.DEAD, "the channel does not exist")
    del world.slack.gone["#ops"]
    retry_failed(world.db, world.clock())
    world.deliver()
    assert len(told(world)) == 1


def test_without_a_channel_for_operators_it_is_still_known(world: World) -> None:
    world.policy = policy()
    configured = know(world, FakeSource("forum"))
    fail_for(world, configured, timedelta(hours=3))
    assert standing(world).alarm == "failing"
    assert world.slack.channels == {}


def test_two_lookouts_at_once_say_it_once(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    for source in configured.values():
        source.will(DOWN)
    poll_due(world, configured)
    world.clock.minutes(70)
    changes = [watching.watch_sources(world.db, world.policy, configured, world.clock()) for _ in range(2)]
    assert changes == [1, 0]


def test_bulletins_and_cards_of_one_channel_are_both_posted(world: World) -> None:
    world.policy = policy(ops_channel="#billing")
    configured = know(world, FakeSource("forum"))
    world.arrive(source="letters")
    world.run()
    fail_for(world, configured, timedelta(hours=2))
    kinds = [type(each.content) for each in world.slack.shown("#billing")]
    assert len(kinds) == 2
    assert Bulletin in kinds


def test_more_trouble_after_days_of_trouble_has_a_message_of_its_own(world: World) -> None:
    configured = know(world, FakeSource("forum", [batch(access_ends_at=START + timedelta(days=10))]))
    poll_due(world, configured)
    world.clock.minutes(2)
    fail_for(world, configured, timedelta(days=4))
    older, newer = told(world)
    assert older == "🔕 “forum” has more trouble since: the newer message here tells."
    assert "Nothing can be read there since" in newer
    assert "Our access ends" in newer
    recover(world, configured)
    assert told(world)[0] == older
    assert told(world)[1].startswith("✅")


def test_the_report_names_what_was_not_heard_in_its_period(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    fail_for(world, configured, timedelta(hours=5))
    week = parse_period("7d", world.clock(), "UTC")
    [unheard] = engagement(world.db, world.policy, week, world.clock()).unheard
    assert (unheard.source, unheard.begin, unheard.end) == ("forum", START, None)
    recover(world, configured)
    well_at = world.clock()
    later = parse_period("7d", world.clock(), "UTC")
    [unheard] = engagement(world.db, world.policy, later, world.clock()).unheard
    assert (unheard.begin, unheard.end) == (START, well_at)
    [line] = unheard_in_report([unheard])
    assert "Not heard all the time: forum (" in line["elements"][0]["text"]
    world.clock.forward(timedelta(days=20))
    month_end = parse_period("7d", world.clock(), "UTC")
    assert engagement(world.db, world.policy, month_end, world.clock()).unheard == ()


def test_an_access_that_ends_leaves_nothing_unheard(world: World) -> None:
    configured = know(world, FakeSource("forum", [batch(access_ends_at=START + timedelta(days=1))]))
    poll_due(world, configured)
    watch(world, configured)
    week = parse_period("7d", world.clock(), "UTC")
    assert engagement(world.db, world.policy, week, world.clock()).unheard == ()
