"""Claims that pass from hand to hand: offered, accepted, declined, taken in turn, run out, and undone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config
from bot.domain.assignment import Assign
from sandbox.person import Person, visible_text
from tests.databases import sqlite_factory
from tests.journeys.office import PATIENCE, Card, Office, fill, open_office, until

UNDO = timedelta(minutes=10)
"""Half a minute of the bot's time is four seconds of ours: too short for a busy machine."""


def dealing(config: Config) -> Config:
    """Brand deals its cards out to Fay and Eve in turn, and half a minute is ten."""
    departments = [
        replace(each, people=("@fay", "@eve"), assign=Assign.ROUND_ROBIN) if each.name == "brand" else each
        for each in config.departments
    ]
    return replace(config, departments=tuple(departments), claims=replace(config.claims, undo=UNDO))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("claims")
    with sqlite_factory(folder, sqlite_template) as make, open_office(make(), change=dealing) as opened:
        yield opened


def claimed(office: Office, person: Person, bird: str) -> Card:
    """A card in #billing that says `bird`, held by `person`."""
    office.hears(f"billing awful, says {bird}")
    card = office.card(f"says {bird}")
    card.click(person, "claim")
    return card.shows("Claimed")


def hand_over(card: Card, giver: Person, taker: Person, note: str = "") -> dict[str, str]:
    card.choose(giver, "hand_over")
    dialog = giver.expect_modal(callback_id="mention.hand_over", within=PATIENCE)
    return fill(giver, dialog, hand_over__to=taker.id, hand_over__note=note)


def told(office: Office, person: Person, *words: str) -> dict[str, Any]:
    """The newest direct message with all of these words."""

    def find() -> dict[str, Any] | None:
        channel = office.direct(person)
        seen = person.messages(channel) if channel else []
        return next((one for one in reversed(seen) if all(word in visible_text(one) for word in words)), None)

    found: dict[str, Any] = until(find, f"{person.handle} to be told {words}")
    return found


def press(office: Office, person: Person, message: dict[str, Any], action: str) -> None:
    person.click(office.direct(person), message["ts"], f"mention.{action}")


def owner(office: Office, card: Card) -> str:
    """Who holds it, as the log tells."""
    taken = [event.actor for event in office.log(card) if event.what in ("claim", "accept")]
    return taken[-1] if taken else ""


def whats(office: Office, card: Card) -> list[str]:
    return [event.what for event in office.log(card)]


# -- handing over


def test_a_colleague_who_accepts_has_it_and_the_giver_is_told(office: Office, ana: Person, ben: Person) -> None:
    card = claimed(office, ana, "avocet")
    assert not hand_over(card, ana, ben, "you know this customer")
    card.shows("Offered", " until ")
    asked = told(office, ben, "hands you this one", "says avocet", "“you know this customer”")
    press(office, ben, asked, "accept")
    told(office, ben, "You took this one over", "says avocet")
    until(lambda: owner(office, card) == ben.id, "Ben to have it")
    until(lambda: "Offered" not in card.text, "the offer to leave the card")
    told(office, ana, "took this one over from you", "says avocet")
    card.shows("Claimed").offers("Answer", "Escalate")
    assert "release" in card.choices


def test_a_colleague_who_declines_leaves_it_where_it_was(office: Office, ana: Person, ben: Person) -> None:
    card = claimed(office, ana, "bunting")
    hand_over(card, ana, ben)
    asked = told(office, ben, "hands you this one", "says bunting")
    press(office, ben, asked, "decline")
    dialog = ben.expect_modal(callback_id="mention.decline", within=PATIENCE)
    assert not fill(ben, dialog, decline__reason="in a call until eleven")
    told(office, ana, "cannot take this one", "“in a call until eleven”", "says bunting")
    told(office, ben, "You declined this one", "says bunting")
    until(lambda: "Offered" not in card.text, "the offer to leave the card")
    assert owner(office, card) == ana.id
    declined = next(event for event in office.log(card) if event.what == "offer_declined")
    assert (declined.actor, declined.detail["reason"]) == (ben.id, "in a call until eleven")


def test_an_offer_can_be_taken_back_and_then_not_be_accepted(office: Office, ana: Person, ben: Person) -> None:
    card = claimed(office, ana, "crake")
    hand_over(card, ana, ben)
    asked = told(office, ben, "hands you this one", "says crake")
    until(lambda: "take_back" in card.choices, "the menu to offer that")
    card.choose(ana, "take_back")
    until(lambda: "Offered" not in card.text, "the offer to leave the card")
    press(office, ben, asked, "accept")
    told(office, ben, "This offer is over. Ana has it since")
    assert owner(office, card) == ana.id


def test_only_a_colleague_who_is_here_can_be_chosen(office: Office, ana: Person) -> None:
    card = claimed(office, ana, "dipper")
    (said,) = hand_over(card, ana, ana).values()
    assert said == "You have it already: choose a colleague."
    (dialog,) = ana.modals()
    gone = {"hand_over.to": {"hand_over.to": office.slack.sandbox.app.bot_user_id}}
    (said,) = ana.submit(dialog["id"], gone).values()
    assert said.endswith("cannot take it: they have left, or are an app. Choose another colleague.")
    ana.close(dialog["id"])
    assert "offered" not in whats(office, card)


def test_only_the_holder_hands_over(office: Office, ana: Person, ben: Person) -> None:
    card = claimed(office, ana, "eider")
    card.choose(ben, "hand_over")
    refusal = ben.expect_message("#billing", containing="Only its holder can hand it over.", within=PATIENCE)
    assert "Ana has it since " in visible_text(refusal)
    assert not ben.modals()


def test_what_slack_delivers_twice_hands_over_once(office: Office, ana: Person, ben: Person) -> None:
    card = claimed(office, ana, "fulmar")
    with office.everything_twice():
        hand_over(card, ana, ben)
        asked = told(office, ben, "hands you this one", "says fulmar")
        press(office, ben, asked, "accept")
        until(lambda: owner(office, card) == ben.id, "Ben to have it")
    assert [each for each in whats(office, card) if each in ("claim", "offered", "accept")] == [
        "claim",
        "offered",
        "accept",
    ]


# -- undo


def test_a_claim_can_be_undone_by_whoever_claimed(office: Office, ana: Person, ben: Person) -> None:
    card = claimed(office, ana, "gannet")
    assert card.choices[0] == "undo"
    card.choose(ben, "undo")
    ben.expect_message("#billing", containing="Only whoever took the last step can undo it.", within=PATIENCE)
    card.choose(ana, "undo")
    card.shows("Unclaimed").offers("Claim", "Answer", "Escalate")
    until(lambda: "undo" not in card.choices, "the entry to leave the menu")
    assert whats(office, card)[-1] == "undone"


def test_a_release_undone_is_the_same_claim_again(office: Office, ana: Person) -> None:
    card = claimed(office, ana, "harrier")
    card.choose(ana, "release")
    card.shows("Unclaimed")
    card.choose(ana, "undo")
    card.shows("Claimed")


def test_a_decision_undone_opens_the_card_again(office: Office, ana: Person) -> None:
    office.hears("billing awful, says jackdaw")
    card = office.card("says jackdaw")
    dialog = card.dialog(ana, "dismiss", menu=True)
    assert not fill(ana, dialog, decision__preset="Spam or advertising")
    card.shows("Not about us").offers("Reopen", "Undo", "History")
    card.click(ana, "undo")
    card.shows("Unclaimed").offers("Claim", "Answer", "Escalate")
    assert office.learnt(card) == []


def test_a_move_undone_leaves_one_live_card_at_home(office: Office, ana: Person) -> None:
    office.hears("billing awful, says kestrel")
    card = office.card("says kestrel")
    dialog = card.dialog(ana, "reroute", menu=True)
    assert not fill(ana, dialog, reroute__department="engineering", reroute__topic="outage")
    moved = office.card("says kestrel", "#engineering")
    until(lambda: "undo" in moved.choices, "the moved card to offer it")
    moved.choose(ana, "undo")
    card.shows("Unclaimed").offers("Claim", "Answer", "Escalate")
    until(lambda: not office.cards("says kestrel", "#engineering"), "a pointer in the place of the moved card")
    assert office.learnt(card) == []


def test_after_somebody_went_on_nothing_is_undone(office: Office, ana: Person, ben: Person) -> None:
    card = claimed(office, ana, "lapwing")
    card.choose(ana, "release")
    card.shows("Unclaimed")
    with office.cards_stay_as_they_are():
        card.click(ben, "claim")
        until(lambda: owner(office, card) == ben.id, "Ben to have it")
        card.choose(ana, "undo")
        ana.expect_message("#billing", containing="can undo it. Ben took it at ", within=PATIENCE)
    assert owner(office, card) == ben.id


# -- turns


def test_new_cards_are_offered_in_turn_and_open_to_everybody(office: Office, ana: Person) -> None:
    fay, eve = office.person("fay"), office.person("eve")
    office.hears("praise for you, says martin")
    card = office.card("says martin", "#brand")
    card.shows("Offered", "whose turn it is", "Anybody may claim it.")
    assert "Claim" in card.buttons
    press(office, fay, told(office, fay, "It is your turn in Brand & press", "says martin"), "accept")
    card.shows("Claimed")
    assert owner(office, card) == fay.id
    office.hears("praise for you, says nightjar")
    second = office.card("says nightjar", "#brand")
    asked = told(office, eve, "It is your turn in Brand & press", "says nightjar")
    second.click(ana, "claim")
    second.shows("Claimed")
    press(office, eve, asked, "accept")
    told(office, eve, "This offer is over. Ana has it since")


def test_a_declined_turn_goes_to_the_next_person(office: Office) -> None:
    fay, eve = office.person("fay"), office.person("eve")
    office.hears("praise for you, says osprey")
    card = office.card("says osprey", "#brand")
    first = until(lambda: asked_now(office, card), "somebody to be asked")
    one, other = (fay, eve) if first == fay.id else (eve, fay)
    press(office, one, told(office, one, "It is your turn", "says osprey"), "decline")
    dialog = one.expect_modal(callback_id="mention.decline", within=PATIENCE)
    assert not fill(one, dialog)
    told(office, other, "It is your turn", "says osprey")


def asked_now(office: Office, card: Card) -> str:
    return next((event.detail["to"] for event in reversed(office.log(card)) if event.what == "offered"), "")


# -- time: an office of its own each


@pytest.fixture
def timed(sqlite_database: Any) -> Iterator[Office]:
    with open_office(sqlite_database, change=dealing) as opened:
        yield opened


def test_offers_claims_and_undos_run_out_by_themselves(timed: Office) -> None:
    ana, ben = timed.person("ana"), timed.person("ben")
    card = claimed(timed, ana, "pipit")
    hand_over(card, ana, ben)
    told(timed, ben, "hands you this one", "says pipit")
    timed.clock.forward(minutes=16)
    timed.settle()
    told(timed, ana, "has not taken this one in time", "says pipit")
    assert "Offered" not in card.text
    timed.clock.forward(minutes=31)
    timed.settle()
    card.shows("Unclaimed", "The claim of ", " ran out ")
    lost = told(timed, ana, "Your claim on the mention by", "back for everyone to take", "says pipit")
    press(timed, ana, lost, "claim")
    card.shows("Claimed")
    assert "ran out" not in card.text
    timed.clock.forward(minutes=11)
    timed.settle()
    assert "undo" not in card.choices


def test_a_dialog_that_opens_keeps_the_claim_alive(timed: Office) -> None:
    ana = timed.person("ana")
    card = claimed(timed, ana, "quail")
    timed.clock.forward(minutes=25)
    card.dialog(ana, "answer")
    timed.clock.forward(minutes=20)
    timed.settle()
    card.shows("Claimed")
    assert "expire" not in whats(timed, card)


def test_of_accepting_taking_back_and_releasing_at_once_one_wins(office: Office, ana: Person, ben: Person) -> None:
    card = claimed(office, ana, "redshank")
    hand_over(card, ana, ben)
    asked = told(office, ben, "hands you this one", "says redshank")
    with office.cards_stay_as_they_are(), ThreadPoolExecutor(3) as crowd:
        tasks = [
            crowd.submit(press, office, ben, asked, "accept"),
            crowd.submit(card.choose, ana, "take_back"),
            crowd.submit(card.choose, ana, "release"),
        ]
        for task in tasks:
            task.result()
    until(lambda: {"accept", "release", "claim"} & set(whats(office, card)[-3:]), "one of them to win")
    office.settle()
    log = whats(office, card)
    if "release" in log and log.index("release") < len(log) - 1 and log[-1] == "claim":
        assert owner(office, card) == ben.id  # released first: to accept what nobody holds is to claim it
    elif "accept" in log:
        assert owner(office, card) == ben.id
    else:
        assert "release" in log
