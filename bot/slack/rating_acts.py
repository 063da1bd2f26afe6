"""Useful or not useful: one click under a copy, two from a card's menu."""

from collections.abc import Callable
from functools import partial

from bot.domain.rating import Unhelpful
from bot.errors import Refused
from bot.flow.desk import looking
from bot.flow.desk.rating import rate
from bot.slack import ids
from bot.slack.blocks.metadata import Origin
from bot.slack.blocks.ratings import USEFUL, rated_message, rating_modal
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import NOT_OURS, Act, Form, menu_choice, whole_number


def say_useful(floor: Floor, act: Act) -> None:
    rate(floor.desk, click_of(act, whole_number(act.value)), act.origin.channel, useful=True)
    floor.whisper(act, rated_message(useful=True, reason=""))


def say_not_useful(floor: Floor, act: Act) -> None:
    """A reason out of the row under a copy; another one is asked for in the dialog."""
    name, mention_id = menu_choice(act.value)
    reason = _reason(name)
    try:
        if reason is Unhelpful.OTHER:
            card = looking.look(floor.desk, mention_id)
            floor.open(act.trigger, rating_modal(card, origin=act.origin, reason=reason.name))
            return
        rate(floor.desk, click_of(act, mention_id), act.origin.channel, useful=False, reason=reason)
    finally:
        looking.redraw(floor.desk, mention_id)  # so that the same reason can be chosen again
    floor.whisper(act, rated_message(useful=False, reason=reason))


def ask_rating(floor: Floor, act: Act) -> None:
    """From a card's menu, in the channel in which the card stands."""
    if not act.origin.channel:
        raise Refused("Say this under the card in its channel: it is about what that channel gets.")
    floor.show(act, rating_modal(looking.look(floor.desk, whole_number(act.value)), origin=act.origin))


def submit_rating(floor: Floor, form: Form) -> Callable[[], None]:
    chosen, words = form.text(ids.RATING_CHOICE), form.text(ids.RATING_WORDS)
    useful = chosen == USEFUL
    reason = "" if useful else _in_own_words(_reason(chosen), words)
    channel = Origin(str(form.memory["channel"])).channel
    rate(floor.desk, click_of(form, form.mention_id), channel, useful=useful, reason=reason)
    return partial(floor.tell_in, channel, form.user, rated_message(useful=useful, reason=reason))


def _in_own_words(reason: Unhelpful, words: str) -> str:
    if reason is not Unhelpful.OTHER:
        return reason
    if not words:
        raise Refused("Please say why in your own words.")
    return words


def _reason(name: str) -> Unhelpful:
    if name not in Unhelpful.__members__:
        raise Refused(NOT_OURS)
    return Unhelpful[name]
