"""Delivery: each message once, in its channel's lane, whatever Slack and the network do."""

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.domain.card import Subscription
from bot.domain.lifecycle import Action
from bot.domain.routing import Rule
from bot.errors import GiveUp, Retry
from bot.flow import deliver
from bot.flow.desk import deciding, looking, moving
from bot.flow.subscribe import subscribe
from bot.store import drawing, mentions, outbox
from bot.store.database import Database
from tests.databases import url_of
from tests.fakes import (
    LOST_REPLY,
    NEVER_ARRIVED,
    START,
    Committed,
    FakeMessenger,
    MovedClock,
    patience,
    policy,
    post,
)
from tests.world import World, posts

GONE = GiveUp("the channel is archived")


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    rules = [Rule(name="fire", urgent=True, words=("on fire",))]
    return World(database, clock, policy(rules=rules, ops_channel="#ops"))


def arrive(world: World, number: int = 1, text: str = "billing is awful") -> None:
    world.arrive(*posts(number, text))
    world.think()


def once(world: World, number: int = 1) -> None:
    """Nothing lost and nothing doubled: what a test of a fault ends with."""
    world.deliver()
    assert world.slack.doubled() == []
    assert sorted(set(world.slack.texts("#billing"))) == sorted(world.slack.texts("#billing"))
    assert len(world.slack.texts("#billing")) == number
    assert world.ledger().posted == number


def test_a_channel_gets_its_messages_in_order_and_no_faster_than_its_lane(world: World) -> None:
    arrive(world, 5)
    for _ in range(80):
        world.deliver_round()
        world.clock.seconds(0.1)
    times = world.slack.times("post", "#billing")
    assert len(times) == 5
    assert all(later - sooner >= deliver.LANE_GAP for sooner, later in pairwise(times))
    assert world.slack.texts("#billing") == [f"billing is awful #{n}" for n in range(1, 6)]


def test_lanes_do_not_wait_for_each_other(world: World) -> None:
    world.arrive(post(1, "billing"), post(2, "outage"), post(3, "billing"), post(4, "outage"))
    world.think()
    assert world.deliver_round() == 2
    world.clock.seconds(1.2)
    assert world.deliver_round() == 2


def test_urgent_messages_go_first(world: World) -> None:
    world.arrive(post(1, "billing"), post(2, "billing"), post(3, "billing is on fire"))
    world.think()
    world.deliver()
    assert world.slack.texts("#billing") == ["billing is on fire", "billing", "billing"]


def test_a_channel_with_urgent_messages_is_looked_at_first(world: World) -> None:
    world.arrive(post(1, "billing"), post(2, "outage on fire"))
    world.think()
    assert deliver.due_channels(world.db, world.clock()) == ["#care", "#billing"]


def test_a_clock_that_was_set_back_does_not_close_a_lane(world: World) -> None:
    def enters(hours: float) -> bool:
        with world.db.write() as session:
            return outbox.enter_lane(session, "C1", START + timedelta(hours=hours), deliver.LANE_GAP)

    assert [enters(0), enters(0), enters(-24), enters(-24)] == [True, False, True, False]


def test_a_request_for_patience_closes_the_lane_of_that_channel_only(world: World) -> None:
    world.slack.will("post", "CBILLING", patience(30))
    world.arrive(post(1, "billing"), post(2, "billing on fire"), post(3, "outage"), post(4, "billing"))
    world.think()
    begun = world.clock()
    for _ in range(180):
        world.deliver_round()
        world.clock.seconds(0.2)
        if world.clock() - begun < timedelta(seconds=29.9):
            assert len(world.slack.times("post", "#billing")) == 1
    assert world.slack.times("post", "#care") == [begun]
    assert len(world.slack.times("post", "#billing")) == 4
    assert world.slack.texts("#billing") == ["billing on fire", "billing", "billing"]


def test_a_lost_reply_is_adopted_from_the_channels_history(world: World) -> None:
    world.slack.will("post", "CBILLING", LOST_REPLY)
    arrive(world)
    once(world)
    assert len(world.slack.times("post", "#billing")) == 1
    assert world.slack.times("find", "#billing") != []


def test_a_post_that_never_arrived_is_posted_again(world: World) -> None:
    world.slack.will("post", "CBILLING", NEVER_ARRIVED)
    arrive(world)
    once(world)
    assert len(world.slack.times("post", "#billing")) == 2


def test_history_is_given_time_to_settle_after_every_ambiguous_try(world: World) -> None:
    world.slack.history_lag = timedelta(seconds=2)
    at_once = Retry("reset", after=timedelta(0), ambiguous=True)
    world.slack.will("post", "CBILLING", at_once, Committed(error=at_once))
    arrive(world)
    for _ in range(60):
        world.deliver_round()
        world.clock.seconds(0.25)
    once(world)


def test_an_unreadable_history_means_no_post(world: World) -> None:
    world.slack.will("post", "CBILLING", LOST_REPLY)
    world.slack.will("find", "CBILLING", *[Retry("no history now", after=timedelta(seconds=5))] * 4)
    arrive(world)
    once(world)
    assert len(world.slack.times("post", "#billing")) == 1


def test_an_unforeseen_fault_may_have_posted_so_it_looks_first(world: World) -> None:
    world.slack.will("post", "CBILLING", Committed(error=KeyError("ts")))
    arrive(world)
    once(world)
    assert len(world.slack.times("post", "#billing")) == 1


def test_a_fault_that_nobody_foresaw_does_not_go_on_for_ever(world: World) -> None:
    world.slack.will("post", "CBILLING", *[KeyError("blocks")] * 50)
    arrive(world)
    world.deliver()
    assert len(world.slack.times("post", "#billing")) == deliver.TRIES
    [dead] = deliver.failed_postings(world.db)
    assert dead.problem == "an unexpected fault: KeyError"
    assert world.slack.texts("#triage") == ["billing is awful #1"]


def test_a_database_that_locks_after_the_post_does_not_double_it(sqlite_database: Database, clock: MovedClock) -> None:
    world = World(Database(url_of(sqlite_database), patience=0.05), clock)
    arrive(world)

    class Locking(FakeMessenger):
        def post(self, *arguments, **named):  # type: ignore[no-untyped-def]
            ts = super().post(*arguments, **named)
            blocked.__enter__()
            return ts

    world.slack, blocked = Locking(clock=clock), sqlite_database.write()
    with pytest.raises(Retry):
        world.deliver_round()
    blocked.__exit__(None, None, None)
    world.slack.__class__ = FakeMessenger
    clock.forward(deliver.LEASE)
    once(world)
    assert len(world.slack.times("post", "#billing")) == 1
    world.db.close()


def test_an_adopted_message_is_drawn_as_things_stand_now(world: World) -> None:
    """It may show what was true at the first try."""
    world.slack.will("post", "CBILLING", LOST_REPLY)
    arrive(world)
    world.deliver_round()
    world.claim("UANA")
    world.deliver()
    world.draw()
    [message] = world.slack.shown("#billing")
    assert message.content.card.claim is not None


def test_a_channel_that_cannot_be_used_sends_its_cards_to_triage_and_is_listed(world: World) -> None:
    world.slack.gone["#billing"] = GONE
    arrive(world, 2)
    world.deliver()
    assert len(world.slack.shown("#triage")) == 2
    card = world.card()
    assert (card.place.name, card.route_rule) == ("triage", "fallback")
    assert "is archived" in card.route_why
    assert [each.problem for each in deliver.failed_postings(world.db)] == [GONE.reason] * 2
    assert world.ledger().posted == 2


def test_a_channel_that_refuses_the_post_does_the_same(world: World) -> None:
    world.slack.will("post", "CBILLING", GiveUp("Earshot is not in the channel"))
    arrive(world)
    world.deliver()
    assert world.slack.texts("#triage") == ["billing is awful #1"]


def test_where_triage_fails_too_the_mention_counts_as_failed_until_someone_mends_it(world: World) -> None:
    world.slack.gone = {"#billing": GONE, "#triage": GONE}
    arrive(world)
    world.deliver()
    assert (world.ledger().failed, world.ledger().posted) == (1, 0)
    world.slack.gone.clear()
    assert deliver.retry_failed(world.db, world.clock()) == 2
    world.deliver()
    world.draw()
    assert (world.ledger().failed, world.ledger().posted) == (0, 1)
    assert world.slack.shown("#billing") == [], "there is no card to point away from"
    assert [message.content.moved for message in world.slack.shown("#triage")] == [False]
    assert deliver.failed_postings(world.db) == []


def test_a_dead_letter_does_not_take_back_a_mention_that_was_moved_meanwhile(world: World) -> None:
    arrive(world)
    moving.reroute(world.desk, world.click("UANA"), "care")
    world.slack.gone["#billing"] = GONE
    world.deliver()
    assert world.card().place.name == "care"
    assert len(world.slack.shown("#care")) == 1
    assert world.slack.shown("#triage") == []


def test_moving_a_mention_back_to_a_channel_that_was_mended_shows_it_there(world: World) -> None:
    world.slack.gone["#billing"] = GONE
    arrive(world)
    world.deliver()
    world.slack.gone.clear()
    moving.reroute(world.desk, world.click("UANA"), "billing")
    world.run()
    assert world.card().place.name == "billing"
    assert [message.content.moved for message in world.slack.shown("#billing")] == [False]
    assert [message.content.moved for message in world.slack.shown("#triage")] == [True]


def test_a_card_whose_drawing_failed_for_good_is_not_posted_a_second_time_by_a_retry(world: World) -> None:
    arrive(world)
    world.run()
    world.slack.will("update", "CBILLING", GiveUp("Slack refuses the blocks: too long"))
    world.claim("UANA")
    world.draw()
    assert len(deliver.failed_postings(world.db)) == 1
    assert world.ledger().posted == 1
    deliver.retry_failed(world.db, world.clock())
    once(world)
    world.draw()
    assert world.slack.shown("#billing")[0].content.card.claim is not None


def test_a_card_that_somebody_deleted_is_listed_and_a_retry_brings_it_back(world: World) -> None:
    arrive(world)
    world.run()
    world.slack.delete("#billing", world.slack.shown("#billing")[0].ts)
    world.claim("UANA")
    world.draw()
    assert [each.problem for each in deliver.failed_postings(world.db)] == ["the message was deleted in Slack"]
    deliver.retry_failed(world.db, world.clock())
    once(world)


def test_an_ambiguous_try_that_ends_dead_is_looked_for_by_a_retry(world: World) -> None:
    world.slack.will("post", "CBILLING", LOST_REPLY)
    world.slack.will("find", "CBILLING", GiveUp("missing scope"))
    arrive(world)
    world.deliver()
    assert len(deliver.failed_postings(world.db)) == 1
    deliver.retry_failed(world.db, world.clock())
    world.deliver()
    assert len(world.slack.texts("#billing")) == 1


def test_copies_wait_for_the_card(world: World) -> None:
    wish = Subscription(id=0, channel="CPRODUCT", created_by="UANA", created_at=world.clock())
    subscribe(world.desk, wish, "k1")
    world.slack.will("post", "CBILLING", patience(20))
    arrive(world)
    for _ in range(100):
        world.deliver_round()
        if not world.slack.shown("#billing"):
            assert world.slack.shown("CPRODUCT") == []
        world.clock.seconds(0.25)
    world.deliver()
    [copy] = world.slack.shown("CPRODUCT")
    assert copy.content.permalink != ""


def test_a_reroute_leaves_a_pointer_that_leads_to_the_new_card(world: World) -> None:
    arrive(world)
    world.run()
    moving.reroute(world.desk, world.click("UANA"), "care")
    world.draw()  # before the new card is posted, as it happens
    world.run()
    [old], [new] = world.slack.shown("#billing"), world.slack.shown("#care")
    assert (old.content.moved, new.content.moved) == (True, False)
    assert old.content.permalink == world.slack.permalink("CCARE", new.ts)


def test_a_pointer_drawn_while_the_new_card_is_posted_is_drawn_again_with_its_link(world: World) -> None:
    arrive(world)
    world.run()
    moving.reroute(world.desk, world.click("UANA"), "care")
    with world.db.write() as session:
        [stale] = drawing.lease_stale(session, world.clock(), limit=9, lease=timedelta(seconds=20))
        record = mentions.load(session, stale.mention_id)
    assert record is not None
    world.deliver()
    with world.db.write() as session:
        drawing.shown(session, stale.id, record.version)  # what was drawn had no link yet
    world.run()
    [old], [new] = world.slack.shown("#billing"), world.slack.shown("#care")
    assert old.content.permalink == world.slack.permalink("CCARE", new.ts)


def test_a_mention_that_comes_back_gets_its_old_card_back(world: World) -> None:
    arrive(world)
    world.run()
    for department in ("care", "billing"):
        moving.reroute(world.desk, world.click("UANA"), department)
        world.run()
    [first], [second] = world.slack.shown("#billing"), world.slack.shown("#care")
    assert (first.content.moved, second.content.moved) == (False, True)
    assert second.content.permalink == world.slack.permalink("CBILLING", first.ts)


def test_copies_follow_the_card_to_its_new_channel(world: World) -> None:
    wish = Subscription(id=0, channel="CPRODUCT", created_by="UANA", created_at=world.clock())
    subscribe(world.desk, wish, "k1")
    arrive(world)
    world.run()
    moving.reroute(world.desk, world.click("UANA"), "care")
    world.draw()
    world.clock.seconds(5)
    world.run()
    world.clock.seconds(5)
    world.run()
    [copy] = world.slack.shown("CPRODUCT")
    assert copy.content.permalink == world.slack.permalink("CCARE", world.slack.shown("#care")[0].ts)


def test_slack_that_is_away_is_not_asked_for_a_channel_all_the_time(world: World) -> None:
    world.slack.gone["#billing"] = Retry("Slack cannot be reached", after=timedelta(seconds=5))
    arrive(world, 3)
    world.deliver_round()
    assert deliver.due_channels(world.db, world.clock()) == []
    world.slack.gone.clear()
    world.clock.seconds(5)
    once(world, 3)


def test_a_leased_message_is_nobody_elses(world: World) -> None:
    arrive(world)
    seen = []

    class Slow(FakeMessenger):
        def post(self, *arguments, **named):  # type: ignore[no-untyped-def]
            world.clock.seconds(30)
            seen.append(deliver.due_channels(world.db, world.clock()))
            return super().post(*arguments, **named)

    world.slack = Slow(clock=world.clock)
    once(world)
    assert seen == [[]]


def test_a_lease_that_runs_out_in_the_middle_still_posts_once(world: World) -> None:
    """The second one finds in the history what the first one is about to record."""
    arrive(world)
    slack = world.slack

    class Stuck(FakeMessenger):
        def post(self, *arguments, **named):  # type: ignore[no-untyped-def]
            ts = slack.post(*arguments, **named)
            world.clock.forward(deliver.LEASE)
            assert deliver.deliver_next(world.db, slack, world.policy, "#billing", world.clock) == 1
            return ts

    stuck = Stuck(clock=world.clock)
    deliver.deliver_next(world.db, stuck, world.policy, "#billing", world.clock)
    once(world)


def test_the_outbox_row_says_what_stands_in_slack(world: World) -> None:
    arrive(world)
    world.deliver()
    posted = next(event for event in world.log() if event.what == "posted")
    assert posted.detail["ts"] == world.slack.shown("#billing")[0].ts


# -- drawing ----------------------------------------------------------------------------------------------------------


def test_a_change_is_drawn_in_place_once(world: World) -> None:
    arrive(world)
    world.run()
    world.claim("UANA")
    assert (world.draw(), world.draw()) == (1, 0)
    [message] = world.slack.shown("#billing")
    assert (message.updates, message.content.card.claim is not None) == (1, True)


def test_a_change_while_a_card_is_drawn_is_drawn_too(world: World) -> None:
    arrive(world)
    world.run()

    class Busy(FakeMessenger):
        def update(self, *arguments):  # type: ignore[no-untyped-def]
            super().update(*arguments)
            if world.card().claim is None:
                world.claim("UBEN")

    looking.redraw(world.desk, 1)
    world.slack.__class__ = Busy
    world.draw()
    assert world.slack.shown("#billing")[0].content.card.claim is not None


def test_a_drawing_that_was_put_off_is_made_up_for(world: World) -> None:
    arrive(world)
    world.run()
    world.slack.will("update", "CBILLING", patience(10))
    world.claim("UANA")
    assert world.draw() == 0
    world.clock.seconds(9)
    assert world.draw() == 0
    world.clock.seconds(1)
    assert world.draw() == 1


def test_one_card_that_cannot_be_drawn_does_not_hold_up_the_others(world: World) -> None:
    arrive(world, 3)
    world.run()
    for mention in (1, 2, 3):
        world.claim("UANA", mention)
    world.slack.will("update", "CBILLING", ValueError("no such block"))
    assert world.draw() == 2
    world.clock.forward(deliver.LONGEST_PAUSE)
    assert world.draw() == 1


def test_a_drawing_does_not_start_so_late_that_another_may_have_the_card(world: World) -> None:
    arrive(world, 3)
    world.run()
    for mention in (1, 2, 3):
        world.claim("UANA", mention)

    class Slow(FakeMessenger):
        def update(self, *arguments):  # type: ignore[no-untyped-def]
            world.clock.seconds(7)
            super().update(*arguments)

    world.slack.__class__ = Slow
    assert deliver.draw_stale(world.db, world.slack, world.policy, world.clock) == 1
    world.clock.forward(deliver.DRAW_LEASE)
    assert deliver.draw_stale(world.db, world.slack, world.policy, world.clock) == 1


def test_a_notice_is_not_drawn_again(world: World) -> None:
    arrive(world)
    world.run()
    deciding.decide(world.desk, world.click("UANA"), Action.MONITOR, "a troll")
    world.run()
    assert world.notices("#ops") == ["monitor"]
    looking.redraw(world.desk, 1)
    world.draw()
    assert world.slack.shown("#ops")[0].updates == 0


def test_moved_on_before_it_was_posted_it_leaves_no_pointer(world: World) -> None:
    world.arrive()
    world.run()
    moving.reroute(world.desk, world.click("UANA"), "care")
    moving.reroute(world.desk, world.click("UANA"), "billing")
    world.run()
    [card] = world.slack.shown("#billing")
    assert not card.content.moved
    assert world.slack.shown("#care") == []
    assert world.ledger().posted == 1
    moving.reroute(world.desk, world.click("UBEN"), "care")
    world.run()
    [card], [pointer] = world.slack.shown("#care"), world.slack.shown("#billing")
    assert (card.content.moved, pointer.content.moved) == (False, True)


def test_a_pointer_names_who_moved_the_card_away_from_there(world: World) -> None:
    world.arrive()
    world.run()
    moved_at = world.clock.minutes(5)
    moving.reroute(world.desk, world.click("UANA"), "care")
    world.run()
    world.clock.minutes(5)
    moving.reroute(world.desk, world.click("UBEN"), "triage")
    world.run()
    [first], [second] = world.slack.shown("#billing"), world.slack.shown("#care")
    assert (first.content.moved_by, first.content.moved_at) == ("UANA", moved_at)
    assert second.content.moved_by == "UBEN"
    assert first.content.card.place.name == second.content.card.place.name == "triage"
