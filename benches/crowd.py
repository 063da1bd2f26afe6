"""A database with very many mentions in it, written row by row: what a busy company has after some months."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert

from bot.domain.lifecycle import Action, State
from bot.domain.posting import PostingKind, PostingState
from bot.domain.promise import PromiseKind
from bot.store.columns import Base
from bot.store.database import Database
from bot.store.schema import EventRow, MentionRow, PostingRow, PromiseRow, VerdictRow

CHUNK = 1_000
WORDS = (
    "charged",
    "twice",
    "refund",
    "outage",
    "app",
    "login",
    "slow",
    "parcel",
    "broken",
    "kind",
    "staff",
    "price",
    "error",
)


def fill(
    database: Database, *, live: int, closed: int, departments: Sequence[tuple[str, str]], now: datetime, seed: int = 4
) -> None:
    """`live` open mentions and `closed` answered ones, over the (department, channel) pairs; one in ten is claimed by U1."""
    chance = random.Random(seed)
    for start in range(0, live + closed, CHUNK):
        numbers = range(start, min(start + CHUNK, live + closed))
        rows = [_mention(n, n < live, departments[n % len(departments)], now, chance) for n in numbers]
        with database.write() as session:
            session.execute(insert(MentionRow), rows)
            for table, made in _around(rows, dict(departments), now):
                session.execute(insert(table), made)


LEFT_EMPTY = ("title", "author_url", "parent", "route_why", "recommended", "level_by", "level_reason", "decided_reason")


def _mention(n: int, is_open: bool, place: tuple[str, str], now: datetime, chance: random.Random) -> dict[str, object]:
    received = now - timedelta(minutes=chance.randrange(1, 40_000 if not is_open else 3_000))
    held = is_open and n % 10 == 0
    state = State.CLAIMED if held else State.OPEN if is_open else State.ANSWERED
    return {
        "id": n + 1,
        "source": f"place-{n % 7}",
        "external_id": f"post-{n}",
        "text": " ".join(chance.choices(WORDS, k=30)),
        "url": f"https://places.example/{n}",
        "author": f"customer{n % 4_000}",
        "author_name": f"Customer {n % 4_000}",
        "language": "en",
        "media": [],
        "content_hash": str(n),
        "posted_at": received,
        "received_at": received,
        "state": state,
        "version": 3,
        "next_at": received,
        "attempts": 0,
        "department": place[0],
        "urgent": n % 50 == 0,
        "route_rule": "topic",
        "level": 0,
        "level_notified": [],
        "claimed_by": "U1" if held else None,
        "claimed_at": now if held else None,
        "claim_until": now + timedelta(minutes=30) if held else None,
        "decided_what": "" if is_open else Action.ANSWER,
        "decided_by": "" if is_open else f"U{n % 40}",
        "decided_at": None if is_open else received + timedelta(minutes=50),
        **dict.fromkeys(LEFT_EMPTY, ""),
    }


Rows = list[dict[str, object]]


def _around(rows: Rows, channels: dict[str, str], now: datetime) -> Iterator[tuple[type[Base], Rows]]:
    yield VerdictRow, [_verdict(row) for row in rows]
    yield PromiseRow, [_promise(row, kind) for row in rows for kind in PromiseKind]
    yield EventRow, [event for row in rows for event in _events(row)]
    yield PostingRow, [_card(row, channels[str(row["department"])], now) for row in rows]


def _verdict(row: dict[str, object]) -> dict[str, object]:
    topic = ("billing", "outage", "praise")[int(str(row["id"])) % 3]
    return {
        "mention_id": row["id"],
        "at": row["received_at"],
        "model": "bench",
        "topic": topic,
        "topics": {topic: 1.0},
        "detractor": 0.5,
        "promoter": 0.1,
        "triage": {},
        "reply": 0.5,
        "language": "en",
        "why": [],
    }


def _promise(row: dict[str, object], kind: PromiseKind) -> dict[str, object]:
    received = row["received_at"]
    assert isinstance(received, datetime)
    due = received + timedelta(hours=1 if kind is PromiseKind.DECISION else 8)
    return {
        "mention_id": row["id"],
        "kind": kind,
        "department": row["department"],
        "started_at": received,
        "due_at": due,
        "look_at": None,
        "settled_at": row["decided_at"],
    }


def _events(row: dict[str, object]) -> Rows:
    told = [("ingested", "earshot"), (Action.JUDGE, "earshot"), (Action.ROUTE, "earshot"), ("posted", "earshot")]
    base = {"mention_id": row["id"], "detail": {}}
    events = [{**base, "at": row["received_at"], "actor": actor, "what": what} for what, actor in told]
    if row["decided_at"] is not None:
        acts = (Action.CLAIM, Action.ANSWER)
        events += [{**base, "at": row["decided_at"], "actor": row["decided_by"], "what": what} for what in acts]
    return events


def _card(row: dict[str, object], channel: str, now: datetime) -> dict[str, object]:
    return {
        "delivery_id": f"delivery-{row['id']}",
        "mention_id": row["id"],
        "channel": channel,
        "kind": PostingKind.CARD,
        "slot": "",
        "urgent": row["urgent"],
        "body": {},
        "state": PostingState.SENT,
        "created_at": row["received_at"],
        "next_at": now,
        "attempts": 1,
        "problem": "",
        "channel_id": f"C{channel.strip('#').upper()}",
        "ts": f"{row['id']}.000000",
        "shown_version": 3,
    }
