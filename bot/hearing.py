"""What a running bot does at its sources: polls, second looks, and the watch over whether they are heard."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from bot.domain.policy import Policy
from bot.engine.embedded import Fanout, Job
from bot.flow import ingest
from bot.flow.clock import Clock
from bot.flow.look_again import look_again, take_looks
from bot.flow.watch_sources import watch_sources
from bot.sources.base import Source
from bot.store.database import Database

MOST_POLLS = 100
"""Polls under way at once: a thread for each source up to here, so that those that hang hold up nobody."""

FEWEST_POLLS = 8


@dataclass(kw_only=True)
class Hearing:
    """The jobs of the sources, each of which hands what takes time to threads."""

    database: Database
    policy: Policy
    sources: Mapping[str, Source]
    clock: Clock
    _polls: Fanout = field(init=False)
    _looks: Fanout = field(init=False)

    def __post_init__(self) -> None:
        at_once = min(max(FEWEST_POLLS, len(self.sources)), MOST_POLLS)
        self._polls, self._looks = Fanout(at_once, "poll"), Fanout(at_once, "look")

    def jobs(self) -> list[Job]:
        return [
            Job(name="poll", every=timedelta(seconds=2), run=self.poll),
            Job(name="look_again", every=timedelta(seconds=30), run=self.look_again),
            Job(name="watch_sources", every=timedelta(seconds=60), run=self.watch),
        ]

    def poll(self) -> None:
        for source, cursor in ingest.lease_due(self.database, self.sources, self.clock()):
            task = partial(ingest.poll, self.database, source, cursor, self.clock, random.uniform)
            self._polls.submit(source.name, task)

    def look_again(self) -> None:
        for look in take_looks(self.database, self.sources, self.clock()):
            self._looks.submit(look.source.name, partial(look_again, self.database, look, self.clock))

    def watch(self) -> int:
        return watch_sources(self.database, self.policy, self.sources, self.clock())

    def stop(self) -> None:
        self._polls.stop()
        self._looks.stop()

    def left(self, seconds: float) -> int:
        """How many calls to places are under way still after so many seconds."""
        return self._polls.left(seconds) + self._looks.left(0)
