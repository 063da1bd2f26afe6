"""The engagement report: what became of the mentions of a period, by department. Counts and times, no opinions."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from bot.domain.agreement import Following, by_outcome
from bot.domain.conversion import Conversion
from bot.domain.facts import MentionFacts
from bot.domain.kudos import Thanks
from bot.domain.lifecycle import CLOSED, LIVE, State
from bot.domain.period import Period
from bot.domain.person import Voices
from bot.domain.promise import OfficeHours, office_time_between
from bot.domain.source_health import Unheard
from bot.domain.triage import Outcome


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Median and 90th percentile of `count` durations by nearest rank: each is one that really occurred; None of none."""

    count: int
    median: timedelta | None
    p90: timedelta | None


@dataclass(frozen=True, kw_only=True)
class Timing:
    """One waiting time two ways: by the clock, and in the office time of each mention's department where that has hours."""

    wall: Spread
    office: Spread


@dataclass(frozen=True, kw_only=True)
class Day:
    """Mentions received on one local day, and what became of those until now."""

    day: date
    mentions: int
    decisions: int
    answered: int
    detractors: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What became of the mentions received in one period.

    Every mention is in exactly one of: answered, let_stand, monitored, dismissed (its latest decision), undecided (in a
    channel, nobody has decided yet), waiting (not in a channel yet), filtered (kept out by a rule). Promises count once
    they are settled or past due. `detractors` and `promoters` are estimates of the model or people's corrections, out of `judged`.
    """

    mentions: int
    answered: int
    let_stand: int
    monitored: int
    dismissed: int
    undecided: int
    waiting: int
    filtered: int
    to_claim: Timing
    to_decide: Timing
    to_answer: Timing
    promises_due: int
    promises_kept: int
    judged: int
    detractors: int
    promoters: int
    days: tuple[Day, ...]
    thanks: tuple[Thanks, ...] = ()
    """Each praise of one of our people by name."""
    following: tuple[Following, ...] = ()
    """How often people did what the response flow recommended, by outcome."""

    @property
    def decisions(self) -> int:
        """Letting stand and monitoring are decisions: not answering a troll is no missed reply."""
        return self.answered + self.let_stand + self.monitored + self.dismissed

    @property
    def promises_kept_share(self) -> float | None:
        """Kept of due, 0 to 1. None where none was due: nothing was promised, so nothing was kept."""
        return self.promises_kept / self.promises_due if self.promises_due else None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One department, or all of them; `before` is the previous period as it stands now.

    `open_now` counts everything open at this moment, whenever it was received, reopened ones too: nothing old is hidden.
    """

    department: str
    figures: Figures
    before: Figures
    open_now: int
    oldest_open: timedelta | None
    open_ids: tuple[int, ...]
    """The open mentions, oldest first."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """`departments` are in the order of their names; the department "" holds what is not routed yet."""

    period: Period
    made_at: datetime
    total: Row
    departments: tuple[Row, ...]
    apart: tuple[Row, ...] = ()
    """Departments that owe nothing, where people join in: they are in no total."""
    voices: Voices | None = None
    """Determined detractors and advocates as they stand now, of all departments; None where only one was asked for."""
    conversion: Conversion | None = None
    """Whether answers win detractors over; of half a year, since that takes longer than most periods are."""
    unheard: tuple[Unheard, ...] = ()
    """Sources that were not heard at times: their few mentions mean nothing."""


def build_report(
    facts: Sequence[MentionFacts],
    period: Period,
    *,
    now: datetime,
    departments: Mapping[str, OfficeHours | None],
    owing_nothing: frozenset[str] = frozenset(),
    threshold: float = 0.5,
) -> Report:
    """The report on `period`, with the one before it.

    `facts` hold every mention received since `period.previous().begin` and every one that is open now; older closed ones
    do no harm. `departments` gives the known ones with their hours, shown even where nothing came in; `owing_nothing` are
    counted apart. A mention is a detractor's or promoter's from `threshold` on. Raises ValueError where one is there twice.
    """
    if len({each.mention_id for each in facts}) != len(facts):
        raise ValueError("a mention is there twice: it would be counted twice")

    def row(name: str, among: Sequence[MentionFacts]) -> Row:
        figures, before = (_figures(among, span, now, departments, threshold) for span in (period, period.previous()))
        still_open = sorted((e for e in among if e.state in LIVE), key=lambda e: (e.received_at, e.mention_id))
        return Row(
            department=name,
            figures=figures,
            before=before,
            open_now=len(still_open),
            oldest_open=now - still_open[0].received_at if still_open else None,
            open_ids=tuple(each.mention_id for each in still_open),
        )

    names = sorted({*departments, *(each.department for each in facts)})
    of = {name: [each for each in facts if each.department == name] for name in names}
    return Report(
        period=period,
        made_at=now,
        total=row("total", [each for each in facts if each.department not in owing_nothing]),
        departments=tuple(row(name, of[name]) for name in names if name not in owing_nothing),
        apart=tuple(row(name, of[name]) for name in names if name in owing_nothing),
    )


def to_csv(report: Report) -> str:
    """One row a department and, last, the total; RFC 4180 with a header. Durations are in minutes, unknown ones empty.

    Departments that owe nothing follow the total, which does not hold them.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    rows = [_cells(report, row) for row in (*report.departments, report.total, *report.apart)]
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def spread(durations: Iterable[timedelta]) -> Spread:
    ordered = sorted(durations)
    return Spread(count=len(ordered), median=_nearest_rank(ordered, 0.5), p90=_nearest_rank(ordered, 0.9))


def _nearest_rank(ordered: Sequence[timedelta], share: float) -> timedelta | None:
    """The smallest value that at least `share` of all do not exceed."""
    return ordered[ceil(share * len(ordered)) - 1] if ordered else None


def _figures(
    among: Sequence[MentionFacts],
    period: Period,
    now: datetime,
    hours: Mapping[str, OfficeHours | None],
    threshold: float,
) -> Figures:
    cohort = [each for each in among if period.begin <= each.received_at < period.end]
    decided = {state: sum(each.decision is state for each in cohort) for state in CLOSED}
    rest = [each.state for each in cohort if each.decision is None]
    promises = [promise.kept(now) for each in cohort for promise in each.promises]
    return Figures(
        mentions=len(cohort),
        answered=decided[State.ANSWERED],
        let_stand=decided[State.LET_STAND],
        monitored=decided[State.MONITORED],
        dismissed=decided[State.DISMISSED],
        undecided=sum(state in LIVE for state in rest),
        waiting=sum(state in (State.NEW, State.JUDGED) for state in rest),
        filtered=rest.count(State.FILTERED),
        to_claim=_timing([(each, each.first_claimed_at) for each in cohort], hours),
        to_decide=_timing([(each, each.first_decided_at) for each in cohort], hours),
        to_answer=_timing([(each, each.answered_at) for each in cohort], hours),
        promises_due=sum(kept is not None for kept in promises),
        promises_kept=promises.count(True),
        judged=sum(each.detractor is not None for each in cohort),
        detractors=sum(_reaches(each.detractor, threshold) for each in cohort),
        promoters=sum(_reaches(each.promoter, threshold) for each in cohort),
        days=_days(cohort, period, threshold),
        thanks=tuple(thanks for each in cohort for thanks in each.thanks),
        following=by_outcome(each.agreement for each in cohort if each.agreement is not None),
    )


def _timing(waits: Sequence[tuple[MentionFacts, datetime | None]], hours: Mapping[str, OfficeHours | None]) -> Timing:
    done = [(each, moment, hours.get(each.department)) for each, moment in waits if moment is not None]
    return Timing(
        wall=spread(moment - each.received_at for each, moment, _ in done),
        office=spread(
            office_time_between(each.received_at, moment, open_hours)
            for each, moment, open_hours in done
            if open_hours is not None
        ),
    )


def _days(cohort: Sequence[MentionFacts], period: Period, threshold: float) -> tuple[Day, ...]:
    zone = ZoneInfo(period.zone)
    by_day: dict[date, list[MentionFacts]] = {day: [] for day in period.days}
    for each in cohort:
        by_day[each.received_at.astimezone(zone).date()].append(each)
    return tuple(
        Day(
            day=day,
            mentions=len(received),
            decisions=sum(each.decision is not None for each in received),
            answered=sum(each.decision is State.ANSWERED for each in received),
            detractors=sum(_reaches(each.detractor, threshold) for each in received),
        )
        for day, received in by_day.items()
    )


def _reaches(score: float | None, threshold: float) -> bool:
    return score is not None and score >= threshold


def _cells(report: Report, row: Row) -> dict[str, str | int]:
    now, before = row.figures, row.before
    return {
        "department": _inert(row.department or "(not routed yet)"),
        "from": report.period.begin.isoformat(),
        "to": report.period.end.isoformat(),
        "mentions": now.mentions,
        "decisions": now.decisions,
        "answered": now.answered,
        "let_stand": now.let_stand,
        "monitored": now.monitored,
        "dismissed": now.dismissed,
        "undecided": now.undecided,
        "waiting": now.waiting,
        "filtered": now.filtered,
        "open_now": row.open_now,
        "oldest_open_min": _minutes(row.oldest_open),
        **_timing_cells("claim", now.to_claim),
        **_timing_cells("decide", now.to_decide),
        **_timing_cells("answer", now.to_answer),
        "promises_due": now.promises_due,
        "promises_kept": now.promises_kept,
        "promises_kept_percent": _percent(now.promises_kept_share),
        "judged": now.judged,
        "detractors_estimated": now.detractors,
        "promoters_estimated": now.promoters,
        "kudos": len(now.thanks),
        **_following_cells(now.following),
        "mentions_before": before.mentions,
        "decisions_before": before.decisions,
        "answered_before": before.answered,
        "promises_kept_percent_before": _percent(before.promises_kept_share),
        "detractors_estimated_before": before.detractors,
    }


def _following_cells(following: Sequence[Following]) -> dict[str, int]:
    """Two columns an outcome, also for those that nobody decided on."""
    found = {each.outcome: each for each in following}
    counts = {
        outcome: (found[outcome].decided, found[outcome].followed) if outcome in found else (0, 0)
        for outcome in Outcome
    }
    return {
        name: count
        for outcome, (decided, followed) in counts.items()
        for name, count in ((f"recommended_{outcome}", decided), (f"followed_{outcome}", followed))
    }


def _timing_cells(name: str, timing: Timing) -> dict[str, str]:
    return {
        f"{name}_median_min": _minutes(timing.wall.median),
        f"{name}_p90_min": _minutes(timing.wall.p90),
        f"{name}_median_office_min": _minutes(timing.office.median),
        f"{name}_p90_office_min": _minutes(timing.office.p90),
    }


def _minutes(duration: timedelta | None) -> str:
    return "" if duration is None else f"{duration / timedelta(minutes=1):.1f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}".removesuffix("%")


def _inert(text: str) -> str:
    """Spreadsheets run a cell that begins like a formula (OWASP, CSV injection); an apostrophe makes it a text."""
    return f"'{text}" if text[0] in "=+-@\t\r\n＝＋－＠" else text
