"""Looking up a hashtag among a hundred thousand mentions: one that nobody used, a rare one, and one in every fifth post.

    python -m benches.hashtags [--mentions N] [--database URL]

The database has to be empty; without an address a SQLite file is made for it.
"""

import argparse
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from benches.crowd import WORDS
from benches.table import Row, show
from bot.domain.mention import Incoming
from bot.flow.ingest import IMPORT_BATCH, store_imported
from bot.store import hashtags, migrate
from bot.store.database import Database
from bot.store.schema import VerdictRow

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LOOK_UPS = 40
PAGE = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentions", type=int, default=100_000)
    parser.add_argument("--database", default="", metavar="URL")
    wanted = parser.parse_args()
    with TemporaryDirectory(prefix="earshot-bench-") as folder:
        database = Database(wanted.database or f"sqlite:///{folder}/bench.db")
        migrate.migrate(database)
        began = time.perf_counter()
        fill(database, wanted.mentions)
        print(f"{database.dialect}: {wanted.mentions:,} mentions stored in {time.perf_counter() - began:.0f} s")
        show("looking up", [_look_up(database, tag) for tag in ("nobody", "rare", "daily")])
        show("a page of examples", [_examples(database, page) for page in (0, 1_000)])
        database.close()
    return 0


def fill(database: Database, count: int, *, seed: int = 5) -> None:
    """Every fifth has #daily, one in ten thousand #rare, every third one of two hundred others; all are judged."""
    chance = random.Random(seed)
    for start in range(0, count, IMPORT_BATCH):
        posts = [_post(number, chance) for number in range(start, min(start + IMPORT_BATCH, count))]
        store_imported(database, f"place-{start // IMPORT_BATCH % 7}", posts, lambda: NOW)
        with database.write() as session:
            session.execute(insert(VerdictRow), [_verdict(start + place + 1, chance) for place in range(len(posts))])


def _post(number: int, chance: random.Random) -> Incoming:
    tags = [name for name, every in (("#Daily", 5), ("#rare", 10_000)) if number % every == 0]
    tags += [f"#tag{chance.randrange(200)}"] if number % 3 == 0 else []
    words = [*chance.choices(WORDS, k=30), *tags]
    return Incoming(
        external_id=f"post-{number}",
        text=" ".join(words),
        author=f"customer{number % 4_000}",
        posted_at=NOW - timedelta(minutes=chance.randrange(500_000)),
    )


def _verdict(mention_id: int, chance: random.Random) -> dict[str, object]:
    return {
        "mention_id": mention_id,
        "at": NOW,
        "model": "bench",
        "topic": "billing",
        "topics": {"billing": 1.0},
        "detractor": chance.random(),
        "promoter": 0.1,
        "triage": {},
        "reply": 0.5,
        "language": "en",
        "why": [],
    }


def _look_up(database: Database, tag: str) -> Row:
    seconds = []
    for _ in range(LOOK_UPS):
        began = time.perf_counter()
        with database.read() as session:
            uses = hashtags.usages(session, [tag])[tag].uses
        seconds.append(time.perf_counter() - began)
    return Row(
        name=f"#{tag}, {uses:,} uses",
        operations=LOOK_UPS,
        elapsed=sum(seconds),
        seconds=seconds,
        note="of all mentions",
    )


def _examples(database: Database, page: int) -> Row:
    seconds = []
    for _ in range(LOOK_UPS):
        began = time.perf_counter()
        with database.read() as session:
            hashtags.examples(session, "daily", page=page, size=PAGE)
        seconds.append(time.perf_counter() - began)
    return Row(name=f"page {page:,} of #daily", operations=LOOK_UPS, elapsed=sum(seconds), seconds=seconds)


if __name__ == "__main__":
    sys.exit(main())
