from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.promise import (
    ALL_DAY,
    OfficeHours,
    Opening,
    Promise,
    PromiseKind,
    Step,
    Terms,
    always,
    due_at,
    next_look,
    office_time_between,
    parse_opening,
    promises_for,
    step,
)

HOUR = timedelta(hours=1)
NINE_TO_FIVE = Opening(opens=time(9), closes=time(17))
SPLIT = (Opening(opens=time(9), closes=time(12)), Opening(opens=time(13), closes=time(17, 30)))
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney")


def office(zone: str, *day: Opening, holidays: frozenset[date] = frozenset()) -> OfficeHours:
    return OfficeHours(zone=zone, week=(day,) * 5 + ((), ()), holidays=holidays)


def every_day(zone: str, *day: Opening) -> OfficeHours:
    return OfficeHours(zone=zone, week=(day,) * 7)


def local(zone: str, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("zone", ZONES)
def test_time_within_one_opening(zone: str) -> None:
    start = local(zone, 2026, 5, 6, 10)
    assert due_at(start, 2 * HOUR, office(zone, NINE_TO_FIVE)) == local(zone, 2026, 5, 6, 12)


@pytest.mark.parametrize("zone", ZONES)
def test_time_before_opening_does_not_count(zone: str) -> None:
    start = local(zone, 2026, 5, 6, 3)
    assert due_at(start, HOUR, office(zone, NINE_TO_FIVE)) == local(zone, 2026, 5, 6, 10)


@pytest.mark.parametrize("zone", ZONES)
def test_the_lunch_break_and_the_weekend_do_not_count(zone: str) -> None:
    friday = local(zone, 2026, 5, 8, 11)
    hours = office(zone, *SPLIT)
    assert due_at(friday, 2 * HOUR, hours) == local(zone, 2026, 5, 8, 14)
    assert due_at(friday, 6 * HOUR, hours) == local(zone, 2026, 5, 11, 9, 30)


def test_a_holiday_does_not_count() -> None:
    hours = office("Europe/Berlin", NINE_TO_FIVE, holidays=frozenset({date(2026, 5, 1)}))
    assert due_at(local("Europe/Berlin", 2026, 4, 30, 16), 2 * HOUR, hours) == local("Europe/Berlin", 2026, 5, 4, 10)


def test_time_that_ends_at_closing_is_due_at_closing() -> None:
    hours = office("Europe/Berlin", NINE_TO_FIVE)
    assert due_at(local("Europe/Berlin", 2026, 5, 6, 16), HOUR, hours) == local("Europe/Berlin", 2026, 5, 6, 17)


CLOCK_CHANGES = [
    # zone, the Saturday before, the Sunday of the change, hours that Sunday has
    ("Europe/Berlin", (2026, 3, 28), (2026, 3, 29), 23),
    ("Europe/Berlin", (2026, 10, 24), (2026, 10, 25), 25),
    ("America/New_York", (2026, 3, 7), (2026, 3, 8), 23),
    ("America/New_York", (2026, 10, 31), (2026, 11, 1), 25),
    ("Australia/Sydney", (2026, 10, 3), (2026, 10, 4), 23),
    ("Australia/Sydney", (2026, 4, 4), (2026, 4, 5), 25),
]


@pytest.mark.parametrize(("zone", "saturday", "sunday", "length"), CLOCK_CHANGES)
def test_opening_hours_keep_to_the_clock_on_the_wall_over_a_clock_change(
    zone: str, saturday: tuple[int, int, int], sunday: tuple[int, int, int], length: int
) -> None:
    hours = every_day(zone, NINE_TO_FIVE)
    assert due_at(local(zone, *saturday, 16), 2 * HOUR, hours) == local(zone, *sunday, 10)
    assert office_time_between(local(zone, *saturday, 9), local(zone, *sunday, 17), hours) == 16 * HOUR


@pytest.mark.parametrize(("zone", "saturday", "sunday", "length"), CLOCK_CHANGES)
def test_a_night_shift_has_as_many_hours_as_the_night(
    zone: str, saturday: tuple[int, int, int], sunday: tuple[int, int, int], length: int
) -> None:
    night = every_day(zone, Opening(opens=time(0), closes=time(6)))
    begin, end = local(zone, *sunday, 0), local(zone, *sunday, 12)
    hours_that_night = length - 18
    assert office_time_between(begin, end, night) == hours_that_night * HOUR
    assert due_at(begin, hours_that_night * HOUR, night) == local(zone, *sunday, 6)


@pytest.mark.parametrize(("zone", "saturday", "sunday", "length"), CLOCK_CHANGES)
def test_a_whole_day_has_23_or_25_hours(
    zone: str, saturday: tuple[int, int, int], sunday: tuple[int, int, int], length: int
) -> None:
    closed_on_saturday = OfficeHours(zone=zone, week=((ALL_DAY,),) * 5 + ((), (ALL_DAY,)))
    begin = local(zone, *saturday, 0)
    assert due_at(begin, length * HOUR, closed_on_saturday) == begin + timedelta(hours=24 + length)


@pytest.mark.parametrize(
    ("zone", "sunday"),
    [("Europe/Berlin", (2026, 3, 29)), ("America/New_York", (2026, 3, 8)), ("Australia/Sydney", (2026, 10, 4))],
)
def test_an_opening_within_the_skipped_hour_lasts_no_time(zone: str, sunday: tuple[int, int, int]) -> None:
    skipped = every_day(zone, Opening(opens=time(2, 15), closes=time(2, 45)))
    noon = local(zone, *sunday, 12)
    assert office_time_between(noon - 24 * HOUR, noon, skipped) == timedelta(0)
    assert office_time_between(noon, noon + 24 * HOUR, skipped) == HOUR / 2


def test_an_opening_that_ends_in_the_skipped_hour_ends_with_the_jump() -> None:
    hours = every_day("Europe/Berlin", Opening(opens=time(1), closes=time(2, 30)))
    noon = local("Europe/Berlin", 2026, 3, 29, 12)
    assert office_time_between(noon - 12 * HOUR, noon, hours) == HOUR


def test_an_opening_that_begins_in_the_skipped_hour_begins_with_the_jump() -> None:
    hours = every_day("Europe/Berlin", Opening(opens=time(2, 30), closes=time(5)))
    noon = local("Europe/Berlin", 2026, 3, 29, 12)
    assert office_time_between(noon - 12 * HOUR, noon, hours) == 2 * HOUR


def test_the_repeated_hour_is_counted_once_for_each_time_it_passes() -> None:
    two = (Opening(opens=time(0), closes=time(2, 30)), Opening(opens=time(2, 30), closes=time(5)))
    noon = local("Europe/Berlin", 2026, 10, 25, 12)
    assert office_time_between(noon - 13 * HOUR, noon, every_day("Europe/Berlin", *two)) == 6 * HOUR


@pytest.mark.parametrize(
    "opening",
    [Opening(opens=time(0), closes=time(2, 30)), Opening(opens=time(2, 30), closes=time(5))],
    ids=["closes within it", "opens within it"],
)
def test_a_repeated_hour_counts_whole_where_an_opening_ends_in_it(opening: Opening) -> None:
    noon = local("Europe/Berlin", 2026, 10, 25, 12)
    assert office_time_between(noon - 13 * HOUR, noon, every_day("Europe/Berlin", opening)) == 3.5 * HOUR


def test_a_day_ends_at_the_first_of_two_midnights() -> None:
    """Havana sets its clocks back from one o'clock to midnight."""
    saturdays = OfficeHours(zone="America/Havana", week=((),) * 5 + ((ALL_DAY,), ()))
    midnight = local("America/Havana", 2026, 11, 1, 0)
    assert office_time_between(midnight - 48 * HOUR, midnight + 48 * HOUR, saturdays) == 24 * HOUR


def test_clocks_set_back_at_midnight_do_not_count_an_hour_twice() -> None:
    midnight = local("America/Havana", 2026, 11, 1, 0)
    hours = OfficeHours(zone="America/Havana", week=((),) * 5 + ((ALL_DAY,), (ALL_DAY,)))
    assert office_time_between(midnight - 24 * HOUR, midnight + 25 * HOUR, hours) == 49 * HOUR


def test_a_day_that_the_calendar_skips_has_no_office_time() -> None:
    """Samoa crossed the date line: 30 December 2011 did not happen there."""
    hours = OfficeHours(zone="Pacific/Apia", week=((NINE_TO_FIVE,),) * 7)
    begin, end = local("Pacific/Apia", 2011, 12, 29, 12), local("Pacific/Apia", 2011, 12, 31, 12)
    assert end - begin == 24 * HOUR
    assert office_time_between(begin, end, hours) == 8 * HOUR


def test_round_the_clock_is_plain_time_in_any_zone() -> None:
    start = datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert due_at(start, 30 * HOUR, always("Europe/Berlin")) == start + 30 * HOUR
    assert office_time_between(start, start + 30 * HOUR, always("Europe/Berlin")) == 30 * HOUR


def test_a_holiday_interrupts_round_the_clock() -> None:
    hours = OfficeHours(zone="UTC", week=((ALL_DAY,),) * 7, holidays=frozenset({date(2026, 5, 2)}))
    start = datetime(2026, 5, 1, 23, tzinfo=UTC)
    assert due_at(start, 2 * HOUR, hours) == datetime(2026, 5, 3, 1, tzinfo=UTC)


def test_due_times_are_utc_whatever_zone_the_start_was_in() -> None:
    start = datetime(2026, 5, 6, 10, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert due_at(start, HOUR, always()).tzinfo is UTC


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        due_at(datetime(2026, 5, 6, 10), HOUR, always())  # noqa: DTZ001 that is the point


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        due_at(datetime(2026, 5, 6, tzinfo=UTC), -HOUR, always())


def test_a_promise_of_more_than_ten_years_is_refused() -> None:
    weekly = OfficeHours(zone="UTC", week=((NINE_TO_FIVE,),) + ((),) * 6)
    with pytest.raises(ValueError, match="ten years"):
        due_at(datetime(2026, 5, 6, tzinfo=UTC), timedelta(hours=8 * 600), weekly)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "", "../etc/passwd", "europe\0berlin"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="not a time zone"):
        office(zone, NINE_TO_FIVE)


def test_hours_in_which_nothing_can_be_due_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing could ever be due"):
        OfficeHours(zone="UTC", week=((),) * 7)


def test_a_week_of_other_than_seven_days_is_refused() -> None:
    with pytest.raises(ValueError, match="seven days"):
        OfficeHours(zone="UTC", week=((NINE_TO_FIVE,),) * 5)


@pytest.mark.parametrize("day", [(SPLIT[1], SPLIT[0]), (ALL_DAY, NINE_TO_FIVE), (NINE_TO_FIVE, SPLIT[1])])
def test_overlapping_and_unordered_openings_are_refused(day: tuple[Opening, ...]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        every_day("UTC", *day)


def test_an_opening_that_closes_before_it_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="not after"):
        Opening(opens=time(17), closes=time(9))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:00-12:30", Opening(opens=time(9), closes=time(12, 30))),
        (" 9:00 - 17:00 ", NINE_TO_FIVE),
        ("00:00-24:00", ALL_DAY),
    ],
)
def test_openings_are_read_from_text(text: str, expected: Opening) -> None:
    assert parse_opening(text) == expected


@pytest.mark.parametrize("text", ["", "9", "09:00", "09:00-", "24:00-09:00", "09:00-25:00", "nine to five"])
def test_what_is_no_opening_is_named_in_the_error(text: str) -> None:
    with pytest.raises(ValueError, match=f"“{text}” is not an opening"):
        parse_opening(text)


# -- properties, against a count of every single minute ---------------------------------------------------------------


@st.composite
def some_hours(draw: st.DrawFn) -> OfficeHours:
    def day() -> tuple[Opening, ...]:
        quarters = sorted(draw(st.sets(st.integers(0, 95), max_size=4)))
        marks = [time(q // 4, q % 4 * 15) for q in quarters]
        return tuple(Opening(opens=a, closes=b) for a, b in list(pairwise(marks))[::2])

    week = [day() for _ in range(7)]
    if not any(week):
        week[draw(st.integers(0, 6))] = (NINE_TO_FIVE,)
    off = draw(st.frozensets(st.dates(date(2026, 3, 1), date(2026, 11, 30)), max_size=3))
    return OfficeHours(zone=draw(st.sampled_from(ZONES)), week=tuple(week), holidays=off)


def is_open(moment: datetime, hours: OfficeHours) -> bool:
    wall = moment.astimezone(ZoneInfo(hours.zone))
    if wall.date() in hours.holidays:
        return False
    return any(o.opens <= wall.time() and (wall.time() < o.closes) for o in hours.week[wall.weekday()])


# Two weeks around clock changes in each zone, and any other time of the year.
starts = st.one_of(
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 20), timezones=st.just(UTC)),  # noqa: DTZ001 hypothesis adds it
    st.sampled_from([local(zone, *saturday, 20) for zone, saturday, _, _ in CLOCK_CHANGES]),
)


@given(hours=some_hours(), start=starts, quarters=st.integers(0, 150))
@settings(max_examples=60, deadline=None)
def test_office_time_is_what_a_count_of_open_quarter_hours_gives(
    hours: OfficeHours, start: datetime, quarters: int
) -> None:
    start = start.replace(minute=0, second=0, microsecond=0)
    quarter = timedelta(minutes=15)
    counted = [start + n * quarter for n in range(quarters) if is_open(start + n * quarter, hours)]
    # A repeated hour that an opening begins or ends in counts whole, so a count by the wall clock may have less.
    passed = office_time_between(start, start + quarters * quarter, hours)
    assert len(counted) * quarter <= passed <= len(counted) * quarter + HOUR


@given(hours=some_hours(), start=starts, minutes=st.integers(0, 5000))
@settings(max_examples=100, deadline=None)
def test_exactly_the_promised_office_time_passes_until_it_is_due(
    hours: OfficeHours, start: datetime, minutes: int
) -> None:
    within = timedelta(minutes=minutes)
    due = due_at(start, within, hours)
    assert due >= start
    assert office_time_between(start, due, hours) == within
    if minutes:
        assert office_time_between(start, due - timedelta(seconds=1), hours) < within


@given(hours=some_hours(), start=starts, a=st.integers(0, 20_000), b=st.integers(0, 20_000))
@settings(max_examples=60, deadline=None)
def test_office_time_adds_up(hours: OfficeHours, start: datetime, a: int, b: int) -> None:
    middle = start + timedelta(minutes=a)
    end = middle + timedelta(minutes=b)
    parts = office_time_between(start, middle, hours) + office_time_between(middle, end, hours)
    assert parts == office_time_between(start, end, hours)
    assert office_time_between(end, start, hours) == timedelta(0)


# -- what is promised, and what is due now ----------------------------------------------------------------------------

NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)  # a Friday
TERMS = Terms(decide_within=HOUR, answer_within=6 * HOUR, warn_before=HOUR / 2, hours=office("UTC", NINE_TO_FIVE))


def test_a_decision_and_an_answer_are_promised_in_office_time() -> None:
    decision, answer = promises_for(TERMS, NOON)
    assert (decision.kind, answer.kind) == (PromiseKind.DECISION, PromiseKind.ANSWER)
    assert (decision.warn_at, decision.due_at) == (NOON + HOUR / 2, NOON + HOUR)
    monday = datetime(2026, 5, 11, 9, 30, tzinfo=UTC)
    assert (answer.warn_at, answer.due_at) == (monday, monday + HOUR / 2)


def test_an_urgent_mention_does_not_wait_for_monday() -> None:
    _, answer = promises_for(TERMS, NOON, urgent=True)
    assert answer.due_at == NOON + 6 * HOUR


def test_a_promise_shorter_than_its_warning_has_none() -> None:
    short = Terms(decide_within=HOUR / 4, answer_within=HOUR, warn_before=HOUR / 4, hours=always())
    decision, answer = promises_for(short, NOON)
    assert decision.warn_at is None
    assert answer.warn_at == NOON + HOUR * 3 / 4


def promise(**said: datetime) -> Promise:
    return Promise(kind=PromiseKind.ANSWER, warn_at=NOON, due_at=NOON + HOUR, **said)


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("made", "now", "expected"),
    [
        (promise(), NOON - SECOND, Step.NOTHING),
        (promise(), NOON, Step.WARN),
        (promise(warned_at=NOON), NOON + SECOND, Step.NOTHING),
        (promise(warned_at=NOON), NOON + HOUR, Step.ANNOUNCE),
        (promise(), NOON + HOUR, Step.ANNOUNCE),
        (promise(warned_at=NOON, announced_at=NOON + HOUR), NOON + 2 * HOUR, Step.NOTHING),
        (promise(settled_at=NOON - HOUR), NOON + 2 * HOUR, Step.NOTHING),
    ],
)
def test_what_is_due_now(made: Promise, now: datetime, expected: Step) -> None:
    assert step(made, now) is expected


@given(minutes=st.lists(st.integers(-60, 180), min_size=1, max_size=30))
def test_however_often_the_clock_looks_it_warns_and_announces_at_most_once(minutes: list[int]) -> None:
    made, said = promise(), []
    for minute in sorted(minutes):
        now = NOON + timedelta(minutes=minute)
        said.append(step(made, now))
        if said[-1] is Step.WARN:
            made = promise(warned_at=now)
        elif said[-1] is Step.ANNOUNCE:
            made = promise(announced_at=now)
    spoken = [each for each in said if each is not Step.NOTHING]
    assert spoken in ([], [Step.WARN], [Step.ANNOUNCE], [Step.WARN, Step.ANNOUNCE])
    assert (Step.ANNOUNCE in spoken) == (max(minutes) >= 60)


@pytest.mark.parametrize(
    "made",
    [promise(), promise(warned_at=NOON), promise(announced_at=NOON + HOUR), promise(settled_at=NOON)],
)
def test_the_next_look_is_the_first_moment_at_which_something_is_due(made: Promise) -> None:
    look = next_look(made)
    if look is None:
        assert step(made, NOON + 1000 * HOUR) is Step.NOTHING
    else:
        assert step(made, look - SECOND) is Step.NOTHING
        assert step(made, look) is not Step.NOTHING


@pytest.mark.parametrize(
    ("made", "now", "expected"),
    [
        (promise(), NOON, None),
        (promise(), NOON + HOUR, None),
        (promise(), NOON + HOUR + SECOND, False),
        (promise(settled_at=NOON + HOUR), NOON + 9 * HOUR, True),
        (promise(settled_at=NOON + HOUR + SECOND), NOON + 9 * HOUR, False),
    ],
)
def test_a_promise_is_kept_up_to_its_due_time_and_open_until_then(
    made: Promise, now: datetime, expected: bool | None
) -> None:
    assert made.kept(now) is expected
