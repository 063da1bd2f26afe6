"""0002: what the log of an earlier version knows of corrections becomes labels, and nothing else changes."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.label import Label, LabelKind
from bot.store import labels, migrate
from bot.store.database import Database
from tests.fakes import START


@pytest.fixture
def old(empty_database: Database) -> Database:
    """A database of the first schema with three mentions, two of them judged."""
    migrate.migrate(empty_database, to="0001")
    for mention_id in (1, 2, 3):
        insert(
            empty_database, "mentions", id=mention_id, **MENTION, external_id=f"p{mention_id}", text=f"t{mention_id}"
        )
    judge(empty_database, 1, "praise", "m-1", minute=0)
    judge(empty_database, 1, "outage", "m-2", minute=20)
    judge(empty_database, 2, "billing", "m-1", minute=0)
    return empty_database


MENTION = {
    "source": "forum",
    "title": "",
    "url": "",
    "author": "",
    "author_name": "",
    "author_url": "",
    "language": "",
    "parent": "",
    "media": [],
    "content_hash": "",
    "received_at": START,
    "state": "open",
    "version": 1,
    "next_at": START,
    "attempts": 0,
    "department": "billing",
    "urgent": False,
    "route_rule": "",
    "route_why": "",
    "recommended": "",
    "level": 0,
    "level_by": "",
    "level_reason": "",
    "level_notified": [],
    "decided_what": "",
    "decided_by": "",
    "decided_reason": "",
}


def insert(database: Database, table: str, **values: object) -> None:
    """A row of the first schema, without the models of today."""
    stored = {
        name: json.dumps(value)
        if isinstance(value, list | dict)
        else value.strftime("%Y-%m-%d %H:%M:%S.%f" + ("" if database.dialect == "sqlite" else "+00"))
        if hasattr(value, "strftime")
        else value
        for name, value in values.items()
    }
    with database.write() as session:
        columns, marks = ", ".join(stored), ", ".join(f":{name}" for name in stored)
        session.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({marks})"), stored)


def judge(database: Database, mention_id: int, topic: str, model: str, *, minute: int) -> None:
    scores = {"topics": {topic: 1.0}, "detractor": 0.5, "promoter": 0.1, "triage": {}, "reply": 0.5}
    insert(
        database,
        "verdicts",
        mention_id=mention_id,
        at=START + timedelta(minutes=minute),
        model=model,
        topic=topic,
        language="en",
        why=[],
        **scores,
    )


def log(database: Database, mention_id: int, *acts: tuple[int, str, dict[str, str]]) -> None:
    for minute, what, detail in acts:
        at = START + timedelta(minutes=minute)
        insert(database, "events", mention_id=mention_id, at=at, actor="UANA", what=what, detail=detail)


def learnt(database: Database) -> Sequence[Label]:
    migrate.migrate(database)
    with database.read() as session:
        return [each.label for each in labels.all_labels(session)]


def label(mention_id: int, minute: int, kind: LabelKind, *, before: str, model: str, topic: str = "") -> Label:
    return Label(
        mention_id=mention_id,
        at=START + timedelta(minutes=minute),
        by="UANA",
        kind=kind,
        model=model,
        topic_before=before,
        topic=topic,
    )


def test_reroutes_and_dismissals_become_labels_with_the_model_of_their_time(old: Database) -> None:
    log(old, 1, (5, "reroute", {"topic": "billing", "before": "a", "after": "b"}), (9, "claim", {}))
    log(old, 2, (6, "dismiss", {"reason": "Spam or advertising; again"}))
    log(old, 3, (7, "reroute", {"topic": "outage", "before": "a", "after": "b"}))
    assert learnt(old) == [
        label(1, 5, LabelKind.TOPIC, before="praise", model="m-1", topic="billing"),
        label(2, 6, LabelKind.NOT_ABOUT_US, before="billing", model="m-1"),
        label(3, 7, LabelKind.TOPIC, before="", model="", topic="outage"),
    ]


def test_the_later_one_holds(old: Database) -> None:
    log(old, 1, (5, "reroute", {"topic": "billing"}), (25, "reroute", {"topic": "praise"}))
    assert learnt(old) == [label(1, 25, LabelKind.TOPIC, before="outage", model="m-2", topic="praise")]


def test_what_was_taken_back_is_no_label(old: Database) -> None:
    log(old, 1, (5, "reroute", {"topic": "billing"}), (6, "reroute", {"topic": ""}))
    log(old, 2, (5, "dismiss", {"reason": "another Acme"}), (6, "reopen", {"before": "dismiss"}))
    log(old, 3, (5, "reroute", {"topic": ""}), (6, "let_stand", {"reason": "fair"}), (7, "reopen", {}))
    assert learnt(old) == []


def test_our_own_post_says_nothing_about_its_words(old: Database) -> None:
    log(old, 1, (5, "dismiss", {"reason": "Our own post or that of a partner"}))
    assert learnt(old) == []


def test_the_rows_are_as_before(old: Database) -> None:
    log(old, 1, (5, "reroute", {"topic": "billing"}))
    before = {table: rows(old, table) for table in ("mentions", "verdicts", "events")}
    migrate.migrate(old, to="0002")
    assert {table: rows(old, table) for table in before} == before


def rows(database: Database, table: str) -> list[tuple[object, ...]]:
    with database.read() as session:
        return [tuple(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY id"))]


def test_more_mentions_than_one_query_takes(old: Database) -> None:
    with old.write() as session:
        columns = ", ".join(MENTION)
        session.execute(
            text(
                f"INSERT INTO mentions (id, external_id, text, {columns}) "
                "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
                f"SELECT i, 'q' || i, 't', {', '.join(f'm.{name}' for name in MENTION)} FROM n, mentions m WHERE m.id = 1"
            )
        )
        session.execute(
            text(
                "INSERT INTO events (mention_id, at, actor, what, detail) "
                "SELECT id, received_at, 'UANA', 'dismiss', media FROM mentions WHERE id >= 10"
            )
        )
        session.execute(text("UPDATE events SET detail = '{}'"))
    assert len(learnt(old)) == 1191
