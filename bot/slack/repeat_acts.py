"""The list of posts that say the same as a card's, and taking one out of it."""

from bot.flow import repeats
from bot.slack import ids
from bot.slack.blocks.message import Json
from bot.slack.blocks.repeats import repeats_modal
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import Act, two_numbers, whole_number

TAKEN_OUT = "✅ It gets a card of its own now, with the promises of the team that it belongs to."


def show_repeats(floor: Floor, act: Act) -> None:
    floor.show(act, _view(floor, whole_number(act.value), 0))


def turn_repeats(floor: Floor, act: Act) -> None:
    mention_id, page = two_numbers(act.value)
    floor.change(act.view, _view(floor, mention_id, page), unless_changed=True)


def take_out(floor: Floor, act: Act) -> None:
    """Not the same; the list is drawn without it."""
    repeat, page = two_numbers(act.value)
    first = repeats.take_out(floor.desk, click_of(act, repeat))
    if first:
        floor.change(act.view, _view(floor, first, page, note=TAKEN_OUT))


def _view(floor: Floor, mention_id: int, page: int, *, note: str = "") -> Json:
    said = repeats.list_repeats(floor.desk, mention_id, page)
    found = said.page
    return repeats_modal(said.card, found.repeats, first=found.first, total=found.total, size=repeats.PAGE, note=note)


REPEAT_ACTS = {
    ids.REPEATS: show_repeats,
    ids.REPEATS_OLDER: turn_repeats,
    ids.REPEATS_NEWER: turn_repeats,
    ids.REPEAT_OUT: take_out,
}
