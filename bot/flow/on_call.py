"""Who is on call, and duties that people take out of turn."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.duty_words import Wish
from bot.domain.rota import Duty, OnCall, Rota, next_shift, shift_at
from bot.errors import Refused
from bot.flow.desk.act import Desk
from bot.store import duties, inbound

LONGEST = timedelta(days=60)
"""A duty longer than this is a mistyped date, or a change of the rota itself."""


def on_call(desk: Desk, rotas: Iterable[Rota]) -> Sequence[OnCall]:
    """Each of the rotas, whose people are ids here as those of duties are: one person is one person."""
    now = desk.clock()
    with desk.db.read() as session:
        taken = duties.ahead(session, now)
    return [_stands(rota, [each for each in taken if each.rota == rota.name], now) for rota in rotas]


def take_duty(desk: Desk, wish: Wish, *, by: str, key: str) -> Duty | None:
    """Put somebody on call out of turn; None for an act that was carried out before. `wish.person` is an id here."""
    now = desk.clock()
    rotas = desk.policy.rotas
    if wish.rota not in rotas:
        known = ", ".join(sorted(rotas)) or "none: whoever runs Earshot adds [[rotas]] to its configuration"
        raise Refused(f"There is no rota “{wish.rota}”. Rotas are: {known}.")
    if wish.ends_at <= max(now, wish.starts_at):
        raise Refused("That ends before it begins: choose a later end.")
    if wish.ends_at - wish.starts_at > LONGEST:
        raise Refused(f"A duty lasts {LONGEST.days} days at the most: for longer the rota itself is to be changed.")
    with desk.db.write() as session:
        if not inbound.first_time(session, key, now):
            return None
        duty = Duty(
            id=0,
            rota=wish.rota,
            person=wish.person,
            starts_at=wish.starts_at.astimezone(UTC),
            ends_at=wish.ends_at.astimezone(UTC),
            set_by=by,
            set_at=now,
        )
        return duties.add(session, duty)


def end_duty(desk: Desk, duty_id: int, *, by: str, key: str) -> Duty | None:
    """Withdraw a duty: the turn holds again. None for an act that was carried out before."""
    with desk.db.write() as session:
        now = desk.clock()
        if not inbound.first_time(session, key, now):
            return None
        ended = duties.withdraw(session, duty_id, by=by, now=now)
        if ended is None:
            raise Refused("This duty is over or was withdrawn already.")
        return ended


def _stands(rota: Rota, taken: list[Duty], now: datetime) -> OnCall:
    return OnCall(rota=rota, shift=shift_at(rota, taken, now), then=next_shift(rota, taken, now), duties=tuple(taken))
