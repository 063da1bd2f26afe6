"""A duty as people type it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.duty_words import parse_moment, parse_wish

NOW = datetime(2026, 6, 3, 17, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # a Wednesday


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=NOW.tzinfo)


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("18:00", at(3, 18)),
        ("9:00", at(4, 9)),
        ("today 23:00", at(3, 23)),
        ("tomorrow 9:00", at(4, 9)),
        ("Tomorrow 9", at(4, 9)),
        ("tomorrow", at(4, 0)),
        ("monday 9.30", at(8, 9, 30)),
        ("wednesday 9:00", at(10, 9)),
        ("2026-06-05 7:15", at(5, 7, 15)),
    ],
)
def test_moments_are_read_in_the_zone_of_whoever_typed(words: str, moment: datetime) -> None:
    assert parse_moment(words, NOW) == moment


@pytest.mark.parametrize("words", ["", "soon", "25:00", "9:75", "tomorrow at nine", "2026-13-01", "2026-02-30 9:00"])
def test_what_is_no_moment_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"time|month|day"):
        parse_moment(words, NOW)


def test_a_wish_names_rota_person_and_time() -> None:
    wish = parse_wish("care <@U0BOB|bob> until tomorrow 9:00", NOW)
    assert (wish.rota, wish.person, wish.starts_at, wish.ends_at) == ("care", "U0BOB", NOW, at(4, 9))


def test_a_wish_may_begin_later_or_last_for_a_while() -> None:
    later = parse_wish("care @bob from monday 9:00 until tuesday 9:00", NOW)
    assert (later.person, later.starts_at, later.ends_at) == ("@bob", at(8, 9), at(9, 9))
    short = parse_wish("care @bob for 4h", NOW)
    assert (short.starts_at, short.ends_at) == (NOW, NOW + timedelta(hours=4))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("care", "Say who takes it"),
        ("care bob until 9:00", "Say who takes it"),
        ("care @bob", "Say until when"),
        ("care @bob till 9:00", "Say until when"),
        ("care @bob for ever", "no length of time"),
        ("care @bob until never", "is no time"),
        ("care @bob from monday 9:00", "Say until when"),
    ],
)
def test_what_is_missing_is_said(words: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_wish(words, NOW)
