"""Rotas: turns go round at the wall time that people agreed on, duties go before turns, gaps are said to be gaps."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rota import NOBODY, Duty, Rota, next_shift, rota_name, shift_at

WEEK = Rota(
    name="care",
    people=("@ana", "@ben", "@cleo"),
    starts=date(2026, 1, 5),
    turn_days=7,
    handover=time(9),
    zone="Europe/Berlin",
)
DAY = Rota(
    name="nights", people=("@ana", "@ben"), starts=date(2026, 3, 1), turn_days=1, handover=time(9), zone="Europe/Berlin"
)
NOON = datetime(2026, 1, 7, 12, tzinfo=UTC)


def moments(first: datetime, *, days: int) -> st.SearchStrategy[datetime]:
    return st.timedeltas(timedelta(0), timedelta(days=days)).map(lambda span: first + span)


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[arg-type]


def duty(person: str, starts: datetime, ends: datetime, id_: int = 1) -> Duty:
    return Duty(id=id_, rota="care", person=person, starts_at=starts, ends_at=ends, set_by="U1", set_at=NOON)


def test_turns_go_round() -> None:
    people = [shift_at(WEEK, (), berlin(2026, 1, 7, 12) + timedelta(weeks=week)).person for week in range(4)]
    assert people == ["@ana", "@ben", "@cleo", "@ana"]


def test_a_turn_ends_at_its_handover_and_not_a_moment_before() -> None:
    handover = berlin(2026, 1, 12, 9)
    assert shift_at(WEEK, (), handover - timedelta(microseconds=1)).person == "@ana"
    assert shift_at(WEEK, (), handover).person == "@ben"
    assert shift_at(WEEK, (), NOON).ends_at == handover


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Berlin", (date(2026, 3, 29), date(2026, 10, 25))),
        ("America/New_York", (date(2026, 3, 8), date(2026, 11, 1))),
        ("Australia/Lord_Howe", (date(2026, 4, 5), date(2026, 10, 4))),  # by half an hour
    ],
)
def test_handover_stays_at_the_same_wall_time_when_clocks_change(zone: str, changes: tuple[date, date]) -> None:
    for change in changes:
        rota = Rota(
            name="x",
            people=("@a", "@b"),
            starts=change - timedelta(days=2),
            turn_days=1,
            handover=time(9),
            zone=zone,
        )
        for offset in range(-1, 3):
            handover = datetime.combine(change + timedelta(days=offset), time(9), tzinfo=ZoneInfo(zone))
            before = shift_at(rota, (), handover - timedelta(seconds=1))
            assert before.ends_at == handover
            assert shift_at(rota, (), handover).person != before.person


def test_a_handover_that_clocks_skip_still_happens_once() -> None:
    rota = Rota(
        name="x",
        people=("@a", "@b"),
        starts=date(2026, 3, 28),
        turn_days=1,
        handover=time(2, 30),
        zone="Europe/Berlin",
    )
    evening, noon = berlin(2026, 3, 28, 20), berlin(2026, 3, 29, 12)
    assert (shift_at(rota, (), evening).person, shift_at(rota, (), noon).person) == ("@a", "@b")
    assert shift_at(rota, (), evening).ends_at == berlin(2026, 3, 29, 3, 30)


def test_nobody_is_on_call_before_the_first_turn_and_in_a_gap() -> None:
    assert shift_at(WEEK, (), berlin(2026, 1, 5, 8)).person == NOBODY
    gap = Rota(name="x", people=("@a", NOBODY), starts=date(2026, 1, 5), turn_days=1, handover=time(0), zone="UTC")
    assert shift_at(gap, (), datetime(2026, 1, 6, 12, tzinfo=UTC)).person == NOBODY
    empty = Rota(name="x", people=(), starts=date(2026, 1, 5), turn_days=1, handover=time(0), zone="UTC")
    assert shift_at(empty, (), NOON).person == NOBODY
    assert next_shift(empty, (), NOON) is None


def test_a_duty_goes_before_the_turn_and_gives_it_back() -> None:
    taken = duty("@zoe", NOON, NOON + timedelta(hours=3))
    assert shift_at(WEEK, [taken], NOON - timedelta(seconds=1)).ends_at == NOON
    assert shift_at(WEEK, [taken], NOON).person == "@zoe"
    assert shift_at(WEEK, [taken], NOON + timedelta(hours=3)).person == "@ana"


def test_of_two_duties_the_one_set_last_holds() -> None:
    first = duty("@zoe", NOON, NOON + timedelta(hours=8), 1)
    second = duty("@max", NOON + timedelta(hours=1), NOON + timedelta(hours=2), 2)
    people = [shift_at(WEEK, [second, first], NOON + timedelta(minutes=30 * half)).person for half in range(5)]
    assert people == ["@zoe", "@zoe", "@max", "@max", "@zoe"]


def test_the_next_one_is_somebody_else() -> None:
    own = duty("@ana", NOON, NOON + timedelta(hours=1))
    assert next_shift(WEEK, [own], NOON - timedelta(hours=1)) == (
        berlin(2026, 1, 12, 9),
        shift_at(WEEK, [own], berlin(2026, 1, 12, 9)),
    )
    alone = Rota(name="x", people=("@a",), starts=date(2026, 1, 5), turn_days=1, handover=time(0), zone="UTC")
    assert next_shift(alone, (), NOON) is None


def test_a_reference_tells_its_rota() -> None:
    assert rota_name(WEEK.reference) == "care"
    assert rota_name("@care") == ""


@given(
    at=moments(datetime(2026, 3, 2, tzinfo=UTC), days=303),
    duties=st.lists(st.tuples(st.integers(0, 300 * 24), st.integers(1, 72)), max_size=4),
)
def test_shifts_follow_each_other_without_gap_or_overlap(at: datetime, duties: list[tuple[int, int]]) -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    held = [
        duty(f"@d{number}", start + timedelta(hours=begin), start + timedelta(hours=begin + length), number)
        for number, (begin, length) in enumerate(duties)
    ]
    shift = shift_at(DAY, held, at)
    assert shift.ends_at is not None
    assert at < shift.ends_at <= at + timedelta(hours=72)
    last = shift.ends_at - timedelta(microseconds=1)
    assert shift_at(DAY, held, last).person == shift.person
