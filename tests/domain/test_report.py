import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.facts import MentionFacts
from bot.domain.lifecycle import CLOSED, LIVE, State
from bot.domain.period import Period, parse_period
from bot.domain.promise import OfficeHours, Opening, Promise, PromiseKind, always, office_time_between
from bot.domain.report import Figures, Report, build_report, spread, to_csv

NOW = datetime(2026, 5, 8, 12, tzinfo=UTC)  # a Friday
WEEK = parse_period("7d", NOW, "UTC")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NINE_TO_FIVE = OfficeHours(zone="UTC", week=((Opening(opens=time(9), closes=time(17)),),) * 5 + ((), ()))
HOURS: Mapping[str, OfficeHours | None] = {"care": NINE_TO_FIVE, "shop": None}

_ids = iter(range(1, 1_000_000))


def facts(ago: timedelta = HOUR, *, state: State = State.OPEN, department: str = "care", **known: Any) -> MentionFacts:
    return MentionFacts(
        mention_id=next(_ids),
        department=department,
        source="feed",
        topic="billing",
        received_at=NOW - ago,
        state=state,
        **known,
    )


def decided(ago: timedelta, after: timedelta, state: State = State.ANSWERED, **known: Any) -> MentionFacts:
    at = NOW - ago + after
    if state is State.ANSWERED:
        known.setdefault("answered_at", at)
    return facts(ago, state=state, decision=state, first_decided_at=at, **known)


def report(*mentions: MentionFacts, period: Period = WEEK, **given: Any) -> Report:
    return build_report(mentions, period, now=NOW, departments=HOURS, **given)


def figures(*mentions: MentionFacts, **given: Any) -> Figures:
    return report(*mentions, **given).total.figures


def test_mentions_are_counted_by_what_became_of_them() -> None:
    counted = figures(
        facts(),
        facts(state=State.CLAIMED, first_claimed_at=NOW),
        facts(state=State.SNOOZED),
        facts(state=State.NEW),
        facts(state=State.JUDGED),
        facts(state=State.FILTERED),
        *(decided(2 * HOUR, HOUR, state) for state in (State.ANSWERED, State.LET_STAND, State.MONITORED)),
        *(decided(2 * HOUR, HOUR, State.DISMISSED) for _ in range(2)),
    )
    assert (counted.mentions, counted.undecided, counted.waiting, counted.filtered) == (11, 3, 2, 1)
    assert (counted.answered, counted.let_stand, counted.monitored, counted.dismissed) == (1, 1, 1, 2)
    assert counted.decisions == 5


def test_the_period_includes_its_begin_and_not_its_end() -> None:
    inside = facts(NOW - WEEK.begin)
    outside = (facts(NOW - WEEK.begin + timedelta(microseconds=1)), facts(timedelta(0)))
    row = report(inside, *outside).total
    assert (row.figures.mentions, row.before.mentions) == (1, 0)


def test_what_is_open_is_counted_however_old_it_is() -> None:
    old, fresh = facts(90 * 24 * HOUR), facts(HOUR)
    row = report(fresh, old, decided(3 * HOUR, HOUR)).total
    assert (row.open_now, row.oldest_open) == (2, 90 * 24 * HOUR)
    assert row.open_ids == (old.mention_id, fresh.mention_id)
    assert row.figures.undecided == 1


def test_a_reopened_mention_is_decided_and_open() -> None:
    reopened = facts(3 * HOUR, first_decided_at=NOW - HOUR, decision=State.ANSWERED, answered_at=NOW - HOUR)
    row = report(reopened).total
    assert (row.figures.decisions, row.figures.undecided, row.open_now) == (1, 0, 1)


def test_nothing_open_has_no_age() -> None:
    assert report(decided(3 * HOUR, HOUR)).total.oldest_open is None


def test_times_are_measured_from_receipt() -> None:
    counted = figures(decided(5 * HOUR, 3 * HOUR, first_claimed_at=NOW - 4 * HOUR))
    assert counted.to_claim.wall.median == HOUR
    assert counted.to_decide.wall.median == counted.to_answer.wall.median == 3 * HOUR


def test_letting_stand_takes_time_to_decide_and_none_to_answer() -> None:
    counted = figures(decided(5 * HOUR, 3 * HOUR, State.LET_STAND))
    assert counted.to_decide.wall.count == 1
    assert (counted.to_answer.wall.count, counted.to_answer.wall.median) == (0, None)


def test_office_time_counts_where_the_department_has_hours() -> None:
    """Received at 16:00 on Thursday, answered at 10:00 on Friday."""
    of_care = decided(20 * HOUR, 18 * HOUR)
    of_shop = decided(20 * HOUR, 18 * HOUR, department="shop")
    timing = figures(of_care, of_shop).to_answer
    assert (timing.wall.count, timing.wall.median) == (2, 18 * HOUR)
    assert (timing.office.count, timing.office.median) == (1, 2 * HOUR)


@pytest.mark.parametrize(
    ("minutes", "median", "p90"),
    [
        ([7], 7, 7),
        ([1, 2], 1, 2),
        ([3, 1, 2], 2, 3),
        (range(1, 11), 5, 9),
        (range(1, 12), 6, 10),
        (range(1, 101), 50, 90),
    ],
)
def test_percentiles_are_by_nearest_rank(minutes: Iterable[int], median: int, p90: int) -> None:
    measured = spread(minute * MINUTE for minute in minutes)
    assert (measured.median, measured.p90) == (median * MINUTE, p90 * MINUTE)


def promise(due: timedelta, settled: timedelta | None = None) -> Promise:
    at = None if settled is None else NOW + settled
    return Promise(kind=PromiseKind.ANSWER, warn_at=None, due_at=NOW + due, settled_at=at)


def test_promises_count_once_they_are_settled_or_past_due() -> None:
    counted = figures(
        facts(promises=(promise(HOUR), promise(-HOUR))),
        facts(promises=(promise(HOUR, -HOUR), promise(-2 * HOUR, -HOUR))),
    )
    assert (counted.promises_due, counted.promises_kept) == (3, 1)
    assert counted.promises_kept_share == pytest.approx(1 / 3)


def test_no_promise_due_is_not_a_hundred_per_cent() -> None:
    assert figures(facts(promises=(promise(HOUR),))).promises_kept_share is None


def test_scores_count_from_the_threshold_on_and_unknown_ones_not_at_all() -> None:
    some = [facts(detractor=score, promoter=1.0 - score) for score in (0.1, 0.5, 0.7)] + [facts()]
    counted = figures(*some)
    assert (counted.judged, counted.detractors, counted.promoters) == (3, 2, 2)
    strict = figures(*some, threshold=0.7)
    assert (strict.detractors, strict.promoters) == (1, 1)


def test_every_day_has_a_place_in_the_series_also_an_empty_one() -> None:
    days = figures(facts(HOUR), decided(30 * HOUR, HOUR), facts(31 * HOUR, detractor=0.9)).days
    assert [day.mentions for day in days] == [0, 0, 0, 0, 0, 2, 1]
    assert (days[5].decisions, days[5].answered, days[5].detractors) == (1, 1, 1)


def test_days_are_those_of_the_periods_zone() -> None:
    period = parse_period("2d", NOW, "Australia/Sydney")
    just_before_midnight = datetime(2026, 5, 7, 23, 59, tzinfo=ZoneInfo("Australia/Sydney"))
    days = figures(facts(NOW - just_before_midnight), period=period).days
    assert [day.mentions for day in days] == [1, 0]


def test_the_previous_period_is_counted_beside_it() -> None:
    row = report(facts(), decided(8 * 24 * HOUR, HOUR), facts(9 * 24 * HOUR)).total
    assert (row.figures.mentions, row.before.mentions, row.before.answered) == (1, 2, 1)


def test_departments_are_shown_also_where_nothing_came_in_and_what_is_not_routed() -> None:
    made = report(facts(), facts(state=State.NEW, department=""), facts(department="legal"))
    assert [row.department for row in made.departments] == ["", "care", "legal", "shop"]
    assert [row.figures.mentions for row in made.departments] == [1, 1, 1, 0]


def test_a_mention_given_twice_is_refused() -> None:
    one = facts()
    with pytest.raises(ValueError, match="twice"):
        report(one, one)


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": State.ANSWERED},
        {"first_decided_at": NOW},
        {"decision": State.OPEN, "first_decided_at": NOW},
        {"state": State.ANSWERED},
    ],
)
def test_facts_that_contradict_themselves_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="decision"):
        facts(**wrong)


# -- CSV --------------------------------------------------------------------------------------------------------------


def test_the_csv_has_a_row_a_department_and_the_total_last() -> None:
    text = to_csv(report(decided(5 * HOUR, 90 * MINUTE), facts(state=State.NEW, department="")))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["department"] for row in rows] == ["(not routed yet)", "care", "shop", "total"]
    assert (rows[1]["answered"], rows[1]["answer_median_min"], rows[1]["promises_kept_percent"]) == ("1", "90.0", "")
    assert (rows[-1]["mentions"], rows[-1]["from"], rows[-1]["to"]) == (
        "2",
        "2026-05-02T00:00:00+00:00",
        "2026-05-08T12:00:00+00:00",
    )


def test_the_csv_ends_each_line_as_rfc_4180_says() -> None:
    text = to_csv(report())
    assert text.endswith("\r\n")
    assert text.count("\r\n") == text.count("\n") == 4


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_a_formula_becomes_a_text(name: str) -> None:
    text = to_csv(report(facts(department=name)))
    cells = [row["department"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert f"'{name}" in cells


def test_commas_quotes_and_newlines_survive() -> None:
    name = 'ca,re "north"\nand south'
    text = to_csv(report(facts(department=name)))
    assert name in [row["department"] for row in csv.DictReader(io.StringIO(text, newline=""))]


# -- an independent recomputation -------------------------------------------------------------------------------------


@st.composite
def any_facts(draw: st.DrawFn) -> MentionFacts:
    received = NOW - draw(st.timedeltas(timedelta(0), timedelta(days=20)))
    later = st.timedeltas(timedelta(0), timedelta(days=3)).map(lambda after: received + after)
    state = draw(st.sampled_from([each for each in State if each is not State.FOLDED]))
    decision = state if state in CLOSED else None
    if state in LIVE and draw(st.booleans()):
        decision = draw(st.sampled_from(sorted(CLOSED)))
    scores = st.none() | st.floats(0, 1)
    promises = st.builds(
        Promise,
        kind=st.sampled_from(PromiseKind),
        warn_at=st.none(),
        due_at=later,
        settled_at=st.none() | later,
    )
    return MentionFacts(
        mention_id=next(_ids),
        department=draw(st.sampled_from(["", "care", "shop", "round"])),
        source="feed",
        topic="billing",
        received_at=received,
        state=state,
        first_claimed_at=draw(st.none() | later),
        first_decided_at=draw(later) if decision else None,
        decision=decision,
        answered_at=draw(later) if decision is State.ANSWERED else None,
        detractor=draw(scores),
        promoter=draw(scores),
        promises=tuple(draw(st.lists(promises, max_size=2))),
    )


def by_definition(durations: list[timedelta], percent: int) -> timedelta | None:
    """The smallest duration that at least `percent` of all do not exceed, looked for by counting."""
    candidates = [d for d in durations if sum(other <= d for other in durations) * 100 >= percent * len(durations)]
    return min(candidates) if candidates else None


def place_of(each: MentionFacts) -> str:
    if each.decision is not None:
        return "decisions"
    if each.state in (State.OPEN, State.CLAIMED, State.SNOOZED):
        return "undecided"
    return "filtered" if each.state is State.FILTERED else "waiting"


def recount(mentions: list[MentionFacts], got: Figures, hours: Mapping[str, OfficeHours | None]) -> None:
    """Counts again, one mention after the other, and compares with the report."""
    tally = dict.fromkeys(("decisions", "undecided", "waiting", "filtered", "due", "kept", "detractors"), 0)
    wall: list[timedelta] = []
    office: list[timedelta] = []
    for each in mentions:
        if not datetime(2026, 5, 2, tzinfo=UTC) <= each.received_at < NOW:
            continue
        tally[place_of(each)] += 1
        tally["detractors"] += each.detractor is not None and each.detractor >= 0.5
        for made in each.promises:
            tally["due"] += made.settled_at is not None or made.due_at < NOW
            tally["kept"] += made.settled_at is not None and made.settled_at <= made.due_at
        if each.first_decided_at is not None:
            wall.append(each.first_decided_at - each.received_at)
            if (open_hours := hours.get(each.department)) is not None:
                office.append(office_time_between(each.received_at, each.first_decided_at, open_hours))
    assert tally == {
        "decisions": got.decisions,
        "undecided": got.undecided,
        "waiting": got.waiting,
        "filtered": got.filtered,
        "due": got.promises_due,
        "kept": got.promises_kept,
        "detractors": got.detractors,
    }
    for measured, durations in ((got.to_decide.wall, wall), (got.to_decide.office, office)):
        expected = (len(durations), by_definition(durations, 50), by_definition(durations, 90))
        assert (measured.count, measured.median, measured.p90) == expected


@given(mentions=st.lists(any_facts(), max_size=25))
@settings(max_examples=60, deadline=None)
def test_the_report_is_what_an_independent_count_gives(mentions: list[MentionFacts]) -> None:
    hours = {**HOURS, "round": always()}
    made = build_report(mentions, WEEK, now=NOW, departments=hours)
    recount(mentions, made.total.figures, hours)
    for row in made.departments:
        recount([each for each in mentions if each.department == row.department], row.figures, hours)


@given(mentions=st.lists(any_facts(), max_size=25))
@settings(max_examples=60, deadline=None)
def test_no_mention_is_left_out_or_counted_twice(mentions: list[MentionFacts]) -> None:
    made = build_report(mentions, WEEK, now=NOW, departments=HOURS)
    total = made.total
    for got in (total.figures, total.before, *(row.figures for row in made.departments)):
        assert got.mentions == got.decisions + got.undecided + got.waiting + got.filtered
        assert got.mentions == sum(day.mentions for day in got.days)
        assert got.decisions == sum(day.decisions for day in got.days)
        assert got.promises_kept <= got.promises_due
    assert total.figures.mentions == sum(row.figures.mentions for row in made.departments)
    assert total.open_now == sum(row.open_now for row in made.departments) == sum(m.state in LIVE for m in mentions)
    assert len(list(csv.reader(io.StringIO(to_csv(made), newline="")))) == len(made.departments) + 2
