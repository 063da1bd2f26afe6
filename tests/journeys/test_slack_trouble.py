"""Slack is away, drops replies, or asks the bot to connect again: nothing is lost, doubled or out of order."""

import socket
from collections import Counter

import pytest

from bot.store.database import Database
from sandbox.person import visible_text
from tests.fakes import FakeForum
from tests.journeys.office import PATIENCE, HurriedClock, Office, is_card, running_bot, running_slack, until

NAMES = ("asp", "boa", "cat", "dog", "elk")


def order_of(office: Office, channel: str = "#billing") -> list[str]:
    """The names in the texts of the cards, as they stand in the channel."""
    texts = [visible_text(each) for each in office.slack.messages(channel) if is_card(each)]
    return [name for text in texts for name in NAMES if f"says {name}" in text]


def deliveries(office: Office) -> "Counter[str]":
    """How often each delivery stands in the workspace, by the id in its metadata."""
    channels = office.slack.within(lambda running: list(running.state.channels))
    messages = office.slack.within(lambda s: [m for c in channels for m in s.state.timeline(c)])
    return Counter(m.metadata["event_payload"]["delivery_id"] for m in messages if m.metadata)


def tries(office: Office) -> int:
    """How often the bot tried to post, or looked whether an earlier try had arrived."""
    return office.calls("chat.postMessage") + office.calls("conversations.history")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_bot_that_starts_before_slack_waits_for_it(sqlite_database: Database) -> None:
    clock, port = HurriedClock(), free_port()
    with running_bot(f"http://127.0.0.1:{port}", sqlite_database, clock, FakeForum(every=3600)) as bot:
        assert not bot.wait_connected(0.5)
        with running_slack(clock, port=port) as slack:
            office = Office(slack, bot, clock, FakeForum())
            for name in NAMES:
                office.hears(f"billing awful, says {name}")
            assert bot.wait_connected(PATIENCE)
            until(lambda: len(order_of(office)) == len(NAMES), lambda: f"all cards, but {order_of(office)}")
            assert order_of(office) == list(NAMES)
            card = office.card("says asp")
            card.click(office.person("ana"), "claim")
            card.shows("Claimed")
            office.close()


@pytest.mark.parametrize(
    "fault", [{"effect": "drop_before"}, {"effect": "status", "status": 503}, {"effect": "ratelimit", "retry_after": 2}]
)
def test_what_comes_in_while_slack_is_away_is_posted_in_order_afterwards(
    own_office: Office, fault: dict[str, object]
) -> None:
    office = own_office
    office.hears("billing awful, says somebody on a better day")
    office.card("on a better day")
    tried = tries(office)
    office.fault(method="*", probability=1.0, **fault)
    for name in NAMES:
        office.hears(f"billing awful, says {name}")
    until(lambda: tries(office) >= tried + 4, "the bot to try in vain")
    assert not order_of(office)
    office.mend()
    until(lambda: len(order_of(office)) == len(NAMES), lambda: f"all cards, but {order_of(office)}", within=30)
    assert order_of(office) == list(NAMES)
    assert set(deliveries(office).values()) == {1}


def test_a_post_whose_reply_is_lost_is_not_doubled(own_office: Office) -> None:
    office = own_office
    for _ in range(3):
        office.fault(method="chat.postMessage", effect="commit_then_drop", times=1)
    for name in NAMES:
        office.hears(f"billing awful, says {name}")
    until(lambda: set(order_of(office)) == set(NAMES), lambda: f"all cards, but {order_of(office)}", within=30)
    office.clock.forward(minutes=1)
    office.settle()
    assert sorted(order_of(office)) == sorted(NAMES)
    assert set(deliveries(office).values()) == {1}
    card = office.card("says asp")
    card.click(office.person("ana"), "claim")
    card.shows("Claimed")


def test_a_direct_message_whose_reply_is_lost_is_not_doubled(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    office.hears("billing awful, says asp")
    card = office.card("says asp")
    card.click(ana, "claim")
    card.shows("Claimed")
    office.fault(method="chat.postMessage", effect="commit_then_drop", times=1)
    office.clock.forward(minutes=31)
    office.settle()
    card.shows("Unclaimed")
    told = [each for each in ana.messages(office.direct(ana)) if "has run out" in visible_text(each)]
    assert len(told) == 1
    assert set(deliveries(office).values()) == {1}


def test_clicks_arrive_after_slack_asked_to_connect_again(own_office: Office) -> None:
    office = own_office
    office.hears("billing awful, says asp")
    card = office.card("says asp")
    office.disconnect("refresh_requested")
    until(lambda: office.slack.within(lambda running: running.sockets.count) > 0, "a new socket", within=30)
    card.click(office.person("ana"), "claim")
    card.shows("Claimed")


def test_a_click_while_the_card_cannot_be_redrawn_counts(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    office.hears("billing awful, says asp")
    card = office.card("says asp")
    office.fault(method="chat.update", effect="drop_before", times=2)
    card.click(ana, "claim")
    card.shows("Claimed").offers("Answer", "Escalate")
    assert [event.actor for event in office.log(card) if event.what == "claim"] == [ana.id]


def test_a_click_that_slack_waits_for_no_more_is_told_to_whoever_made_it(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    office.hears("billing awful, says gnu")
    card = office.card("says gnu")
    with office.no_dialog_in_time():
        card.choose(ana, "issue")
        ana.expect_message("#billing", containing="did not open the dialog. Please try once more.", within=PATIENCE)
        with pytest.raises(AssertionError, match=r"told: .*try once more.*\n.*views.open.*expired_trigger_id"):
            ana.expect_modal(within=0.0)
        ana.command("/mentions find gnu", "#feedback")
        ana.expect_message("#feedback", containing="did not open the dialog. Please try once more.", within=PATIENCE)
        ana.shortcut("mention.make", channel="#billing", message_ts=card.ts)
        until(lambda: office.direct(ana), "a direct message")
        ana.expect_message(office.direct(ana), containing="did not open the dialog", within=PATIENCE)
    card.choose(ana, "issue")
    ana.expect_modal(callback_id="issue", within=PATIENCE)
