"""The engagement report as a message: headline figures, a row a department, and the days as a chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.domain.agreement import Following
from bot.domain.conversion import ENOUGH, Conversion
from bot.domain.kudos import Thanked
from bot.domain.period import Period
from bot.domain.report import Day, Figures, Report, Row, Spread
from bot.domain.triage import TITLES
from bot.slack.blocks.elements import context, header, markdown, plain_text, preformatted, rich, section
from bot.slack.blocks.kudos import kudos_in_report
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.sources import unheard_in_report
from bot.slack.blocks.stances import voices_blocks
from bot.slack.blocks.text import counted, cut, duration, inline, percent, utc

MAX_POINTS = 20
"""Slack's charts have at most 20 labels."""

TABLE_ROWS = 40
"""Departments in the table. Slack takes 100 rows of 20 cells, but also counts their characters together (10,000)."""

_NOT_ROUTED = "Not routed yet"
_TOTAL = "All"
_COLUMNS = (
    "Team",
    "Mentions",
    "Decided",
    "Answered",
    "Open now",
    "Oldest open",
    "To claim",
    "To answer",
    "Promises kept",
    "Detractors (est.)",
)


@dataclass(frozen=True)
class Series:
    """One line of the chart: a value for each of the chart's labels."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class DailyChart:
    """The days of a report, condensed to at most MAX_POINTS. `note` says how, and is empty where nothing was condensed."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    note: str


def report_message(
    report: Report,
    *,
    titles: Mapping[str, str] | None = None,
    chart: Literal["blocks"] | None = None,
    staff: Sequence[Thanked] = (),
) -> Message:
    """With `chart="blocks"` Slack draws table and chart; without, it is text only, for workspaces that refuse those blocks.

    `titles` maps departments to their names for people, `staff` are those whose praise may be told by name. What a model
    read is labelled as estimated.
    """
    named = titles or {}
    title = f"Engagement report, {period_words(report.period)}"
    figures = report.total.figures
    blocks = [
        header(title),
        section(markdown(_summary(report.total))),
        {"type": "section", "fields": [markdown(each) for each in _fields(report.total)]},
        *([_chart_block(daily_chart(report)), *_chart_note(report)] if chart and figures.days else []),
        *(_table_block(report, named) if chart else _table_text(report, named)),
        *_following(figures.following),
        *_won(report.conversion),
        *voices_blocks(report.voices, report.made_at),
        *kudos_in_report(len(figures.thanks), len(report.total.before.thanks), staff),
        *_joined_in(report, named),
        *unheard_in_report(report.unheard),
        context(plain_text(_footnote(report), 1_000)),
    ]
    return Message(f"{title}. {_summary(report.total)}", blocks)


def period_words(period: Period) -> str:
    """`15 to 21 November 2026`, as short as it is clear."""
    first, last = period.first, period.last
    if first == last:
        return _full(first)
    if first.year != last.year:
        return f"{_full(first)} to {_full(last)}"
    if first.month != last.month:
        return f"{first.day} {first:%B} to {_full(last)}"
    return f"{first.day} to {_full(last)}"


def daily_chart(report: Report) -> DailyChart:
    """Mentions, decisions, answers and estimated detractors over the days."""
    days = report.total.figures.days
    size = -(-len(days) // MAX_POINTS) or 1
    groups = [days[start : start + size] for start in range(0, len(days), size)]
    labels = tuple(f"{group[0].day.day} {group[0].day:%b}" for group in groups)
    return DailyChart(
        title="Mentions by day received" if size == 1 else f"Mentions, {size} days a point",
        labels=labels,
        series=(
            _series("Mentions", groups, [each.mentions for each in days]),
            _series("Decided", groups, [each.decisions for each in days]),
            _series("Answered", groups, [each.answered for each in days]),
            _series("Detractors (est.)", groups, [each.detractors for each in days]),
        ),
        note=_condensed(size, groups),
    )


def chart_description(report: Report) -> str:
    """The chart in words, for people who do not see it."""
    chart = daily_chart(report)
    peaks = [f"{one.name} {sum(one.values):,}, at most {max(one.values, default=0):,} a point" for one in chart.series]
    return f"{chart.title}, {period_words(report.period)}: {'; '.join(peaks)}."


def team_name(row: Row, titles: Mapping[str, str]) -> str:
    return inline(titles.get(row.department) or row.department, 40) or _NOT_ROUTED


def _series(name: str, groups: Sequence[Sequence[Day]], values: Sequence[int]) -> Series:
    rest = iter(values)
    return Series(name, tuple(sum(next(rest) for _ in group) for group in groups))


def _condensed(size: int, groups: Sequence[Sequence[Day]]) -> str:
    if size == 1:
        return ""
    short = f", the last of {counted(len(groups[-1]), 'day')}" if len(groups[-1]) < size else ""
    return f"Each point of the chart is the sum of {size} days{short}; its label is the first of them."


def _summary(row: Row) -> str:
    figures, before = row.figures, row.before
    if not figures.mentions:
        return f"No mentions came in. {_open_words(row)}"
    decided = f"{figures.decisions:,} decided ({percent(figures.decisions / figures.mentions)})"
    return f"*{counted(figures.mentions, 'mention')}* ({before.mentions:,} before), {decided}. {_open_words(row)}"


def _open_words(row: Row) -> str:
    if not row.open_now:
        return "Nothing is open now."
    oldest = f", the oldest for {duration(row.oldest_open)}" if row.oldest_open is not None else ""
    return f"{row.open_now:,} open now{oldest}."


def _fields(row: Row) -> list[str]:
    """Figure, and the period before; at most ten, as Slack allows."""
    now, before = row.figures, row.before
    fields = [
        ("Answered", f"{now.answered:,} ({before.answered:,} before)"),
        ("Let stand · monitored", f"{now.let_stand:,} · {now.monitored:,}"),
        ("Not about us", f"{now.dismissed:,}"),
        ("Not decided yet", _undecided(now)),
        ("Time to claim", _spread(now.to_claim.wall)),
        ("Time to answer", _spread(now.to_answer.wall)),
        ("Promises kept", f"{_kept(now)} ({_kept(before)} before)"),
        ("Detractors (estimated)", f"{_of_judged(now.detractors, now)} ({before.detractors:,} before)"),
        ("Promoters (estimated)", _of_judged(now.promoters, now)),
        ("Recommendation followed", _followed(now.following)),
    ]
    return [f"*{name}*\n{value}" for name, value in fields]


def _followed(following: Sequence[Following]) -> str:
    decided, followed = sum(each.decided for each in following), sum(each.followed for each in following)
    return f"{percent(followed / decided)} of {decided:,} decisions" if decided else "no decision on one yet"


def _won(conversion: Conversion | None) -> list[Json]:
    """Whether answers win detractors over, against comparable authors whom nobody answered; too few say so."""
    if conversion is None or not conversion.answered + conversion.unanswered:
        return []
    sizes = f"{counted(conversion.answered, 'answered author')}, {conversion.unanswered:,} not answered"
    if not conversion.enough or conversion.answered_rate is None or conversion.unanswered_rate is None:
        return [
            context(plain_text(f"Detractors won over: too few to compare yet ({sizes}; {ENOUGH} of each are needed)."))
        ]
    shares = f"{percent(conversion.answered_rate)} of those answered, {percent(conversion.unanswered_rate)} of comparable others"
    how = (
        "Wrote as a promoter within 90 days; same source and topic, last half year. "
        "Estimated, and no proof: people chose whom to answer."
    )
    return [section(markdown(f"*Detractors won over (estimated):* {shares} ({sizes})")), context(plain_text(how))]


def _joined_in(report: Report, titles: Mapping[str, str]) -> list[Json]:
    """Teams that owe nothing, each with what it made of its chances."""
    if not report.apart:
        return []
    said = [
        f"{team_name(row, titles)}: {counted(row.figures.mentions, 'chance')} to join in "
        f"({row.before.mentions:,} before), {row.figures.answered:,} taken"
        for row in report.apart
    ]
    return [context(plain_text(f"Counted apart, for nobody there wrote about us. {' · '.join(said)}", 1_000))]


def _following(following: Sequence[Following]) -> list[Json]:
    """How often people did what the response flow recommended by itself, by outcome."""
    if not following:
        return []
    said = " · ".join(f"{TITLES[each.outcome]}: {percent(each.share)} of {each.decided:,}" for each in following)
    return [context(plain_text(f"Recommendations that were followed, by what was recommended. {said}", 1_000))]


def _undecided(figures: Figures) -> str:
    waiting = f", {figures.waiting:,} on the way to a team" if figures.waiting else ""
    filtered = f", {figures.filtered:,} kept out by rules" if figures.filtered else ""
    return f"{figures.undecided:,}{waiting}{filtered}"


def _spread(spread: Spread) -> str:
    if spread.median is None or spread.p90 is None:
        return "none yet"
    return f"median {duration(spread.median)}, p90 {duration(spread.p90)} (of {spread.count:,})"


def _kept(figures: Figures) -> str:
    share = figures.promises_kept_share
    return "none due" if share is None else f"{percent(share)} of {figures.promises_due:,}"


def _of_judged(count: int, figures: Figures) -> str:
    return f"{count:,} of {figures.judged:,} judged"


def _chart_block(chart: DailyChart) -> Json:
    """A line for several points; a bar for one, where a line would be a dot."""
    series = [
        {
            "name": one.name,
            "data": [{"label": label, "value": value} for label, value in zip(chart.labels, one.values, strict=True)],
        }
        for one in chart.series
    ]
    kind = "line" if len(chart.labels) > 1 else "bar"
    axis = {"categories": list(chart.labels), "y_label": "Mentions"}
    return {
        "type": "data_visualization",
        "title": chart.title,
        "chart": {"type": kind, "series": series, "axis_config": axis},
    }


def _chart_note(report: Report) -> list[Json]:
    note = daily_chart(report).note
    return [context(plain_text(note))] if note else []


def _table(report: Report, titles: Mapping[str, str]) -> tuple[list[tuple[str, ...]], int]:
    """Rows under _COLUMNS, the total last, and how many departments did not fit."""
    shown = report.departments[:TABLE_ROWS]
    rows = [_cells(row, team_name(row, titles)) for row in shown]
    return [*rows, _cells(report.total, _TOTAL)], len(report.departments) - len(shown)


def _cells(row: Row, name: str) -> tuple[str, ...]:
    figures = row.figures
    share = figures.promises_kept_share
    return (
        name,
        f"{figures.mentions:,}",
        f"{figures.decisions:,}",
        f"{figures.answered:,}",
        f"{row.open_now:,}",
        _short(row.oldest_open),
        _short(figures.to_claim.wall.median),
        _short(figures.to_answer.wall.median),
        "-" if share is None else percent(share),
        f"{figures.detractors:,}",
    )


def _table_block(report: Report, titles: Mapping[str, str]) -> list[Json]:
    rows, hidden = _table(report, titles)
    settings = [{"align": "left", "is_wrapped": True}, *({"align": "right"} for _ in _COLUMNS[1:])]
    cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in (_COLUMNS, *rows)]
    return [{"type": "table", "rows": cells, "column_settings": settings}, *_hidden(hidden)]


def _table_text(report: Report, titles: Mapping[str, str]) -> list[Json]:
    """A line a department, short enough for a phone."""
    rows, hidden = _table(report, titles)
    lines = [
        f"{name}: {mentions} mentions, {decided} decided, {answered} answered, {still_open} open"
        for name, mentions, decided, answered, still_open, *_ in rows
    ]
    text, is_cut = cut("\n".join(lines), 3_000)
    note = [context(plain_text("The list is cut here; the CSV has every team."))] if is_cut else []
    return [rich(preformatted(text)), *note, *_hidden(hidden)]


def _hidden(count: int) -> list[Json]:
    return [context(plain_text(f"and {counted(count, 'more team')}, all in the CSV"))] if count else []


def _footnote(report: Report) -> str:
    return (
        "Letting stand and monitoring are decisions, not missed replies. Times are by the clock, in the table as medians. "
        "“Before” is as many days right before. Detractors and promoters are estimated by a model. "
        f"Days are those of {inline(report.period.zone, 60)}. Made {utc(report.made_at)}."
    )


def _short(length: timedelta | None) -> str:
    """`45 min`, `5.2 h`, `3 d`: for a narrow cell."""
    if length is None:
        return "-"
    minutes = length / timedelta(minutes=1)
    if minutes < 90:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1_440:.0f} d"


def _full(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
