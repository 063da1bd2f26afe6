"""What people do with Home itself: choose what to see, turn pages, try again."""

from dataclasses import replace

from bot.domain.home import Choice, HomeList
from bot.errors import Refused
from bot.flow.home import choose
from bot.slack import ids
from bot.slack.blocks.home import EVERYTHING
from bot.slack.floor import Floor
from bot.slack.home_tab import pages_shown, turn_to
from bot.slack.payloads import Act, whole_number


def choose_what_to_see(floor: Floor, act: Act) -> None:
    """One of the filters above the lists. What is chosen holds until it is changed, and the lists begin anew."""

    def changed(before: Choice) -> Choice:
        if act.action_id == ids.HOME_EVERYTHING:
            return Choice()
        if act.action_id == ids.HOME_URGENT:
            return replace(before, urgent=bool(act.value))
        chosen = "" if act.value == EVERYTHING else act.value
        if act.action_id == ids.HOME_DEPARTMENT:
            return replace(before, department=chosen)
        return replace(before, topic=chosen) if act.action_id == ids.HOME_TOPIC else replace(before, source=chosen)

    choose(floor.desk.db, act.user, changed, floor.desk.clock())
    turn_to(floor, act, {})


def turn_page(floor: Floor, act: Act) -> None:
    """Another page of one list; the others stay where they are."""
    name, _, page = act.value.partition(":")
    if name not in list(HomeList):
        raise Refused("This button is not one of mine any more: open Home again.")
    turn_to(floor, act, {**pages_shown(act), HomeList(name): whole_number(page)})


def try_again(floor: Floor, act: Act) -> None:
    turn_to(floor, act, {})
