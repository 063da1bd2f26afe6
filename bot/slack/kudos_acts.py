"""Whether somebody wants to be told of customers' thanks: the button under them, the one at Home, and /mentions kudos."""

from bot.errors import Refused
from bot.flow.kudos import choose_kudos, wants_kudos
from bot.slack import ids
from bot.slack.blocks.kudos import STARTED, STOPPED, UNLISTED, kudos_words
from bot.slack.blocks.notices import sentence_message
from bot.slack.floor import ActListener, Floor
from bot.slack.payloads import Act, Command

_WORDS = {"on": True, "off": False}


def stop_kudos(floor: Floor, act: Act) -> None:
    choose_kudos(floor.desk.db, act.user, floor.desk.clock(), wanted=False)
    _confirm(floor, act, STOPPED)


def start_kudos(floor: Floor, act: Act) -> None:
    choose_kudos(floor.desk.db, act.user, floor.desk.clock(), wanted=True)
    _confirm(floor, act, STARTED)


def kudos_command(floor: Floor, command: Command) -> None:
    """/mentions kudos [on|off]: change it, or see how it stands."""
    typed = command.text.partition(" ")[2].strip().casefold()
    if typed and typed not in _WORDS:
        raise Refused("Type /mentions kudos on or /mentions kudos off.")
    if command.user not in floor.directory.ids_of([each.slack for each in floor.policy.staff]):
        raise Refused(UNLISTED)
    if not typed:
        told = kudos_words(wanted=wants_kudos(floor.desk.db, command.user))
    else:
        choose_kudos(floor.desk.db, command.user, floor.desk.clock(), wanted=_WORDS[typed])
        told = STARTED if _WORDS[typed] else STOPPED
    floor.whisper(command, sentence_message(told))


def _confirm(floor: Floor, act: Act, sentence: str) -> None:
    """Home draws itself anew and says it there."""
    if not act.in_home:
        floor.whisper(act, sentence_message(sentence))


KUDOS_ACTS: dict[str, ActListener] = {ids.KUDOS_STOP: stop_kudos, ids.KUDOS_START: start_kudos}
