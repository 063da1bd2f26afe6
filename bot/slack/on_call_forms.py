"""/mentions oncall: who is on call, and duties out of turn, typed or filled in."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.duty_words import Wish, parse_wish
from bot.domain.roles import Permission
from bot.domain.rota import NOBODY, Duty, Rota
from bot.errors import GiveUp, Refused
from bot.flow.on_call import end_duty, on_call, take_duty
from bot.slack import ids
from bot.slack.blocks.on_call import NO_ROTAS, duty_ended_message, duty_message, duty_modal, on_call_message
from bot.slack.floor import Floor
from bot.slack.payloads import Act, Command, Form, moment_of, whole_number
from bot.slack.roster import refuse_stranger


def on_call_command(floor: Floor, command: Command) -> None:
    """/mentions oncall [ROTA @WHO until WHEN]: without more it shows who is on call."""
    wanted = command.text.partition(" ")[2].strip()
    if not wanted:
        floor.whisper(command, on_call_message(on_call(floor.desk, _rotas(floor))))
        return
    floor.permit(command.user, Permission.SETTINGS)
    now = floor.desk.clock().astimezone(floor.zone_of(command.user))
    try:
        wish = parse_wish(wanted, now)
    except ValueError as error:
        raise Refused(str(error)) from error
    duty = _take(floor, wish, by=command.user, key=f"duty:{command.key}")
    if duty is not None:
        floor.whisper(command, duty_message(duty))
        _tell(floor, duty, by=command.user)


def ask_duty(floor: Floor, act: Act) -> None:
    """The dialog; the value is the rota that it begins with."""
    rotas = list(floor.policy.rotas.values())
    if not rotas:
        raise Refused(NO_ROTAS)
    floor.open(act.trigger, duty_modal(rotas, act.value))


def submit_duty(floor: Floor, form: Form) -> Callable[[], None] | None:
    now = floor.desk.clock()
    begins, ends = form.text(ids.DUTY_FROM), form.text(ids.DUTY_UNTIL)
    if not form.text(ids.DUTY_PERSON) or not ends:
        raise Refused("Choose who is on call, and until when.")
    starts_at = moment_of(begins) if begins else now
    person = form.text(ids.DUTY_PERSON)
    wish = Wish(rota=form.text(ids.DUTY_ROTA), person=person, starts_at=starts_at, ends_at=moment_of(ends))
    duty = _take(floor, wish, by=form.user, key=form.key)
    if duty is None:
        return None

    def tell() -> None:
        floor.tell(form.user, duty_message(duty))
        _tell(floor, duty, by=form.user)

    return tell


def withdraw_duty(floor: Floor, act: Act) -> None:
    duty = end_duty(floor.desk, whole_number(act.value), by=act.user, key=act.key)
    if duty is not None:
        floor.whisper(act, duty_ended_message(duty))
        if duty.person != act.user:
            floor.tell(duty.person, duty_ended_message(duty))


def _take(floor: Floor, wish: Wish, *, by: str, key: str) -> Duty | None:
    try:
        person = floor.directory.id_of(wish.person)
    except GiveUp as fault:
        raise Refused(f"Nobody here is called {wish.person}: type @ and choose a name from the list.") from fault
    refuse_stranger(floor.directory, person)
    return take_duty(floor.desk, replace(wish, person=person), by=by, key=key)


def _tell(floor: Floor, duty: Duty, *, by: str) -> None:
    if duty.person != by:
        floor.tell(duty.person, duty_message(duty))


def _rotas(floor: Floor) -> list[Rota]:
    """With ids in the place of names; whom Slack does not know keeps the name."""
    return [
        replace(rota, people=tuple(_id(floor, each) for each in rota.people)) for rota in floor.policy.rotas.values()
    ]


def _id(floor: Floor, person: str) -> str:
    found = [] if person == NOBODY else floor.directory.ids_of([person])
    return found[0] if found else person
