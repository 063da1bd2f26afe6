"""Whom a chain of levels reaches just now: rotas turned into people, and what Slack knows of everybody."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.domain.escalation import Target, TargetKind
from bot.domain.policy import Policy
from bot.domain.rota import NOBODY, rota_name, shift_at
from bot.domain.routing import Department
from bot.store import duties
from bot.store.database import Database

_KINDS = {"#": TargetKind.CHANNEL, "C": TargetKind.CHANNEL, "G": TargetKind.CHANNEL, "S": TargetKind.GROUP}


class Reach(Protocol):
    """What Slack knows of those whom a chain names. Asks Slack where it has to, so never inside a transaction."""

    def look(self, references: Iterable[str]) -> Mapping[str, Target]:
        """Each reference as it stands now. Raises nothing.

        Whom Slack cannot be asked about just now counts as reachable: the outbox waits for Slack, and a call that falls
        through does not come back.
        """
        ...


def as_written(reference: str) -> Target:
    """A reference taken at its word. `@name` may be a group too: only Slack knows."""
    return Target(reference=reference, called=reference, kind=_KINDS.get(reference[:1], TargetKind.PERSON))


class AsWritten:
    """Takes everybody at their word."""

    def look(self, references: Iterable[str]) -> Mapping[str, Target]:
        return {each: as_written(each) for each in references}


def targets_of(
    db: Database, policy: Policy, reach: Reach, department: Department, now: datetime
) -> Mapping[str, Target]:
    """Everybody whom the department's chain names, by reference."""
    named = dict.fromkeys(each for level in department.escalation for each in level.notify)
    on_call = _on_call(db, policy, {each: name for each in named if (name := rota_name(each))}, now)
    people = {on_call.get(each, each) for each in named} - {NOBODY}
    known = reach.look(sorted(people))
    return {each: _target(each, on_call.get(each), known) for each in named}


def _on_call(db: Database, policy: Policy, rotas: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Who is on call, by the rota's reference; NOBODY also for a rota that the configuration no longer has."""
    if not rotas:
        return {}
    with db.read() as session:
        taken = duties.ahead(session, now)
    return {
        reference: shift_at(policy.rotas[name], [each for each in taken if each.rota == name], now).person
        if name in policy.rotas
        else NOBODY
        for reference, name in rotas.items()
    }


def _target(reference: str, on_call: str | None, known: Mapping[str, Target]) -> Target:
    if on_call is None:
        return known.get(reference) or as_written(reference)
    name = rota_name(reference)
    if on_call == NOBODY:
        return Target(
            reference=reference, called="", kind=TargetKind.UNKNOWN, problem="nobody is on call", on_call=name
        )
    return replace(known.get(on_call) or as_written(on_call), reference=reference, on_call=name)
