"""Started by the kill tests of the sources: a poll, a webhook, posts looked up again, repeats, thanks and a bulletin.

As `tests.faults.worker`, with the same clock and the same ways to die.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.kudos import Staff
from bot.domain.policy import Policy
from bot.domain.repeat import RepeatTerms
from bot.flow import classify, deliver, ingest, look_again, receive, route, watch_sources
from bot.sources.base import Delivery, Looked
from bot.store.arrivals import PORTION
from bot.store.database import Database
from tests.fakes import FakeClassifier, FakeSource, batch, policy, post
from tests.faults.shelf import Shelf
from tests.faults.worker import EPOCH, UNDONE, die_at_statement, waiting

SPEED = 300
STILL_TO_SEE = "mentions WHERE external_id = 'post-2' AND withdrawn_at IS NULL"
STILL_TO_TELL = "sources WHERE name = 'dear' AND alarm = ''"

DELIVERIES = 3
POLLED = PORTION + 2
"""More than one transaction takes. The last but one says what the first says, the last praises somebody."""

SAME = "billing is awful: I was charged twice and nobody in your office writes back to me about it"
PRAISE = "billing is great, I love it. Thank you, Ana Duarte!"
AGES = timedelta(days=365)
SAID = datetime(2026, 6, 1, 8, tzinfo=UTC)


def fast() -> datetime:
    """As that of the other worker, but quicker: a post is looked up again after ten minutes."""
    return datetime.fromtimestamp((time.time() - EPOCH) * SPEED, UTC)


def company() -> Policy:
    staff = (Staff(name="Ana Duarte", slack="@ana"),)
    return replace(policy(ops_channel="#ops"), staff=staff, repeats=RepeatTerms(within=AGES * 400))


class Board(FakeSource):
    """Gives everything in one poll, and says of the second post that it is gone when it is looked up."""

    look_again_for = AGES
    looks_at_once = 10

    def __init__(self) -> None:
        said = {1: SAME, POLLED - 1: SAME, POLLED: PRAISE}
        items = (post(n, said.get(n, f"billing, matter number {n}"), posted_at=SAID) for n in range(1, POLLED + 1))
        super().__init__("board", [batch(*items)], every=1)

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        return Looked(gone=[each for each in external_ids if each == "post-2"])


class Hook(FakeSource):
    def __init__(self) -> None:
        super().__init__("hook", every=1)

    def receive(self, headers: dict[str, str], body: bytes, now: datetime) -> Delivery:
        return Delivery(id=headers["id"], items=[post(f"hook-{body.decode()}", f"{body.decode()}: awful billing")])


class Dear(FakeSource):
    """Its cap is reached before it is asked for the first time."""

    monthly_cap = 0


def main(url: str, slack: Path) -> None:
    database, rules = Database(url), company()
    shelf, model, board, hook = Shelf(slack), FakeClassifier(), Board(), Hook()
    configured = {"board": board, "hook": hook, "dear": Dear("dear", every=1)}
    die_at_statement(database)
    ingest.know_sources(database, configured, fast())
    until, moved = time.monotonic() + 240, 1
    while (moved or waiting(database, (*UNDONE, STILL_TO_SEE, STILL_TO_TELL))) and time.monotonic() < until:
        moved = 0
        for source, cursor in ingest.lease_due(database, configured, fast()):
            moved += ingest.poll(database, source, cursor, fast)
        for number in range(DELIVERIES):
            moved += receive.receive(database, hook, {"id": f"d{number}"}, str(number).encode(), fast).added.new
        moved += classify.classify_waiting(database, model, rules, fast)
        moved += route.route_judged(database, rules, fast())
        for look in look_again.take_looks(database, configured, fast()):
            moved += look_again.look_again(database, look, fast)
        moved += watch_sources.watch_sources(database, rules, configured, fast())
        for channel in deliver.due_channels(database, fast()):
            moved += deliver.deliver_next(database, shelf, rules, channel, fast)
        time.sleep(0.002)
    database.close()
