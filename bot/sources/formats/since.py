"""The cursor of places that are asked by time: the moment from which on they are read again."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.mention import Incoming
from bot.sources.formats.dates import EARLIEST, SKEW


def read_since(cursor: str, now: datetime, *, otherwise: timedelta) -> datetime:
    """What `write_since` wrote; `otherwise` before now for anything else."""
    try:
        seconds = json.loads(cursor)["since"]
        since = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return now - otherwise
    return since if EARLIEST <= since <= now + SKEW else now - otherwise


def write_since(since: datetime) -> str:
    return json.dumps({"since": int(since.timestamp())})


def next_since(since: datetime, items: Iterable[Incoming], *, overlap: timedelta) -> datetime:
    """Where the next poll begins: a little before the newest that was given, because others may turn up beside it late."""
    newest = max((item.posted_at for item in items if item.posted_at), default=since)
    return max(since, newest - overlap)


def oldest_first(items: Iterable[Incoming]) -> tuple[Incoming, ...]:
    """Each id once, in the order in which they were written; what has no date comes last."""
    once = {item.external_id: item for item in items}
    dated: Sequence[Incoming] = [item for item in once.values() if item.posted_at]
    undated = [item for item in once.values() if not item.posted_at]
    return (*sorted(dated, key=lambda item: (item.posted_at, len(item.external_id), item.external_id)), *undated)
