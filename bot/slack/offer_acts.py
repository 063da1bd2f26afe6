"""Handing a mention over, answering such an offer, and taking one's last step back: buttons, menu entries and dialogs."""

from bot.errors import Refused
from bot.flow.desk import looking, offering, undoing
from bot.slack import ids
from bot.slack.blocks.metadata import Origin
from bot.slack.blocks.offers import answered_notice, decline_modal, hand_over_modal
from bot.slack.blocks.text import duration
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import Act, Form, whole_number
from bot.slack.roster import refuse_stranger


def ask_colleague(floor: Floor, act: Act) -> None:
    """To whom? Asked only where the mention can be handed over."""
    card = looking.look(floor.desk, whole_number(act.value))
    offering.refuse_offer(card, act.user)
    floor.open(act.trigger, hand_over_modal(card, within=duration(floor.policy.offer), origin=act.origin))


def hand_over(floor: Floor, form: Form) -> None:
    colleague = form.text(ids.HAND_OVER_TO)
    if not colleague:
        raise Refused("Choose a colleague.")
    refuse_stranger(floor.directory, colleague)
    offering.offer_to(floor.desk, click_of(form, form.mention_id), colleague, form.text(ids.HAND_OVER_NOTE))


def take_back(floor: Floor, act: Act) -> None:
    offering.take_back(floor.desk, click_of(act, whole_number(act.value)))


def accept(floor: Floor, act: Act) -> None:
    card = offering.accept(floor.desk, click_of(act, whole_number(act.value)))
    floor.rewrite(act.origin, answered_notice(card, accepted=True))


def ask_why_not(floor: Floor, act: Act) -> None:
    card = looking.look(floor.desk, whole_number(act.value))
    offer = offering.refuse_to_decline(card, act.user)
    floor.open(act.trigger, decline_modal(card, offer, origin=act.origin))


def decline(floor: Floor, form: Form) -> None:
    card = offering.decline(floor.desk, click_of(form, form.mention_id), form.text(ids.DECLINE_REASON))
    origin = Origin(str(form.memory.get("channel") or ""), str(form.memory.get("ts") or ""))
    floor.rewrite(origin, answered_notice(card, accepted=False))


def undo(floor: Floor, act: Act) -> None:
    undoing.undo_last(floor.desk, click_of(act, whole_number(act.value)))
