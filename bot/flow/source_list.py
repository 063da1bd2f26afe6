"""How each source is doing, as people read it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.rhythm import LOOK_BACK, SHORTEST_SILENCE
from bot.domain.source_health import Trouble, Vitals, troubles_of
from bot.flow.spending import cap_reached, month_of
from bot.sources.base import Priced, Source
from bot.store import rhythms, sources
from bot.store.database import Database, Session
from bot.store.sources import Standing

WEEK = timedelta(days=7)
UNKNOWN_RHYTHM = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """One source. `state` is in words; `problem` says more, empty where all is well. Money in millionths of a US dollar."""

    name: str
    kind: str
    state: str
    last_ok_at: datetime | None
    last_item_at: datetime | None
    next_at: datetime
    a_day: float
    failures: int
    problem: str
    access_ends_at: datetime | None
    spent: int
    cap: int | None
    well: bool


def list_sources(
    db: Database, configured: Mapping[str, Source], now: datetime, *, names: Collection[str] = ()
) -> list[SourceLine]:
    """Every source that is known, by name. `names` are configured ones of which nothing more is at hand here."""
    with db.read() as session:
        found = sources.standings(session)
        return [
            _line(session, each, configured.get(each.name), now, known=each.name in configured or each.name in names)
            for each in found
        ]


def vitals_of(session: Session, source: Source | None, standing: Standing, now: datetime) -> Vitals:
    """What there is to know of a source; its rhythm only where it has been quiet for a while. Of one that is not at hand
    the cap is not known: whether it is reached is what the operators were told last.
    """
    last = rhythms.newest(session, standing.name)
    quiet = last is not None and now - last >= SHORTEST_SILENCE
    return Vitals(
        every=source.every if source else UNKNOWN_RHYTHM,
        failures=standing.failures,
        refusals=standing.refusals,
        failing_since=standing.failing_since,
        bad_polls=standing.bad_polls,
        access_ends_at=standing.access_ends_at,
        over_cap=bool(cap_reached(session, source, now)) if source else Trouble.CAP in standing.alarm.split(),
        posts=rhythms.posts_of(session, standing.name, LOOK_BACK) if quiet else (),
    )


def _line(session: Session, standing: Standing, source: Source | None, now: datetime, *, known: bool) -> SourceLine:
    troubles = troubles_of(vitals_of(session, source, standing, now), now) if known else {}
    problems = [standing.problem, f"looking posts up again: {standing.look_problem}" if standing.look_problem else ""]
    if Trouble.SILENT in troubles:
        problems.append("look there to be sure that it is heard")
    return SourceLine(
        name=standing.name,
        kind=standing.kind,
        state=_state(standing, troubles, now) if known else "not configured any more",
        last_ok_at=standing.last_ok_at,
        last_item_at=rhythms.newest(session, standing.name),
        next_at=standing.next_at,
        a_day=rhythms.count_since(session, standing.name, now - WEEK) / WEEK.days,
        failures=standing.failures,
        problem="; ".join(each for each in problems if each),
        access_ends_at=standing.access_ends_at,
        spent=standing.spent_in(month_of(now)),
        cap=source.monthly_cap if isinstance(source, Priced) else None,
        well=not troubles and not standing.failures,
    )


def _state(standing: Standing, troubles: Mapping[Trouble, datetime], now: datetime) -> str:
    if Trouble.CAP in troubles:
        return "stopped: its cap is reached"
    if Trouble.REFUSED in troubles:
        return f"refused for {span_in_words(now - troubles[Trouble.REFUSED])}: a person has to mend it"
    if standing.failures:
        return f"failing for {span_in_words(now - (standing.failing_since or now))}"
    if Trouble.SILENT in troubles:
        return f"silent for {span_in_words(now - troubles[Trouble.SILENT])}, longer than ever"
    if Trouble.ACCESS in troubles:
        ends = troubles[Trouble.ACCESS] - now
        return f"access ends in {span_in_words(ends)}" if ends > timedelta(0) else "access has ended"
    if Trouble.BAD in troubles:
        return "leaves entries out"
    if standing.last_ok_at is None:
        return "not asked yet"
    if standing.catching_up:
        return "catching up"
    return "well"


def span_in_words(span: timedelta) -> str:
    """`40 min`, `5 h`, `3 d`."""
    minutes = max(round(span.total_seconds() / 60), 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{round(minutes / 60)} h" if minutes < 48 * 60 else f"{round(minutes / 1_440)} d"
