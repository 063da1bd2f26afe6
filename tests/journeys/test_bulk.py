"""Clearing a backlog: /mentions decide, one decision with one reason on many mentions, and what came of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.config import Config
from bot.store.database import Database
from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Card, Office, fill, open_office, until

Json = dict[str, Any]


def decide(person: Person, channel: str) -> Json:
    """What lay open before is closed, so that it is not taken for this one."""
    if left := person.modals():
        person.close(left[-1]["id"], whole_stack=True)
    person.command("/mentions decide", channel)
    return bulk_of(person)


def bulk_of(person: Person) -> Json:
    return person.expect_modal(callback_id="bulk", within=PATIENCE)


def choices(view: Json) -> dict[str, str]:
    """The mentions on offer: what is read of each, and its value."""
    return {
        option["text"]["text"]: option["value"]
        for block in view["blocks"]
        if block.get("element", {}).get("type") == "checkboxes"
        for option in block["element"]["options"]
    }


def boxes_of(view: Json, words: str) -> tuple[str, str]:
    """The id of the list in which a mention stands, and the mention's value."""
    for block in view["blocks"]:
        element = block.get("element", {})
        for option in element.get("options", []) if element.get("type") == "checkboxes" else []:
            if words in option["text"]["text"]:
                return element["action_id"], option["value"]
    raise AssertionError(f"no {words!r} in {choices(view)}")


def ticked(view: Json, *words: str) -> dict[str, list[str]]:
    """These mentions ticked, as `fill` takes it."""
    filled: dict[str, list[str]] = {}
    for each in words:
        name, value = boxes_of(view, each)
        filled.setdefault(name, []).append(value)
    return filled


def choose(person: Person, view: Json, action_id: str, value: str, *, state: Json | None = None) -> Json:
    """Use a select of the dialog; the dialog as it is drawn anew."""
    person.click_in_view(view["id"], action_id, value, state=state)
    drawn: Json = until(lambda: _changed(person, view), "the dialog to be drawn anew")
    return drawn


def _changed(person: Person, view: Json) -> Json | None:
    now = bulk_of(person)
    return None if now["hash"] == view["hash"] else now


def told(person: Person, channel: str, words: str) -> str:
    return visible_text(person.expect_message(channel, containing=words, within=PATIENCE))


def heard(office: Office, *names: str, text: str = "billing awful, says {}") -> list[Card]:
    for name in names:
        office.hears(text.format(name))
    return [office.card(f"says {name}") for name in names]


@pytest.fixture(scope="module")
def zed(office: Office) -> Person:
    return office.person("zed")


def test_one_reason_lets_many_stand_and_tells_what_was_not_possible(office: Office, ana: Person, ben: Person) -> None:
    first, second, third = heard(office, "jaguar", "kudu", "lemur")
    view = decide(ana, "#billing")
    assert "3 mentions, the oldest first." in visible_text(view)

    view = choose(ana, view, "bulk.decision", "let_stand")
    second.click(ben, "claim")
    second.shows("Claimed")
    picked = ticked(view, "jaguar", "kudu", "lemur")
    assert fill(ana, view, **picked, **{"bulk.decision": "let_stand", "bulk.preset.let_stand": "other"}) == {
        "bulk.decision": "Please give a reason: whoever reads the history will want to know why."
    }
    answers = {"bulk.decision": "let_stand", "bulk.preset.let_stand": "It is already settled"}
    assert not fill(ana, view, **picked, **answers)
    said = told(ana, "#billing", "2 done, 1 not:")
    assert "Let stand, “It is already settled”" in said
    assert "Somebody else has it. Ben has it since" in said
    for card in (first, third):
        card.shows("Let stand", "“It is already settled”").offers("Reopen", "History")
    second.shows("Claimed")
    assert "“It is already settled”" not in second.text

    details = [next(each.detail for each in office.log(card) if each.what == "let_stand") for card in (first, third)]
    assert details[0]["bulk"] == details[1]["bulk"]
    first.click(ben, "history")
    seen = visible_text(ben.expect_modal(within=PATIENCE))
    assert "together with: \n2 others" in seen
    assert details[0]["bulk"] not in seen


def test_nobody_but_whoever_decides_is_told(office: Office, ana: Person, zed: Person) -> None:
    heard(office, "macaw")
    view = decide(ana, "#triage")
    view = choose(ana, view, "bulk.department", "billing")
    view = choose(ana, view, "bulk.decision", "dismiss")
    answers = {"bulk.decision": "dismiss", "bulk.preset.dismiss": "Spam or advertising"}
    assert not fill(ana, view, **ticked(view, "macaw"), **answers)
    assert "1 done." in told(ana, "#triage", "Not about us, “Spam or advertising”")
    assert not [each for each in zed.messages("#triage") if "1 done." in visible_text(each)]
    assert office.learnt(office.card("says macaw")) == [("not_about_us", "", ana.id)]


def test_a_second_delivery_of_a_bulk_changes_nothing(office: Office, ana: Person) -> None:
    (card,) = heard(office, "narwhal")
    view = choose(ana, decide(ana, "#billing"), "bulk.decision", "monitor")
    answers = {"bulk.decision": "monitor", "bulk.preset.monitor": "A rant, a joke or satire"}
    with office.everything_twice():
        fill(ana, view, **ticked(view, "narwhal"), **answers)
    card.shows("Monitored, not answered")
    office.settle()
    assert [each.what for each in office.log(card)].count("monitor") == 1
    results = [each for each in ana.messages("#billing") if "Monitor only, “A rant" in visible_text(each)]
    assert len(results) == 1


def test_the_filters_narrow_the_list_and_ticking_all_takes_what_is_shown(office: Office, ana: Person) -> None:
    office.hears("I love it, praise, says ocelot")
    office.hears("an outage, says puma")
    brand, engineering = office.card("says ocelot", "#brand"), office.card("says puma", "#engineering")
    view = decide(ana, "#brand")
    assert any("ocelot" in each for each in choices(view))
    assert not any("puma" in each for each in choices(view))
    view = choose(ana, view, "bulk.department", "all")
    view = choose(ana, view, "bulk.outcome", "let_stand")
    assert any("puma" in each for each in choices(view)), "nothing unhappy in it, and no reply wanted"
    view = choose(ana, view, "bulk.topic", "outage")
    assert [each for each in choices(view) if "puma" in each]
    assert not [each for each in choices(view) if "ocelot" in each]
    view = choose(ana, view, "bulk.tick", "all")
    view = choose(ana, view, "bulk.decision", "snooze")
    presets = next(each for each in view["blocks"] if each.get("block_id") == "bulk.until")["element"]["options"]
    answers = {"bulk.decision": "snooze", "bulk.until": presets[-1]["value"]}
    refused = fill(ana, view, **answers)
    # The bot's time stands in June, Slack's own in the present: what matters is that all shown were ticked.
    assert not refused
    engineering.shows("Snoozed")
    brand.shows("Unclaimed")


def test_ones_own_claims_can_be_released_together(office: Office, ana: Person) -> None:
    mine, other = heard(office, "quokka", "raccoon")
    mine.click(ana, "claim")
    mine.shows("Claimed")
    view = choose(ana, decide(ana, "#billing"), "bulk.whose", "mine")
    assert [each for each in choices(view) if "quokka" in each]
    assert not [each for each in choices(view) if "raccoon" in each]
    view = choose(ana, view, "bulk.decision", "release")
    assert not fill(ana, view, **ticked(view, "quokka"), **{"bulk.decision": "release"})
    assert "1 done." in told(ana, "#billing", "Release my claims")
    mine.shows("Unclaimed")
    other.shows("Unclaimed")


def test_the_dialog_opens_from_home_too_and_answers_in_a_direct_message(office: Office, ana: Person) -> None:
    (card,) = heard(office, "serval")
    ana.open_home()
    home = ana.expect_home(containing="Decide several…", within=PATIENCE)
    ana.click_in_view(home["id"], "bulk")
    view = choose(ana, bulk_of(ana), "bulk.department", "billing")
    view = choose(ana, view, "bulk.decision", "monitor")
    answers = {"bulk.decision": "monitor", "bulk.preset.monitor": "A rant, a joke or satire"}
    assert not fill(ana, view, **ticked(view, "serval"), **answers)
    card.shows("Monitored, not answered")
    place = until(lambda: office.direct(ana), "a direct message")
    told(ana, place, "1 done.")


def test_nothing_ticked_and_nothing_chosen_are_said_in_the_dialog(office: Office, ana: Person) -> None:
    heard(office, "saola")
    view = decide(ana, "#billing")
    assert fill(ana, view) != {}, "Slack itself asks for what to do"
    view = choose(ana, view, "bulk.decision", "let_stand")
    answers = {"bulk.decision": "let_stand", "bulk.preset.let_stand": "It is already settled"}
    assert fill(ana, view, **answers) == {"bulk.decision": "Tick the mentions that this is about."}


def unhurried(config: Config) -> Config:
    """Half a minute of the bot's time is four seconds of ours: too short for a busy machine."""
    return replace(config, claims=replace(config.claims, undo=timedelta(minutes=10)))


@pytest.fixture
def slow_office(sqlite_database: Database) -> Iterator[Office]:
    with open_office(sqlite_database, change=unhurried) as opened:
        yield opened


def test_a_bulk_can_be_undone_at_once(slow_office: Office) -> None:
    office = slow_office
    ana = office.person("ana")
    cards = heard(office, "urial", "vicuna")
    view = choose(ana, decide(ana, "#billing"), "bulk.decision", "let_stand")
    answers = {"bulk.decision": "let_stand", "bulk.preset.let_stand": "It is already settled"}
    assert not fill(ana, view, **ticked(view, "urial", "vicuna"), **answers)
    result = ana.expect_message("#billing", containing="2 done.", within=PATIENCE)
    ana.click("#billing", result["ts"], "bulk.undo")
    told(ana, "#billing", "Undo: ")
    for card in cards:
        card.shows("Unclaimed").offers("Claim", "Answer", "Escalate")


def test_ticks_outlast_turning_the_page(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    for number in range(33):
        office.hears(f"billing awful, says tapir number {number:02}")
    office.card("tapir number 32", within=40)
    view = decide(ana, "#billing")
    assert "1–30 of 33 mentions" in visible_text(view)
    name, value = boxes_of(view, "number 03")
    second = choose(ana, view, "bulk.newer", "1", state={name: {name: [value]}})
    assert "31–33 of 33 mentions" in visible_text(second)
    assert "1 more ticked that this page does not show." in visible_text(second)
    second = choose(ana, second, "bulk.decision", "let_stand")
    answers = {"bulk.decision": "let_stand", "bulk.preset.let_stand": "It is already settled"}
    assert not fill(ana, second, **ticked(second, "number 32"), **answers)
    told(ana, "#billing", "2 done.")
    office.card("number 03").shows("“It is already settled”")
    office.card("number 32").shows("“It is already settled”")
    office.card("number 04").shows("Unclaimed")
