"""A company's database with cards in it, made by the flow itself with a model that always says the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import build_policy, utc_now
from bot.config import load_config
from bot.domain.mention import Incoming
from bot.domain.policy import Policy
from bot.flow import classify, ingest, route
from bot.store import migrate
from bot.store.database import Database
from classifiers.verdict import TRIAGE_CLASSES, Subject, Verdict
from sandbox.demo.__main__ import reply_secret

CONFIG = Path(__file__).parent.parent / "sandbox" / "demo" / "config.toml"


class Steady:
    """A model that reads each text's first word as its topic."""

    name = "steady"

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        return [_verdict(subject.text.partition(" ")[0]) for subject in subjects]


def _verdict(topic: str) -> Verdict:
    return Verdict(
        topics={topic: 1.0},
        detractor=0.9,
        promoter=0.1,
        triage={name: 1 / len(TRIAGE_CLASSES) for name in TRIAGE_CLASSES},
        reply=0.8,
        language="en",
        why=(),
        model=Steady.name,
    )


def demo_policy() -> Policy:
    nowhere = {
        "SANDBOX_URL": "http://127.0.0.1:1",
        "FEDIVERSE_URL": "http://127.0.0.1:1",
        "IMAP_PORT": "1",
        "SMTP_PORT": "1",
    }
    secrets = {"SIMMERWICK_REPLY_SECRET": reply_secret(), "FEDIVERSE_TOKEN": "none", "MAIL_PASSWORD": "none"}
    env = nowhere | secrets
    return build_policy(load_config(CONFIG, env), {})


@contextmanager
def office(policy: Policy, *, topics: Sequence[str], each: int) -> Iterator[Database]:
    """A new SQLite file with `each` open mentions of every topic, their cards waiting to be posted."""
    with TemporaryDirectory(prefix="earshot-bench-") as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        migrate.migrate(database)
        fill_office(database, policy, topics=topics, each=each)
        yield database
        database.close()


def fill_office(database: Database, policy: Policy, *, topics: Sequence[str], each: int) -> None:
    """`each` open mentions of every topic in an empty database."""
    posts = [_post(number, topic) for number in range(each) for topic in topics]
    ingest.store_imported(database, "bench", posts, utc_now)
    while classify.classify_waiting(database, Steady(), policy, utc_now):
        pass
    while route.route_judged(database, policy, utc_now()):
        pass


def _post(number: int, topic: str) -> Incoming:
    return Incoming(
        external_id=f"{topic}-{number}",
        text=f"{topic} number {number}",
        author=f"customer{number}",
        author_name=f"Customer {number}",
        url=f"https://places.example/{topic}/{number}",
        posted_at=datetime(2026, 6, 1, tzinfo=UTC),
    )
