"""Useful or not useful here: said in one click under a copy, counted once a person, and made a narrower subscription of."""

import pytest

from sandbox.person import Person, visible_text
from tests.journeys.looking import touch
from tests.journeys.office import PATIENCE, Json, Office, fill, until

FEED = "#feedback"


@pytest.fixture(scope="module")
def zed(office: Office) -> Person:
    """Wants copies of everything in #feedback."""
    zed = office.person("zed")
    zed.command("/mentions subscribe", FEED)
    dialog = zed.expect_modal(callback_id="subscription.new", within=PATIENCE)
    assert not fill(zed, dialog)
    zed.expect_message(FEED, containing="now gets a copy of every mention", within=PATIENCE)
    return zed


def copy_of(office: Office, person: Person, text: str) -> Json:
    office.hears(text)
    return person.expect_message(FEED, containing=text, within=PATIENCE)


def row_of(person: Person, text: str) -> Json:
    copy = person.expect_message(FEED, containing=text, within=PATIENCE)
    return next(block for block in copy["blocks"] if block.get("block_id", "").startswith("rate."))


def rate(person: Person, copy: Json, reason: str = "") -> None:
    """One click: useful, or the reason out of the menu; again where the copy was drawn anew meanwhile."""
    text = visible_text(copy)
    words = next(line for line in text.splitlines() if "says " in line)

    def clicked() -> bool:
        row = row_of(person, words)
        action = "rating.not_useful" if reason else "rating.useful"
        value = f"{reason}:{row['block_id'].split('.')[1]}" if reason else None
        container = {"type": "message", "channel": copy["channel"], "ts": copy["ts"]}
        return touch(person, container, row["block_id"], action, value)

    until(clicked, "the row under the copy")


def listed(person: Person, *words: str) -> Json:
    person.command("/mentions list", FEED)
    return person.expect_message(FEED, containing=words[0], within=PATIENCE)


def test_one_click_says_that_it_is_useful_and_another_changes_that(office: Office, zed: Person) -> None:
    copy = copy_of(office, zed, "the outage is awful, says wren")
    rate(zed, copy)
    zed.expect_message(FEED, containing="Noted: useful here.", within=PATIENCE)
    listed(zed, "1 useful, 0 not")
    rate(zed, copy, "KNOWN")
    zed.expect_message(FEED, containing="Noted: not useful here (already known).", within=PATIENCE)
    listed(zed, "0 useful, 1 not (already known)")
    rate(zed, copy, "KNOWN")
    zed.expect_message(FEED, containing="You said so already: not useful (already known).", within=PATIENCE)


def test_a_click_that_slack_brings_twice_counts_once(office: Office, zed: Person) -> None:
    copy = copy_of(office, zed, "the outage goes on, says finch")
    with office.everything_twice():
        rate(zed, copy)
        zed.expect_message(FEED, containing="Noted: useful here.", within=PATIENCE)
    card = office.card("says finch", "#engineering")
    until(lambda: "rated" in [event.what for event in office.log(card)], "the log")
    assert [event.what for event in office.log(card)].count("rated") == 1


def test_own_words_are_asked_for_in_a_dialog(office: Office, zed: Person) -> None:
    copy = copy_of(office, zed, "the outage is over, says gull")
    rate(zed, copy, "OTHER")
    dialog = zed.expect_modal(callback_id="rating.why", within=PATIENCE)
    assert fill(zed, dialog, rating__choice="OTHER") == {"rating.words": "Please say why in your own words."}
    assert not fill(zed, dialog, rating__choice="OTHER", rating__words="Our partner answers these")
    zed.expect_message(FEED, containing="Noted: not useful here (Our partner answers these).", within=PATIENCE)


def test_a_card_can_be_said_to_be_of_no_use_in_its_channel(office: Office, ana: Person) -> None:
    office.hears("billing awful, says heron")
    card = office.card("says heron")
    card.choose(ana, "rate")
    dialog = ana.expect_modal(callback_id="rating.why", within=PATIENCE)
    assert not fill(ana, dialog, rating__choice="DUPLICATE")
    until(lambda: "rated" in [event.what for event in office.log(card)], "the log")
    (said,) = [event for event in office.log(card) if event.what == "rated"]
    assert said.detail["after"] == "not useful (a duplicate)"
    card.shows("Unclaimed")
    card.choose(ana, "history")
    seen = visible_text(ana.expect_modal(callback_id="mention.history", within=PATIENCE))
    assert "said of what use it is in a channel" in seen
    assert "not useful (a duplicate)" in seen
    ana.close(ana.modals()[-1]["id"])


def test_what_people_say_narrows_the_subscription(own_office: Office) -> None:
    zed = own_office.person("zed")
    zed.command("/mentions subscribe", FEED)
    assert not fill(zed, zed.expect_modal(callback_id="subscription.new", within=PATIENCE))
    for bird in ("ibis", "jay", "kite"):
        rate(zed, copy_of(own_office, zed, f"billing awful, says {bird}"), "WRONG_TOPIC")
        zed.expect_message(FEED, containing="Noted: not useful here (wrong topic).", within=PATIENCE)
    rate(zed, copy_of(own_office, zed, "an awful outage, says lark"))
    zed.expect_message(FEED, containing="Noted: useful here.", within=PATIENCE)
    message = listed(zed, "1 useful, 3 not (mostly wrong topic)")
    assert "3 of 3 that were not useful are about billing, 0 of the useful ones." in visible_text(message)

    block = next(
        each for each in message["blocks"] if each.get("accessory", {}).get("action_id") == "subscription.narrow"
    )
    container = {"type": "message", "channel": message["channel"], "ts": message["ts"]}
    assert touch(zed, container, block["block_id"], "subscription.narrow")
    dialog = zed.expect_modal(callback_id="subscription.new", within=PATIENCE)
    assert "Below, that is left out." in visible_text(dialog)
    assert not fill(zed, dialog)
    zed.expect_message(FEED, containing="now gets a copy of mentions about outage or praise", within=PATIENCE)
    zed.command("/mentions list", FEED)
    zed.expect_message(FEED, containing="This channel has 1 subscription.", within=PATIENCE)
    own_office.hears("billing awful, says merlin")
    copy_of(own_office, zed, "another awful outage, says nandu")
    assert "says merlin" not in visible_text(zed.messages(FEED))
