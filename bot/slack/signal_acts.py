"""The buttons of a weak signal's card, and the dialog behind one of them."""

from bot.errors import Taken
from bot.flow import signals
from bot.slack import ids
from bot.slack.blocks.signals import no_pattern_modal
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import Act, Form, two_numbers


def say_real(floor: Floor, act: Act) -> None:
    signal_id, mention_id = two_numbers(act.value)
    signals.say_real(floor.desk, click_of(act, mention_id), signal_id)


def ask_no_pattern(floor: Floor, act: Act) -> None:
    signal = signals.signal_of(floor.desk, two_numbers(act.value)[0])
    if signal.closed_at is not None:
        raise Taken(
            "Somebody has looked at this already.", owner=signal.closed_by, since=signal.closed_at, did="decided it"
        )
    floor.open(act.trigger, no_pattern_modal(signal))


def say_no_pattern(floor: Floor, form: Form) -> None:
    click = click_of(form, form.mention_id)
    signals.say_no_pattern(floor.desk, click, int(form.memory["signal_id"]), form.text(ids.SIGNAL_REASON))
