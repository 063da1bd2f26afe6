"""The engagement report as a picture, for workspaces whose Slack does not draw charts yet."""

import io
from collections.abc import Mapping
from typing import Any

from bot.domain.report import Report, Row
from bot.slack.blocks.report import daily_chart, period_words, team_name

_LINES = (("#3a6ea5", "o"), ("#7a5195", "s"), ("#2e8b57", "^"), ("#c0504d", "D"))
"""Colour and marker of each series of `daily_chart`: told apart without colours too."""
_OUTCOMES = (
    ("Answered", "#2e8b57"),
    ("Let stand", "#8fbf8f"),
    ("Monitored", "#b9c7d6"),
    ("Not about us", "#dddddd"),
    ("Open or on the way", "#e0a030"),
)
_BARS = 15
"""Teams in the picture, the busiest; the table and the CSV have all of them."""


def report_png(report: Report, titles: Mapping[str, str] | None = None) -> bytes:
    """The days as lines above, what became of each team's mentions as bars below; 1600 pixels wide.

    matplotlib is imported here: it takes half a second, and only a report needs it. The figure is not registered with
    pyplot, so that threads can draw at once.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    busiest = sorted(report.departments, key=lambda row: -row.figures.mentions)[:_BARS]
    figure = Figure(figsize=(10, 4.4 + 0.35 * len(busiest)), dpi=160, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(f"Engagement report, {period_words(report.period)}")
    if not busiest:
        _draw_days(figure.subplots(), report)
    else:
        above, below = figure.subplots(2, 1, height_ratios=(4, 1 + 0.45 * len(busiest)))
        _draw_days(above, report)
        _draw_teams(below, busiest, titles or {}, hidden=len(report.departments) - len(busiest))
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def _draw_days(axes: Any, report: Report) -> None:
    chart = daily_chart(report)
    places = range(len(chart.labels))
    for series, (colour, marker) in zip(chart.series, _LINES, strict=True):
        axes.plot(places, series.values, label=series.name, color=colour, marker=marker, markersize=4)
    axes.set_ylim(0, max(axes.get_ylim()[1], 1))
    axes.set_xticks(places, chart.labels, rotation=45, ha="right")
    axes.set_title(chart.note or chart.title, fontsize=9, loc="left")
    _tidy(axes, "y")


def _draw_teams(axes: Any, rows: list[Row], titles: Mapping[str, str], *, hidden: int) -> None:
    busiest_on_top = rows[::-1]
    places, left = range(len(rows)), [0] * len(rows)
    for outcome, (name, colour) in enumerate(_OUTCOMES):
        counts = [_outcomes(row)[outcome] for row in busiest_on_top]
        axes.barh(places, counts, left=left, label=name, color=colour, height=0.6)
        left = [before + count for before, count in zip(left, counts, strict=True)]
    axes.set_xlim(0, max(axes.get_xlim()[1], 1))
    axes.set_yticks(places, [_literal(team_name(row, titles)) for row in busiest_on_top])
    beyond = f" (the {len(rows)} busiest teams; {hidden:,} more in the CSV)" if hidden else ""
    axes.set_title(f"What became of each team's mentions{beyond}", fontsize=9, loc="left")
    _tidy(axes, "x")


def _outcomes(row: Row) -> tuple[int, ...]:
    """Counts in the order of _OUTCOMES; what rules kept out is not the team's."""
    figures = row.figures
    still_open = figures.undecided + figures.waiting
    return figures.answered, figures.let_stand, figures.monitored, figures.dismissed, still_open


def _tidy(axes: Any, counted_along: str) -> None:
    axis = axes.yaxis if counted_along == "y" else axes.xaxis
    axis.get_major_locator().set_params(integer=True)
    axes.grid(axis=counted_along, alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _literal(text: str) -> str:
    """matplotlib reads `$…$` as a formula."""
    return text.replace("$", r"\$")
