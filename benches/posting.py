"""From the outbox to Slack: what Earshot adds to a post when Slack answers at once, in one channel and in several.

Slack itself takes about one message a second in a channel; the lane's gap is stepped over with a moved clock.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count

from benches.office import demo_policy, office
from benches.table import Row
from bot.app import utc_now
from bot.domain.policy import Policy
from bot.flow.clock import Clock
from bot.flow.deliver import LANE_GAP, Content, deliver_next, due_channels
from bot.store.database import Database

CARDS = 120


class Instant:
    """A messenger that has posted before it is asked."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def channel_id(self, reference: str) -> str:
        return f"C{reference.strip('#').upper()}"

    def post(self, channel_id: str, content: Content, *, delivery_id: str) -> str:
        return f"{next(self._numbers)}.000000"

    def update(self, channel_id: str, ts: str, content: Content) -> None:
        """As quickly."""

    def find(self, channel_id: str, delivery_id: str, *, since: datetime) -> str:
        return ""

    def permalink(self, channel_id: str, ts: str) -> str:
        return f"https://slack.test/{channel_id}/{ts}"


class Hurried:
    """A clock on which the lane's gap has always passed."""

    def __init__(self) -> None:
        self._now = utc_now()
        self._steps = count(1)

    def __call__(self) -> datetime:
        return self._now + next(self._steps) * (LANE_GAP + timedelta(milliseconds=1))


def bench() -> list[Row]:
    policy = demo_policy()
    return [
        _timed("one channel", policy, ["billing"]),
        _timed("four channels, four threads", policy, ["billing", "technical_issue", "product_feedback", "brand"]),
    ]


def _timed(name: str, policy: Policy, topics: list[str]) -> Row:
    with office(policy, topics=topics, each=CARDS // len(topics)) as database:
        clock, messenger = Hurried(), Instant()
        channels = due_channels(database, clock())
        if len(channels) != len(topics):
            raise SystemExit(f"{len(topics)} topics go to {len(channels)} channels: choose others")
        began = time.perf_counter()
        with ThreadPoolExecutor(len(channels)) as lanes:
            running = [lanes.submit(_drain, database, messenger, policy, channel, clock) for channel in channels]
            taken = [seconds for lane in running for seconds in lane.result()]
        elapsed = time.perf_counter() - began
    if len(taken) != CARDS:
        raise SystemExit(f"{len(taken)} of {CARDS} cards were posted")
    return Row(name=name, operations=len(taken), elapsed=elapsed, seconds=taken)


def _drain(database: Database, messenger: Instant, policy: Policy, channel: str, clock: Clock) -> list[float]:
    taken: list[float] = []
    while True:
        began = time.perf_counter()
        if not deliver_next(database, messenger, policy, channel, clock):
            return taken
        taken.append(time.perf_counter() - began)
