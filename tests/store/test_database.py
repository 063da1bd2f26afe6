"""Transactions: what a block sees, whom it waits for, and what reaches the caller when the database cannot."""

import threading
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from bot.errors import ConfigError, Retry
from bot.store import arrivals, events, figures, mentions
from bot.store.database import Database, SingleRunner
from tests.databases import url_of
from tests.fakes import START, post
from tests.hostile.trying import tried
from tests.world import posts

HOSTILE = st.text(
    alphabet=st.one_of(
        st.characters(), st.sampled_from("\x00\ud800\udfff\u202e\ufeff\u0301'\"\\%"), st.characters(categories=["Cs"])
    ),
    max_size=60,
)


def test_an_error_rolls_everything_back(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            arrivals.add(session, "forum", posts(3), START)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as session:
        assert figures.ledger(session).ingested == 0


def test_an_error_does_not_quote_what_was_to_be_written(database: Database) -> None:
    """Its traceback goes to the log, and what customers and colleagues write does not."""
    said = "My card number is 4111"
    with pytest.raises((Retry, ProgrammingError)) as error, database.write() as session:
        session.execute(text("INSERT INTO nowhere (said) VALUES (:said)"), {"said": said})
    assert "INSERT INTO nowhere" in (told := "".join(traceback.format_exception(error.value)))
    assert said not in told


def test_one_look_shows_one_moment(database: Database) -> None:
    """A ledger is several queries: they must not see what is committed between them."""
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM mentions")) == 0
        with database.write() as other:
            arrivals.add(other, "forum", posts(3), START)
        assert session.scalar(text("SELECT count(*) FROM mentions")) == 0
        assert figures.ledger(session).balanced


def test_a_reader_waits_for_no_writer(database: Database) -> None:
    with database.write() as session:
        arrivals.add(session, "forum", posts(1), START)
        session.flush()
        with database.read() as other:
            assert other.scalar(text("SELECT count(*) FROM mentions")) == 0


def test_the_write_lock_is_held_from_the_start_of_the_block(sqlite_database: Database) -> None:
    """A time read in the block is then the time of the change, not of the wait before it."""
    entered = threading.Event()

    def second() -> None:
        with sqlite_database.write():
            entered.set()

    thread = threading.Thread(target=second)
    with sqlite_database.write():
        thread.start()
        assert not entered.wait(0.2)
    thread.join(10)
    assert entered.is_set()


def test_a_locked_database_is_a_reason_to_come_again(sqlite_database: Database) -> None:
    hasty = Database(url_of(sqlite_database), patience=0.05)
    with sqlite_database.write(), pytest.raises(Retry, match="cannot be used now: OperationalError"), hasty.write():
        pass
    hasty.close()


def test_a_database_that_is_away_is_a_reason_to_come_again() -> None:
    away = Database("postgresql+psycopg://earshot@127.0.0.1:1/none")
    with pytest.raises(Retry), away.read() as session:
        session.execute(text("SELECT 1"))
    away.close()


def test_a_full_pool_is_a_reason_to_come_again(sqlite_database: Database) -> None:
    sqlite_database.engine.pool._timeout = 0.05  # type: ignore[attr-defined]
    held = [sqlite_database.engine.connect() for _ in range(24)]
    with pytest.raises(Retry, match="TimeoutError"), sqlite_database.read():
        pass
    for each in held:
        each.close()


def test_memory_is_no_database() -> None:
    with pytest.raises(ConfigError, match="would forget every mention"):
        Database("sqlite:///:memory:")


def test_a_second_runner_is_kept_off_until_the_first_has_ended(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'earshot.db'}"
    first, second = SingleRunner(url), SingleRunner(url)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


@tried(60)
@given(said=HOSTILE)
def test_both_engines_take_any_text(database: Database, said: str) -> None:
    """Sources clean what customers write; what people and other servers say reaches the log as it is."""
    item = post(said, f"{said} billing", author_name=said, media=(said,), title=said)
    with database.write() as session:
        arrivals.add(session, "forum", [item], START)
        known = arrivals.add(session, "forum", [item], START)
        assert known.new == 0
        mention_id = int(session.scalar(text("SELECT max(id) FROM mentions")) or 0)
        events.append(session, mention_id, said, "edited", START, {"before": said})
    with database.read() as session:
        record = mentions.load(session, mention_id)
    assert record is not None
    assert "\x00" not in record.mention.text
    assert record.mention.text.endswith(" billing")


def test_any_reach_and_rating_is_stored(database: Database) -> None:
    items = [post(1, reach=10**30), post(2, reach=2**63 - 1), post(3, reach=-5), post(4, rating=4.5)]
    with database.write() as session:
        arrivals.add(session, "forum", items, START)
    with database.read() as session:
        found = [each.mention for each in mentions.load_all(session, [1, 2, 3, 4]).values()]
    assert sorted(each.reach for each in found if each.reach is not None) == [-5, 2**63 - 1, 2**63 - 1]


def test_an_endless_external_id_is_kept_apart_from_its_neighbour(database: Database) -> None:
    """PostgreSQL refuses an index entry of more than 2,704 bytes."""
    long = "".join(chr(0x4E00 + number % 9000) for number in range(0, 70_000, 7))
    with database.write() as session:
        added = arrivals.add(session, "forum", [post(long + "a"), post(long + "b"), post(long + "a")], START)
        again = arrivals.add(session, "forum", [post(long + "b")], START)
    assert (added.new, again.new, again.known) == (2, 0, 1)
