"""Every line of the log reads as a sentence: who, when, from where to where, why; no raw value is left in it."""

from datetime import timedelta

import pytest
from hypothesis import given

from bot.domain.card import History
from bot.domain.event import EARSHOT, NOTES, Event
from bot.domain.lifecycle import Action
from bot.slack.blocks.details import Names, references, told
from bot.slack.blocks.history import _WORDS, history_modal, sentence
from tests.slack.examples import NOW, a_card, hostile
from tests.slack.limits import faults_of_view, said

NAMES = Names(
    people={"U0ANA": "Ana", "U0BEN": "Ben (left)"}, departments={"care": "Customer care", "billing": "Billing"}
)


def an_event(what: str = "claim", actor: str = "U0ANA", **detail: str) -> Event:
    return Event(id=1, mention_id=7, at=NOW, actor=actor, what=what, detail=detail)


def words(event: Event) -> str:
    return said([*sentence(event, NAMES), *told(event, NAMES)])


@pytest.mark.parametrize("what", sorted({*NOTES, *(action.value for action in Action)}))
def test_whatever_happens_has_words(what: str) -> None:
    assert what in _WORDS, f"say in blocks/history.py what “{what}” means"
    assert "_" not in _WORDS[what]
    assert words(an_event(what)).startswith("Ana ")


def test_earshot_and_whoever_left_are_named() -> None:
    assert words(an_event("ingested", EARSHOT, source="Forum")) == "Earshot found itsource: Forum"
    assert words(an_event(actor="U0BEN")).startswith("Ben (left) claimed it")
    assert words(an_event(actor="U0NEW")).startswith("U0NEW claimed it"), "Slack shows whom we cannot name"


def test_a_state_is_told_from_where_to_where_and_only_where_it_changed() -> None:
    assert "unclaimed → claimed" in words(an_event(state_before="open", state_after="claimed"))
    assert "→" not in words(an_event("escalate", state_before="open", state_after="open"))


def test_a_reroute_names_the_departments() -> None:
    text = words(an_event("reroute", before="care", after="billing", topic="late_fee", reason="It is a bill."))
    assert "Customer care → Billing" in text
    assert "topic: late fee" in text
    assert "Reason: “It is a bill.”" in text


def test_times_are_in_the_readers_zone_and_people_by_name() -> None:
    until = (NOW + timedelta(hours=1)).isoformat()
    parts = told(an_event("offered", to="U0BEN", until=until), NAMES)
    assert any(each["type"] == "date" for each in parts[0]["elements"])
    assert "to: Ben (left)" in said(parts)
    assert "2026-03-02 13:00 UTC" in said(parts)


def test_an_edit_shows_what_changed() -> None:
    parts = told(an_event("edited", EARSHOT, before="charged twice by you", after="charged once by you"), NAMES)
    styles = {each["text"]: each.get("style") for each in parts[0]["elements"]}
    assert (styles["twice"], styles["once"]) == ({"strike": True}, {"bold": True})


def test_what_only_machines_read_is_left_out() -> None:
    assert words(an_event("posted", EARSHOT, ts="1.2", kind="card", slot="x", channel="C0CARE", mention="12")) == (
        "Earshot posted it in Slackchannel: C0CARE"
    )


def test_what_was_told_to_one_person_was_no_channel() -> None:
    assert words(an_event("posted", EARSHOT, channel="U0BEN")).startswith(
        "Earshot posted it in Slackin a direct message to: "
    )


def test_everybody_who_is_named_is_looked_up() -> None:
    assert references(an_event("offered", to="U0BEN")) == {"U0ANA", "U0BEN"}
    assert references(an_event("escalate", EARSHOT, notified="U0LEE S0LEADS #ops")) == {"U0LEE"}


@given(text=hostile)
def test_no_detail_breaks_the_dialog(text: str) -> None:
    detail = dict.fromkeys(("before", "after", "reason", "text", "to", "until", "link", "channel", text or "x"), text)
    events = tuple(an_event(what, text or "U1", **detail) for what in ("edited", "reroute", "offered", text or "x"))
    assert not faults_of_view(history_modal(History(card=a_card(), events=events), {}))
