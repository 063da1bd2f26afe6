"""`care @bob from 18:00 until tomorrow 9:00`: a duty as somebody types it."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_EXAMPLE = "“care @bob until tomorrow 9:00”"
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SPAN = re.compile(r"(\d{1,3})\s*(m|h|d)")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|(@\S+)|([UW][A-Z0-9]{5,})")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Who is to be on call for which rota, and when; `person` is a Slack id or @name."""

    rota: str
    person: str
    starts_at: datetime
    ends_at: datetime


def parse_wish(text: str, now: datetime) -> Wish:
    """`now` is in the zone of whoever typed: their nine o'clock counts. Raises ValueError with what to write instead."""
    rota, _, rest = " ".join(text.split()).partition(" ")
    who = _PERSON.match(rest)
    if who is None:
        raise ValueError(f"Say who takes it, such as {_EXAMPLE}.")
    begins, words = now, rest[who.end() :].strip().casefold()
    if words.startswith("from "):
        start, _, words = words.removeprefix("from ").partition(" until ")
        begins, words = parse_moment(start, now), f"until {words}" if words else ""
    if words.startswith("for "):
        return _wish(rota, who, begins, begins + _span(words.removeprefix("for ")))
    if not words.startswith("until "):
        raise ValueError(f"Say until when, such as {_EXAMPLE}, or “for 4h”.")
    return _wish(rota, who, begins, parse_moment(words.removeprefix("until "), begins))


def parse_moment(words: str, now: datetime) -> datetime:
    """`18:00`, `tomorrow 9:00`, `monday 9:00`, `2026-06-03 9:00`: the first such moment after `now`, in its zone.

    Without a time it is midnight, when the day begins. Raises ValueError for anything else.
    """
    day_word, _, time_word = words.strip().casefold().partition(" ")
    if _TIME.fullmatch(day_word):
        moment = _at(now, 0, day_word)
        return moment if moment > now else _at(now, 1, day_word)
    at = time_word.strip() or "0:00"
    if day_word in ("today", "tomorrow"):
        return _at(now, int(day_word == "tomorrow"), at)
    if day_word in DAYS:
        return _at(now, (DAYS.index(day_word) - now.weekday() - 1) % 7 + 1, at)
    date = _DATE.fullmatch(day_word)
    if date is None:
        raise ValueError(
            f"“{words.strip()}” is no time: write “18:00”, “tomorrow 9:00”, “monday 9:00” or “2026-06-03 9:00”."
        )
    year, month, day = map(int, date.groups())
    return datetime.combine(datetime(year, month, day, tzinfo=now.tzinfo), _wall(at), tzinfo=now.tzinfo)


def _wish(rota: str, who: re.Match[str], begins: datetime, ends: datetime) -> Wish:
    person = who[1] or who[2] or who[3]
    return Wish(rota=rota.casefold(), person=person, starts_at=begins, ends_at=ends)


def _at(now: datetime, days: int, words: str) -> datetime:
    return datetime.combine(now.date() + timedelta(days=days), _wall(words), tzinfo=now.tzinfo)


def _wall(words: str) -> time:
    found = _TIME.fullmatch(words) or re.fullmatch(r"(\d{1,2})()", words)
    try:
        if found is None:
            raise ValueError("no time")
        return time(int(found[1]), int(found[2] or 0))
    except ValueError as error:
        raise ValueError(f"“{words}” is no time of day: write it as 9:00.") from error


def _span(words: str) -> timedelta:
    found = _SPAN.fullmatch(words.strip())
    if found is None:
        raise ValueError(f"“{words}” is no length of time: write “4h”, “90m” or “2d”.")
    return int(found[1]) * _UNITS[found[2]]
