import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from bot.domain.agreement import Agreement
from bot.domain.conversion import Conversion
from bot.domain.facts import MentionFacts
from bot.domain.lifecycle import State
from bot.domain.period import Period, parse_period
from bot.domain.promise import Promise, PromiseKind
from bot.domain.report import Report, build_report, to_csv
from bot.domain.triage import Outcome
from bot.slack.blocks.report import MAX_POINTS, TABLE_ROWS, chart_description, daily_chart, period_words, report_message
from bot.slack.chart import report_png
from tests.slack.examples import HOUR, NOW, hostile
from tests.slack.limits import faults_of_message, said

PNG = b"\x89PNG\r\n\x1a\n"


def facts(count: int, *, teams: int = 2, days: int = 7) -> list[MentionFacts]:
    """A third answered after two hours, a third let stand, a third still open; every other one a detractor's."""
    return [_fact(number, f"team{number % teams}", NOW - timedelta(days=number % days)) for number in range(count)]


def _fact(number: int, department: str, received: datetime) -> MentionFacts:
    decision = (State.ANSWERED, State.LET_STAND, None)[number % 3]
    return MentionFacts(
        mention_id=number,
        department=department,
        source="reviews",
        topic="billing",
        received_at=received - 3 * HOUR,
        state=decision or State.OPEN,
        first_claimed_at=received - 2 * HOUR,
        first_decided_at=received - HOUR if decision else None,
        decision=decision,
        answered_at=received - HOUR if decision is State.ANSWERED else None,
        detractor=number % 2 * 0.9,
        promoter=0.1,
        promises=(Promise(kind=PromiseKind.ANSWER, warn_at=None, due_at=received, settled_at=received - HOUR),)
        if decision
        else (),
    )


def a_report(count: int = 30, *, period: str = "7d", teams: int = 2, days: int = 7) -> Report:
    hours = {f"team{n}": None for n in range(teams)}
    asked = parse_period(period, NOW, "Europe/Berlin")
    return build_report(facts(count, teams=teams, days=days), asked, now=NOW, departments=hours)


@pytest.mark.parametrize("chart", ["blocks", None])
def test_the_headline_figures_are_there_with_and_without_the_new_blocks(chart) -> None:
    message = report_message(a_report(), titles={"team0": "Customer care"}, chart=chart)
    text = said(message.blocks)
    assert not faults_of_message(message)
    for words in (
        "Engagement report, 24 February to 2 March 2026",
        "*30 mentions* (0 before), 20 decided (67%)",
        "10 open now, the oldest for 6 days 3 hours.",
        "*Answered*\n10 (0 before)",
        "*Let stand · monitored*\n10 · 0",
        "*Time to answer*\nmedian 2 hours, p90 2 hours (of 10)",
        "*Promises kept*\n100% of 20 (none due before)",
        "*Detractors (estimated)*\n15 of 30 judged (0 before)",
        "Customer care",
        "team1",
        "estimated by a model",
        "Europe/Berlin",
    ):
        assert words in text
    assert "30 mentions" in message.text


def test_only_the_version_with_blocks_needs_slacks_new_ones() -> None:
    new = {"table", "data_visualization"}
    kinds = [{block["type"] for block in report_message(a_report(), chart=chart).blocks} for chart in ("blocks", None)]
    assert new <= kinds[0]
    assert not new & kinds[1]


def test_the_table_ends_with_the_sum_of_all_teams() -> None:
    table = next(one for one in report_message(a_report(), chart="blocks").blocks if one["type"] == "table")
    rows = [[cell["text"] for cell in row] for row in table["rows"]]
    assert rows[0][0] == "Team"
    assert rows[0][-1] == "Detractors (est.)"
    assert rows[-1][:5] == ["All", "30", "20", "10", "10"]
    assert [sum(int(row[column]) for row in rows[1:-1]) for column in (1, 2, 3, 4)] == [30, 20, 10, 10]


def test_a_period_without_mentions_is_a_report_too() -> None:
    for chart in ("blocks", None):
        message = report_message(a_report(0), chart=chart)
        assert not faults_of_message(message)
        assert "No mentions came in. Nothing is open now." in message.text


def test_a_short_period_has_a_point_a_day() -> None:
    chart = daily_chart(a_report())
    assert chart.note == ""
    assert len(chart.labels) == 7
    assert (chart.labels[0], chart.labels[-1]) == ("24 Feb", "2 Mar")


def test_a_long_period_is_condensed_says_so_and_loses_nothing() -> None:
    report = a_report(366, period="366d", days=366)
    chart = daily_chart(report)
    message = report_message(report, chart="blocks")
    assert len(chart.labels) <= MAX_POINTS
    assert sum(chart.series[0].values) == report.total.figures.mentions == 366
    assert "Each point of the chart is the sum of 19 days, the last of 5 days; its label is the first of them." in said(
        message.blocks
    )
    assert not faults_of_message(message)


def test_more_teams_than_the_table_holds_are_counted() -> None:
    report = a_report(200, teams=TABLE_ROWS + 10)
    for chart in ("blocks", None):
        message = report_message(report, chart=chart)
        assert not faults_of_message(message)
        assert "and 10 more teams, all in the CSV" in said(message.blocks)


def test_one_day_is_drawn_as_bars() -> None:
    message = report_message(a_report(period="1d"), chart="blocks")
    chart = next(one for one in message.blocks if one["type"] == "data_visualization")
    assert chart["chart"]["type"] == "bar"
    assert not faults_of_message(message)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), "2 March 2026"),
        (date(2026, 3, 2), date(2026, 3, 9), "2 to 9 March 2026"),
        (date(2026, 2, 27), date(2026, 3, 5), "27 February to 5 March 2026"),
        (date(2025, 12, 30), date(2026, 1, 5), "30 December 2025 to 5 January 2026"),
    ],
)
def test_a_period_is_said_as_short_as_it_is_clear(first: date, last: date, words: str) -> None:
    begin = datetime(2026, 3, 2, tzinfo=ZoneInfo("UTC"))
    assert period_words(Period(zone="UTC", first=first, last=last, begin=begin, end=begin)) == words


def test_the_picture_is_a_png_of_fixed_width() -> None:
    for report in (a_report(), a_report(0, teams=0), a_report(200, period="60d", teams=40, days=60)):
        picture = report_png(report, {"team0": "Care $and$ billing"})
        assert picture.startswith(PNG)
        assert int.from_bytes(picture[16:20]) == 1_600


def test_the_picture_is_also_told_in_words() -> None:
    words = chart_description(a_report())
    assert "24 February to 2 March 2026" in words
    assert "Mentions 30" in words
    assert "Detractors (est.) 15" in words


@settings(max_examples=30, deadline=None)
@given(name=hostile)
def test_no_name_breaks_a_report(name: str) -> None:
    report = a_report(60, teams=45)
    for chart in ("blocks", None):
        assert not faults_of_message(
            report_message(report, titles=dict.fromkeys((f"team{n}" for n in range(45)), name), chart=chart)
        )


def test_it_says_how_often_recommendations_were_followed() -> None:
    agreements = (
        Agreement(recommended=Outcome.RESTORATION, agreed=True),
        Agreement(recommended=Outcome.LET_STAND, agreed=True),
        Agreement(recommended=Outcome.LET_STAND, agreed=False),
    )
    made = [replace(each, agreement=agreements[each.mention_id % 3]) for each in facts(30) if each.decision]
    report = build_report(made, parse_period("7d", NOW, "UTC"), now=NOW, departments={"team0": None, "team1": None})
    message = report_message(report)
    assert not faults_of_message(message)
    text = said(message.blocks)
    assert "*Recommendation followed*\n100% of 20 decisions" in text
    assert "Put it right (restoration): 100% of 10 · Let it stand: 100% of 10" in text
    assert "no decision on one yet" in said(report_message(a_report()).blocks)


def test_the_csv_has_two_columns_for_each_outcome() -> None:
    made = [
        replace(each, agreement=Agreement(recommended=Outcome.MONITOR, agreed=False))
        for each in facts(3)
        if each.decision
    ]
    report = build_report(made, parse_period("7d", NOW, "UTC"), now=NOW, departments={"team0": None, "team1": None})
    total = list(csv.DictReader(io.StringIO(to_csv(report), newline="")))[-1]
    assert (total["recommended_monitor"], total["followed_monitor"]) == ("2", "0")
    assert all(total[f"recommended_{each}"] == "0" for each in Outcome if each is not Outcome.MONITOR)


WON = Conversion(answered=40, answered_won=10, unanswered=20, unanswered_won=1, unanswered_rate=0.05, left_out=3)


@pytest.mark.parametrize(
    ("conversion", "words"),
    [
        (WON, "25% of those answered, 5% of comparable others"),
        (replace(WON, unanswered=3), "too few to compare yet (40 answered authors, 3 not answered; 10 of each are"),
    ],
)
def test_the_report_says_whether_answers_win_detractors_over(conversion: Conversion, words: str) -> None:
    message = report_message(replace(a_report(), conversion=conversion))
    assert words in said(message.blocks)
    assert not faults_of_message(message)
