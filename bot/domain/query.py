"""What somebody looks for among all mentions, read from what they typed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.lifecycle import CLOSED, LIVE, State

LONGEST = 500
"""Characters of a search that are read: it has to fit into what a dialog remembers."""

MOST_WORDS = 12

STATES: dict[str, frozenset[State]] = {
    **{state.value: frozenset({state}) for state in State},
    "unclaimed": frozenset({State.OPEN}),
    "let-stand": frozenset({State.LET_STAND}),
    "kept-out": frozenset({State.FILTERED}),
    "waiting": frozenset({State.NEW, State.JUDGED}),
    "live": LIVE,
    "closed": CLOSED,
}
"""What may follow `state:`."""

_SHOWN_STATES = "open, claimed, snoozed, answered, let-stand, monitored, dismissed, kept-out, waiting, live, closed"
_PART = re.compile(r'(?:([^\W\d_]+):(?!//))?(?:"([^"]*)"?|(\S+))?')
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))


@dataclass(frozen=True, kw_only=True)
class Known:
    """Names that may be searched by, each with its title for people."""

    departments: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Query:
    """All of it must hold; what is empty lets everything through. `words` stand in the text, its title or its author.

    `since` is included, `until` is not; both are about when it was posted.
    """

    words: tuple[str, ...] = ()
    author: str = ""
    source: str = ""
    topic: str = ""
    department: str = ""
    states: frozenset[State] = frozenset()
    since: datetime | None = None
    until: datetime | None = None


def parse_query(text: str, now: datetime, zone: ZoneInfo, known: Known) -> Query:
    """`refund "no answer" author:ana source:forum team:billing topic:refunds state:open from:2026-01-01 to:2026-01-31`.

    Days are those of `zone`, both included; `from:7d` means the last seven. A name is given as it is or by its title.
    Raises ValueError with a sentence for the person who typed it.
    """
    words: list[str] = []
    found: dict[str, object] = {}
    for key, value in _parts(text):
        if not key:
            words.append(value)
            continue
        read = _KEYS.get(key)
        if read is None:
            raise ValueError(
                f"“{key}:” is nothing to search by. There are author:, source:, topic:, team:, state:, from:, to:."
            )
        if not value:
            raise ValueError(f"“{key}:” needs a word right behind it, without a space.")
        found |= read(value, now, zone, known)
    if len(words) > MOST_WORDS:
        raise ValueError(f"That is more than {MOST_WORDS} words: leave some out.")
    query = Query(words=tuple(words), **found)  # type: ignore[arg-type]
    if query.since and query.until and query.until <= query.since:
        raise ValueError("That ends before it begins: look at from: and to:.")
    return query


def _parts(text: str) -> list[tuple[str, str]]:
    """(key, value) of each part; words have no key, and a quoted part is one word."""
    parts = []
    for match in _PART.finditer(text[:LONGEST].translate(_QUOTES)):
        key, quoted, bare = match.groups()
        value = " ".join((quoted if quoted is not None else bare or "").split())
        if key or value:
            parts.append((key.casefold() if key else "", value))
    return parts


def _named(kind: str, value: str, known: Mapping[str, str]) -> str:
    wanted = value.casefold().replace("_", " ")
    for name, title in known.items():
        if wanted in (name.casefold().replace("_", " "), title.casefold()):
            return name
    listed = ", ".join(
        f'"{title or name}"' if " " in (title or name) else title or name for name, title in known.items()
    )
    raise ValueError(f"There is no {kind} “{value}”. There are: {listed or 'none yet'}.")


def _state(value: str) -> frozenset[State]:
    states = STATES.get(value.casefold().replace(" ", "-")) or STATES.get(value.casefold().replace("-", "_"))
    if states is None:
        raise ValueError(f"“{value}” is no state. There are {_SHOWN_STATES}.")
    return states


def _day(value: str, now: datetime, zone: ZoneInfo) -> date:
    today = now.astimezone(zone).date()
    if match := re.fullmatch(r"([0-9]{1,4})d", value.casefold()):
        return today - timedelta(days=int(match[1]) - 1)
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    if value.casefold() in named:
        return named[value.casefold()]
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"“{value}” is no day. Write 2026-01-31, yesterday, or 7d for the last seven.") from error


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=zone)


def _from(value: str, now: datetime, zone: ZoneInfo, _known: Known) -> dict[str, object]:
    return {"since": _midnight(_day(value, now, zone), zone)}


def _to(value: str, now: datetime, zone: ZoneInfo, _known: Known) -> dict[str, object]:
    return {"until": _midnight(_day(value, now, zone) + timedelta(days=1), zone)}


_Read = Callable[[str, datetime, ZoneInfo, Known], dict[str, object]]
_TEAM: _Read = lambda value, _now, _zone, known: {"department": _named("team", value, known.departments)}  # noqa: E731
_KEYS: dict[str, _Read] = {
    "author": lambda value, _now, _zone, _known: {"author": value.removeprefix("@")},
    "source": lambda value, _now, _zone, known: {"source": _named("source", value, known.sources)},
    "topic": lambda value, _now, _zone, known: {"topic": _named("topic", value, known.topics)},
    "team": _TEAM,
    "department": _TEAM,
    "state": lambda value, _now, _zone, _known: {"states": _state(value)},
    "from": _from,
    "to": _to,
}
