"""/mentions subscribe, list and unsubscribe: what one channel wants."""

from collections.abc import Iterator

import pytest

from sandbox.person import Person, visible_text
from tests.journeys.looking import touch
from tests.journeys.office import PATIENCE, Office, fill, until


@pytest.fixture
def zed(office: Office) -> Iterator[Person]:
    """Wants copies in #feedback; their subscriptions end with the test."""
    zed = office.person("zed")
    yield zed
    zed.command("/mentions list", "#feedback")
    listed = zed.expect_message("#feedback", containing="This channel has ", within=PATIENCE)
    container = {"type": "message", "channel": listed["channel"], "ts": listed["ts"]}
    for block in listed["blocks"]:
        if button := block.get("accessory"):
            touch(zed, container, block["block_id"], button["action_id"])
            zed.expect_message("#feedback", containing="no longer gets copies", within=PATIENCE)


def subscribe(person: Person, channel: str, **wishes: object) -> dict[str, str]:
    person.command("/mentions subscribe", channel)
    dialog = person.expect_modal(callback_id="subscription.new", within=PATIENCE)
    return fill(person, dialog, **{f"subscribe__{name}": value for name, value in wishes.items()})


def test_a_subscribed_channel_gets_copies_that_lead_to_the_live_card(office: Office, ana: Person, zed: Person) -> None:
    assert not subscribe(zed, "#feedback", topics=["outage"], min_detractor="0.5")
    zed.expect_message("#feedback", containing="now gets a copy of mentions about outage", within=PATIENCE)
    office.hears("an awful outage, says carp")
    office.hears("a mild outage, says cod")
    office.hears("awful billing, says chub")
    card = office.card("says carp", "#engineering")
    copy = zed.expect_message("#feedback", containing="says carp", within=PATIENCE)
    assert copy["text"].startswith("A copy for this channel. ")
    assert "The live card is with " in visible_text(copy)
    assert "Engineering" in visible_text(copy)
    assert f"/p{card.ts.replace('.', '')}" in str(copy["blocks"])
    rows = [block["block_id"].split(".")[0] for block in copy["blocks"] if block["type"] == "actions"]
    assert rows == ["rate"], "nothing can be done on a copy but to say of what use it is"
    card.click(ana, "claim")
    card.shows("Claimed")
    until(lambda: "Claimed" in visible_text(zed.expect_message("#feedback", containing="carp")), "the copy to follow")
    office.card("says chub")
    office.card("says cod", "#engineering")
    seen = visible_text(zed.messages("#feedback"))
    assert "says cod" not in seen
    assert "says chub" not in seen


def test_subscribing_twice_to_the_same_is_refused(office: Office, zed: Person) -> None:
    assert not subscribe(zed, "#feedback", topics=["praise"])
    errors = subscribe(zed, "#feedback", topics=["praise"])
    assert errors == {"subscribe.topics": "This channel has that subscription already."}
    zed.close(zed.modals()[-1]["id"])
    assert not subscribe(zed, "#feedback", topics=["praise"], min_promoter="0.9")


def test_a_subscription_stands_though_slack_could_not_say_so(office: Office, zed: Person) -> None:
    office.fault(method="chat.postEphemeral", effect="status", status=503, times=1)
    assert not subscribe(zed, "#feedback", topics=["outage"]), (
        "a dialog that asks again would say that nothing was done"
    )
    zed.command("/mentions list", "#feedback")
    zed.expect_message("#feedback", containing="This channel has 1 subscription.", within=PATIENCE)


def test_subscriptions_are_listed_and_ended(office: Office, zed: Person) -> None:
    zed.command("/mentions list", "#feedback")
    zed.expect_message("#feedback", containing="This channel has no subscriptions.", within=PATIENCE)
    assert not subscribe(zed, "#feedback", topics=["billing"])
    for word in ("list", "unsubscribe"):
        zed.command(f"/mentions {word}", "#feedback")
        listed = zed.expect_message("#feedback", containing="This channel has 1 subscription.", within=PATIENCE)
        assert "Mentions about billing" in visible_text(listed)
    end = next(block["accessory"] for block in listed["blocks"] if "accessory" in block)
    zed.click("#feedback", listed["ts"], end["action_id"])
    zed.expect_message("#feedback", containing="no longer gets copies of mentions about billing", within=PATIENCE)
    zed.click("#feedback", listed["ts"], end["action_id"])
    zed.expect_message("#feedback", containing="This channel has no subscription number", within=PATIENCE)


@pytest.mark.parametrize(
    ("line", "problem"),
    [("", ""), ("help", ""), ("dance <!channel> *now*", "“dance” is not something /mentions can do.")],
)
def test_mentions_helps(office: Office, line: str, problem: str) -> None:
    eve = office.person("eve")
    eve.command(f"/mentions {line}", "#billing")
    told = eve.expect_message("#billing", containing=problem or "see this channel's subscriptions", within=PATIENCE)
    assert told["is_ephemeral"]
    assert "`/mentions list`" in visible_text(told)
    assert "no commands inside threads" in visible_text(told)


def test_a_private_channel_without_the_bot_is_told_to_invite_it(office: Office) -> None:
    lee = office.person("lee")
    lee.command("/mentions subscribe", "#vault")
    told = lee.expect_message("#vault", containing="Earshot cannot post in this channel: type /invite @Earshot here")
    assert told["is_ephemeral"]
    assert not lee.modals()
