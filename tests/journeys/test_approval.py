"""Answers that somebody else has to read first: asked for by rule, approved, changed or returned in Slack."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Card, Json, Office, fill, until

SORRY = "I am sorry. I work for Acme, and the second charge goes back to you today."


@pytest.fixture(scope="module")
def gus(office: Office) -> Person:
    """New: two people look after what he writes."""
    return office.person("gus")


@pytest.fixture(scope="module")
def lee(office: Office) -> Person:
    return office.person("lee")


@pytest.fixture(autouse=True)
def nothing_open(office: Office) -> Iterator[None]:
    yield
    for handle in ("gus", "lee", "ben", "eve", "ana"):
        person = office.person(handle)
        if views := person.modals():
            person.close(views[-1]["id"], whole_stack=True)


def asked(office: Office, gus: Person, word: str) -> Card:
    """An answer of gus that waits."""
    office.hears(f"billing awful, says {word}", source="forum")
    card = office.card(f"says {word}")
    dialog = card.dialog(gus, "answer")
    assert dialog["submit"]["text"] == "Ask for approval"
    assert "This answer waits for approval by" in visible_text(dialog)
    assert not fill(gus, dialog, answer__text=f"{SORRY} To {word}.")
    return card.shows("Answer waits for approval", "rule “new people”: who wrote it")


def request(office: Office, person: Person, word: str) -> tuple[str, Json]:
    """The direct message that asks for approval: its channel and itself."""
    channel = until(lambda: office.direct(person), "a direct message")
    return channel, person.expect_message(channel, containing=f"To {word}.", within=PATIENCE)


def press(person: Person, asking: tuple[str, Json], action: str) -> None:
    channel, message = asking
    person.click(channel, message["ts"], f"approval.{action}")


def sent(office: Office, word: str) -> list[str]:
    return [text for _, text, _ in office.forum.sends if f"o {word}." in text]


def settled(person: Person, asking: tuple[str, Json]) -> bool:
    """Whether the message offers nothing any more."""
    now = next(each for each in person.messages(asking[0]) if each["ts"] == asking[1]["ts"])
    return not [block for block in now["blocks"] if block["type"] == "actions"]


def test_an_approver_lets_it_go_as_it_was_written(office: Office, gus: Person, lee: Person) -> None:
    card = asked(office, gus, "adder")
    assert not sent(office, "adder")
    asking = request(office, lee, "adder")
    assert "asks for your approval" in visible_text(asking[1])
    with office.everything_twice():
        press(lee, asking, "approve")
    card.shows("Answered", "approved by", "See it on forum.test")
    assert sent(office, "adder") == [f"{SORRY} To adder."]
    assert [event.what for event in office.log(card)].count("answer_approved") == 1
    gus.expect_message(office.direct(gus), containing="approved your answer", within=PATIENCE)
    until(lambda: settled(lee, asking), "the request to offer nothing any more")
    assert "meanwhile" not in visible_text(lee.messages(asking[0])), "the second delivery is no second click"


def test_an_approver_changes_it_and_history_keeps_both(office: Office, gus: Person, lee: Person) -> None:
    card = asked(office, gus, "boa")
    press(lee, request(office, lee, "boa"), "review")
    dialog = lee.expect_modal(callback_id="approval.review", within=PATIENCE)
    assert "It waits by the rule “new people”" in visible_text(dialog)
    assert dialog["submit"]["text"] == "Approve and send"
    assert not fill(lee, dialog, answer__text=f"{SORRY} Sincerely, to boa.")
    card.shows("Answered", "See it on forum.test", "Sincerely, to boa.")
    assert sent(office, "boa") == [f"{SORRY} Sincerely, to boa."]
    change = next(event for event in office.log(card) if event.what == "answer_approved")
    assert (change.detail["before"], change.detail["after"]) == (f"{SORRY} To boa.", f"{SORRY} Sincerely, to boa.")


def test_an_approver_returns_it_and_the_writer_goes_on_with_the_draft(office: Office, gus: Person, lee: Person) -> None:
    card = asked(office, gus, "cobra")
    press(lee, request(office, lee, "cobra"), "return")
    dialog = lee.expect_modal(callback_id="approval.return", within=PATIENCE)
    assert set(fill(lee, dialog, approval__reason="")) == {"approval.reason"}
    assert not fill(lee, dialog, approval__reason="Say when the money comes.")
    card.shows("Answer returned", "Say when the money comes.")
    told = gus.expect_message(office.direct(gus), containing="Say when the money comes.", within=PATIENCE)
    gus.click(office.direct(gus), told["ts"], "mention.answer")
    again = gus.expect_modal(callback_id="mention.answer", within=PATIENCE)
    assert "Your answer came back: Say when the money comes." in visible_text(again)
    text = next(one["element"] for one in again["blocks"] if one["type"] == "input")
    assert text["initial_value"] == f"{SORRY} To cobra."
    assert not fill(gus, again, answer__text=f"{SORRY} On Friday. To cobra.")
    card.shows("Answer waits for approval", "On Friday.")
    assert not sent(office, "cobra")


def test_neither_the_writer_nor_anybody_else_can_let_it_go(
    office: Office, gus: Person, lee: Person, ben: Person
) -> None:
    card = asked(office, gus, "dingo")
    for person, words in ((ben, "can approve answers"), (gus, "somebody else has to approve it")):
        person.click("#billing", card.ts, "approval.review")
        person.expect_message("#billing", containing=words, within=PATIENCE)
    assert not sent(office, "dingo")
    lee.click("#billing", card.ts, "approval.review")
    dialog = lee.expect_modal(callback_id="approval.review", within=PATIENCE)
    assert not fill(lee, dialog, answer__text=f"{SORRY} To dingo.")
    card.shows("Answered", "See it on forum.test")


def test_the_second_approver_is_told_that_it_is_done(office: Office, gus: Person, lee: Person) -> None:
    card, eve = asked(office, gus, "eel"), office.person("eve")
    hers, his = request(office, eve, "eel"), request(office, lee, "eel")
    press(lee, his, "review")
    late = lee.expect_modal(callback_id="approval.review", within=PATIENCE)
    press(eve, hers, "approve")
    card.shows("Answered", "See it on forum.test")
    errors = fill(lee, late, answer__text=f"{SORRY} To eel.")
    assert errors["answer.text"].startswith("It was approved meanwhile. Eve approved it at ")
    assert sent(office, "eel") == [f"{SORRY} To eel."]


def test_an_approver_reads_what_the_author_wrote_since(office: Office, gus: Person, lee: Person) -> None:
    written = office.hears("billing awful, says frog of before", source="forum")
    card = office.card("says frog")
    assert not fill(gus, card.dialog(gus, "answer"), answer__text=f"{SORRY} To frog.")
    asking = request(office, lee, "frog")
    office.clock.forward(minutes=1)
    office.hears_again(replace(written, text="billing awful, says frog of now"), source="forum")
    card.shows("of now")
    press(lee, asking, "approve")
    dialog = lee.expect_modal(callback_id="approval.review", within=PATIENCE)
    assert "of before" in visible_text(dialog)
    assert not sent(office, "frog")
    assert not fill(lee, dialog, answer__text=f"{SORRY} To frog.")
    card.shows("Answered", "See it on forum.test")
    assert sent(office, "frog") == [f"{SORRY} To frog."]


def test_an_answer_that_many_would_read_waits_for_whoever_has_the_role(office: Office, ana: Person) -> None:
    mia = office.person("mia")
    office.hears("billing awful, says gecko", source="forum", reach=2_000_000)
    card = office.card("says gecko")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=f"{SORRY} To gecko.")
    card.shows("Answer waits for approval", "reach 2,000,000")
    press(mia, request(office, mia, "gecko"), "approve")
    card.shows("Answered", "See it on forum.test")
    assert sent(office, "gecko") == [f"{SORRY} To gecko."]
