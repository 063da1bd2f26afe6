"""The labels: what holds of the corrections that people made, on both engines."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from bot.domain.label import Label, LabelKind, Score
from bot.store import arrivals, labels
from bot.store.database import Database
from bot.store.schema import MentionRow
from tests.fakes import START, post


def label(kind: LabelKind, *, after: int = 0, mention_id: int = 1, by: str = "UANA", **fields: str) -> Label:
    score = Score(fields.pop("score")) if "score" in fields else None
    at = START + timedelta(minutes=after)
    return Label(
        mention_id=mention_id, at=at, by=by, kind=kind, model="m-1", topic_before="other", score=score, **fields
    )


def keep(database: Database, *some: Label) -> None:
    with database.write() as session:
        for each in some:
            labels.add(session, each)


def holding(database: Database, since: datetime | None = None) -> list[Label]:
    with database.read() as session:
        return [each.label for each in labels.all_labels(session, since)]


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as session:
        arrivals.add(session, "forum", [post(1, "charged twice", title="Oh no"), post(2, "app is down")], START)
    return database


def test_a_label_comes_back_as_it_was_with_what_it_is_about(filled: Database) -> None:
    given = [
        label(LabelKind.TOPIC, topic="billing"),
        label(LabelKind.NOT_ABOUT_US, after=1, mention_id=2, by="UBEN"),
        label(LabelKind.SCORE, after=2, score="passive"),
    ]
    keep(filled, *given)
    with filled.read() as session:
        found = labels.all_labels(session)
    assert [each.label for each in found] == given
    assert [(each.text, each.source) for each in found] == [
        ("Oh no\ncharged twice", "forum"),
        ("app is down", "forum"),
        ("Oh no\ncharged twice", "forum"),
    ]


def test_of_one_kind_and_mention_the_latest_holds(filled: Database) -> None:
    first = label(LabelKind.TOPIC, topic="billing")
    score = label(LabelKind.SCORE, after=1, score="detractor")
    other = label(LabelKind.TOPIC, after=2, mention_id=2, topic="outage")
    second = label(LabelKind.TOPIC, after=3, by="UBEN", topic="praise")
    keep(filled, first, score, other, second)
    assert holding(filled) == [score, other, second]
    with filled.read() as session:
        assert labels.of_mention(session, 1) == {LabelKind.SCORE: score, LabelKind.TOPIC: second}


def test_what_is_withdrawn_holds_no_more_and_may_be_said_again(filled: Database) -> None:
    said = label(LabelKind.NOT_ABOUT_US)
    with filled.write() as session:
        assert not labels.withdraw(session, said), "there is nothing to take back"
        labels.add(session, said)
        assert labels.withdraw(session, label(LabelKind.NOT_ABOUT_US, after=1))
        assert not labels.withdraw(session, label(LabelKind.NOT_ABOUT_US, after=2))
    assert holding(filled) == []
    again = label(LabelKind.NOT_ABOUT_US, after=3)
    keep(filled, again)
    assert holding(filled) == [again]


def test_labels_come_in_order_of_time_and_since_a_time(filled: Database) -> None:
    late, early = label(LabelKind.TOPIC, after=9, topic="billing"), label(LabelKind.SCORE, after=1, score="promoter")
    keep(filled, late, early)
    assert holding(filled) == [early, late]
    assert holding(filled, since=late.at) == [late]
    assert holding(filled, since=late.at + timedelta(seconds=1)) == []


def test_a_label_given_before_its_author_changed_the_words_holds_no_more(filled: Database) -> None:
    keep(filled, label(LabelKind.TOPIC, topic="billing"), label(LabelKind.TOPIC, mention_id=2, topic="outage"))
    with filled.write() as session:
        arrivals.add(session, "forum", [post(1, "all is well now")], START + timedelta(minutes=5))
    assert [each.mention_id for each in holding(filled)] == [2]
    anew = label(LabelKind.TOPIC, after=6, topic="praise")
    keep(filled, anew)
    assert holding(filled)[-1] == anew


def test_labels_go_with_their_mention(filled: Database) -> None:
    keep(filled, label(LabelKind.TOPIC, topic="billing"))
    with filled.write() as session:
        session.execute(delete(MentionRow).where(MentionRow.id == 1))
    assert holding(filled) == []


def test_many_mentions_are_asked_for_at_once(filled: Database) -> None:
    said = label(LabelKind.SCORE, mention_id=2, score="detractor")
    keep(filled, said)
    with filled.read() as session:
        assert labels.of_mentions(session, range(1, 2_000)) == {2: {LabelKind.SCORE: said}}
        assert labels.of_mentions(session, []) == {}
