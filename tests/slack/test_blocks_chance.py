"""The card of a chance to join in: headed as one, with nobody's score on it, and with another advice."""

from typing import Any

import pytest

from bot.domain.card import Card
from bot.domain.lifecycle import State
from bot.slack import ids
from bot.slack.blocks.answer import answer_modal
from bot.slack.blocks.card import card_message
from bot.slack.blocks.message import Json
from bot.slack.blocks.standing import standing
from bot.slack.blocks.why import why_modal
from tests.slack.examples import NOW, a_card, a_claim, a_page
from tests.slack.limits import faults_of_message, faults_of_view, objects, said

WHY = "theme “soup”: a chance to join in"


def a_chance(**wanted: Any) -> Card:
    known: dict[str, Any] = {"route_rule": "theme", "route_why": WHY, "triage": None, "promises": (), "urgent": False}
    return a_card(**(known | {"escalation_levels": 0, "success_channel": "C0WINS"} | wanted))


def menu_of(blocks: list[Json]) -> list[str]:
    menus = [each for each in objects(blocks) if each.get("action_id") == ids.MENU]
    return [option["value"].partition(":")[0] for menu in menus for option in menu["options"]]


def test_it_is_headed_as_a_chance_and_says_why_it_is_here() -> None:
    message = card_message(a_chance(), now=NOW)
    shown = said(message.blocks)
    assert faults_of_message(message) == []
    assert "💬 A chance to join in" in message.text
    assert f"Why here? Customer care: {WHY}. It names nobody of us, so nothing is promised." in shown
    assert "join in only where you add something" in shown


def test_nothing_that_the_model_estimates_of_strangers_is_shown() -> None:
    shown = said(card_message(a_chance(verdict={"promoter": 0.9, "detractor": 0.1}), now=NOW).blocks)
    assert [word for word in ("detractor", "promoter", "Praise", "due") if word in shown] == []


@pytest.mark.parametrize("state", [State.OPEN, State.CLAIMED])
def test_people_join_in_where_they_would_answer_a_customer(state: State) -> None:
    claimed = {"claim": a_claim()} if state is State.CLAIMED else {}
    blocks = card_message(a_chance(state=state, **claimed), now=NOW).blocks
    labels = [each["text"]["text"] for each in objects(blocks) if each.get("type") == "button"]
    assert "Join in…" in labels
    assert "Answer" not in labels
    assert {"score", "flow", "share"}.isdisjoint(menu_of(blocks))
    assert {"let_stand", "reroute", "why"} <= set(menu_of(blocks))


def test_the_answer_dialog_gives_the_same_advice() -> None:
    shown = said(answer_modal(a_page(a_chance())))
    assert "join in only where you add something" in shown
    assert "could not judge" not in shown


def test_why_here_tells_of_the_theme() -> None:
    view = why_modal(a_chance())
    assert faults_of_view(view) == []
    assert "what is said on a theme of ours without our name" in said(view)


def test_what_we_wrote_ourselves_says_whose_it_is() -> None:
    kept = a_card(state=State.FILTERED, route_rule="ours", route_why="our own account wrote it, no customer")
    assert said(standing(kept)) == "Kept out of every channel: our own account wrote it, no customer"
