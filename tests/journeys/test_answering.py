"""Only the answer dialog reaches a customer, and it never does so twice or over another answer."""

import logging
from datetime import timedelta

import pytest
import yaml

from bot.errors import GiveUp, Retry
from sandbox.person import Person, visible_text
from tests.fakes import Done
from tests.journeys.office import MANIFEST, PATIENCE, Card, Office, fill, until

SORRY = "I am sorry. I work for Acme, and the second charge goes back to you today."


def write(card: Card, person: Person, text: str = SORRY) -> None:
    """Answer in the dialog; fails where it is refused."""
    errors = fill(person, card.dialog(person, "answer"), answer__text=text)
    assert not errors, errors


def carried(office: Office, text: str) -> list[str]:
    """The forum's tries with this text; the answers that stand there are in `office.forum.answers`."""
    return [key for _, sent, key in office.forum.sends if sent == text]


def test_the_dialog_shows_the_post_the_advice_and_a_preview_that_follows_the_typing(
    office: Office, ana: Person
) -> None:
    office.hears("billing awful, says adder")
    dialog = office.card("says adder").dialog(ana, "answer")
    seen = visible_text(dialog)
    assert "billing awful, says adder" in seen
    assert "The response flow advises: Put it right (restoration)" in seen
    assert "Say that you belong to the company." in seen
    assert "Nothing leaves before you press the button." in seen
    for typed in ("We are", "We are sorry"):
        ana.click_in_view(dialog["id"], "answer.text", typed)
        until(lambda typed=typed: f"{len(typed)} characters" in visible_text(ana.modals()), "the preview to follow")
        assert typed in visible_text(ana.modals())
    ana.close(dialog["id"])


@pytest.mark.parametrize("fault", [{"effect": "error", "error": "not_found"}, {"effect": "status", "status": 503}])
def test_a_preview_that_cannot_be_drawn_leaves_the_writer_alone(
    office: Office, ana: Person, caplog: pytest.LogCaptureFixture, fault: dict[str, object]
) -> None:
    caplog.set_level(logging.INFO)
    office.hears(f"billing awful, says asp {fault['effect']}")
    card = office.card(f"says asp {fault['effect']}")
    dialog = card.dialog(ana, "answer")
    office.fault(method="views.update", times=1, **fault)
    ana.click_in_view(dialog["id"], "answer.text", "We are")
    until(lambda: "dialog_not_drawn" in caplog.messages, "the bot to meet the fault")
    assert [view["id"] for view in ana.modals()] == [dialog["id"]]
    assert "listener_failed" not in caplog.messages
    assert not fill(ana, dialog, answer__text="We are sorry.")
    card.shows("We are sorry.")


def test_an_empty_answer_is_refused_under_its_input(office: Office, ana: Person) -> None:
    office.hears("billing awful, says boa")
    card = office.card("says boa")
    dialog = card.dialog(ana, "answer")
    assert fill(ana, dialog, answer__text="  \n ") == {
        "answer.text": "The answer is empty: write what the customer should read."
    }
    assert ana.modals(), "the dialog stays open"
    assert set(fill(ana, dialog, answer__text="")) == {"answer.text"}
    ana.close(dialog["id"])
    card.shows("Unclaimed")


def test_where_the_source_takes_no_answers_a_person_carries_it_there(office: Office, ana: Person) -> None:
    office.hears("billing awful, says cobra")
    card = office.card("says cobra")
    dialog = card.dialog(ana, "answer")
    assert dialog["submit"]["text"] == "Save to copy"
    assert "Earshot cannot write on blog" in visible_text(dialog)
    assert not fill(ana, dialog, answer__text=SORRY)
    card.shows("Answer not posted yet", SORRY, "press “Mark as answered there”")
    card.offers("Mark as answered there", "Change answer", "Escalate")
    elsewhere = card.dialog(ana, "answer_elsewhere")
    assert fill(ana, elsewhere, elsewhere__link="no link") != {}
    assert not fill(ana, elsewhere, elsewhere__link="https://blog.test/7#ours")
    card.shows("Answered elsewhere", SORRY, "See it on blog.test").offers("Reopen", "History")
    assert not office.forum.sends


def test_where_the_source_takes_answers_it_is_sent_and_linked(office: Office, ana: Person) -> None:
    written = office.hears("billing awful, says dace", source="forum")
    card = office.card("says dace")
    dialog = card.dialog(ana, "answer")
    assert dialog["submit"]["text"] == "Send"
    assert "It will be sent to Customer" in visible_text(dialog)
    text = f"{SORRY} To dace."
    assert not fill(ana, dialog, answer__text=text)
    card.shows("Answered", text, "See it on forum.test").offers("Reopen", "History")
    (key,) = carried(office, text)
    assert office.forum.answers[key] == (written.external_id, text)


def test_an_answer_on_its_way_is_shown_and_cannot_be_overtaken(office: Office, ana: Person, ben: Person) -> None:
    office.forum.trouble.append(Retry("the forum is slow", after=timedelta(minutes=2)))
    office.hears("billing awful, says eel", source="forum")
    card = office.card("says eel")
    late = card.dialog(ben, "answer")
    text = f"{SORRY} To eel."
    write(card, ana, text)
    card.shows("Answer on its way")
    until(lambda: carried(office, text), "the first try")
    assert "Answer" not in card.buttons
    assert not fill(ben, late, answer__text="Mine is better.")
    seen = visible_text(ben.modals())
    assert "Somebody else has it. Ana has it since " in seen
    assert text in seen, "their answer is there to read"
    ben.close(late["id"])
    office.clock.forward(minutes=3)
    card.shows("Answered", "See it on forum.test")
    assert len(set(carried(office, text))) == 1
    assert not carried(office, "Mine is better.")


def test_who_answers_over_a_newer_answer_is_stopped_and_told_whose(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says flea", source="forum")
    card = office.card("says flea")
    late = card.dialog(ben, "answer")
    write(card, ana, f"{SORRY} To flea.")
    card.shows("Answered", "See it on forum.test")
    for _ in range(2):
        assert not fill(ben, late, answer__text="To flea from ben.")
        seen = visible_text(ben.modals())
        assert "It was decided meanwhile. Ana decided it at " in seen
        assert f"{SORRY} To flea." in seen, "their answer is there to read"
        assert "To flea from ben." in seen, "and so is what ben wrote"
    ben.close(late["id"])
    assert not carried(office, "To flea from ben.")


def test_an_answer_that_fails_says_why_and_is_sent_again_without_doubling(office: Office, ana: Person) -> None:
    office.forum.trouble.append(GiveUp("the thread is locked"))
    office.hears("billing awful, says gnat", source="forum")
    card = office.card("says gnat")
    text = f"{SORRY} To gnat."
    write(card, ana, text)
    card.shows("Answer not sent", "the thread is locked", text).offers("Send again", "Change answer", "Escalate")
    card.click(ana, "retry_reply")
    card.shows("Answered", "See it on forum.test")
    assert len(carried(office, text)) == 2
    assert [answer for _, answer in office.forum.answers.values()].count(text) == 1


def test_a_reply_whose_confirmation_is_lost_stands_once_at_the_source(office: Office, ana: Person) -> None:
    lost = Retry("the connection to the forum broke", after=timedelta(seconds=5), ambiguous=True)
    office.forum.trouble.append(Done(error=lost))
    office.hears("billing awful, says hare", source="forum")
    card = office.card("says hare")
    text = f"{SORRY} To hare."
    write(card, ana, text)
    card.shows("Answered", "See it on forum.test")
    assert len(carried(office, text)) == 2
    assert [answer for _, answer in office.forum.answers.values()].count(text) == 1


def test_send_pressed_once_and_delivered_twice_is_one_answer(office: Office, ana: Person) -> None:
    office.hears("billing awful, says ibex", source="forum")
    card = office.card("says ibex")
    text = f"{SORRY} To ibex."
    with office.everything_twice():
        write(card, ana, text)
    card.shows("Answered", "See it on forum.test")
    assert len(carried(office, text)) == 1
    assert [event.what for event in office.log(card)].count("answer_written") == 1


def test_an_answer_can_be_changed_before_it_is_carried(office: Office, ana: Person) -> None:
    office.hears("billing awful, says jay")
    card = office.card("says jay")
    write(card, ana, "A first try.")
    card.shows("A first try.")
    dialog = card.dialog(ana, "answer")
    assert "A first try." in str(dialog["blocks"]), "the draft is there to be changed"
    assert not fill(ana, dialog, answer__text="A second try.")
    card.shows("A second try.")
    assert "A first try." not in card.text


def test_answering_what_was_answered_elsewhere_needs_no_text(office: Office, ben: Person) -> None:
    office.hears("billing awful, says kite")
    card = office.card("says kite")
    dialog = card.dialog(ben, "answer_elsewhere", menu=True)
    assert not fill(ben, dialog, elsewhere__link="https://blog.test/8#ours")
    card.shows("Answered elsewhere", "See it on blog.test")


def test_threads_stay_internal(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says lynx", source="forum")
    card = office.card("says lynx")
    before = office.calls("chat.postMessage"), len(office.forum.sends), len(office.log(card))
    for person in (ana, ben):
        person.say("#billing", f"{person.handle} would tell lynx to go away", thread_ts=card.ts)
    thread = ana.messages("#billing", card.ts)
    assert [each["text"] for each in thread[1:]] == [f"{name} would tell lynx to go away" for name in ("ana", "ben")]
    write(card, ana, f"{SORRY} To lynx.")
    card.shows("Answered", "See it on forum.test")
    assert office.calls("chat.postMessage") == before[0], "the bot says nothing in threads"
    assert not any("go away" in text for _, text, _ in office.forum.sends)
    assert not any("go away" in str(event.detail) for event in office.log(card))
    assert len(ana.messages("#billing", card.ts)) == 3
    subscribed = yaml.safe_load(MANIFEST.read_text())["settings"]["event_subscriptions"]["bot_events"]
    assert not [event for event in subscribed if event.startswith("message")], "the bot hears no message at all"


def test_a_dialog_opened_too_late_tells_the_person(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says mole")
    card = office.card("says mole")
    with office.cards_stay_as_they_are():
        card.click(ana, "claim")
        until(lambda: "claim" in [event.what for event in office.log(card)], "the claim")
        card.click(ben, "answer")
        told = ben.expect_message("#billing", containing="Somebody else has it. Ana", within=PATIENCE)
    assert told["is_ephemeral"]
    assert not ben.modals()
