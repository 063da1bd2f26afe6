"""Whatever happens in which order: a post that stands at its place and was within reach is given, in a batch that was stored.

Where a place cannot be asked for all that was written in one second, it is said that something was left out.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts.case import Reader, ReaderCase, readers
from tests.contracts.feeds import Post

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BEGIN = NOW - timedelta(hours=20)
MOST_ROUNDS = 60


@dataclass
class World:
    """A place, the clock there, and what a bot that polls it has stored."""

    case: ReaderCase
    at: datetime = BEGIN
    standing: list[Post] = field(default_factory=list)
    count: int = 0
    cursor: str = ""
    stored: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def write(self, number: int, *, apart: int) -> None:
        """So many posts, each so many seconds after the one before."""
        for _ in range(number):
            self.count += 1
            self.at += timedelta(seconds=apart)
            post = Post(id=f"urn:post:{self.count}", text=f"text of {self.count}", at=self.at, author="jo")
            self.standing.append(post)
        self.show()

    def take_down_the_newest(self) -> None:
        """Most places are read on from the last post that is known."""
        if self.standing:
            self.standing.pop()
            self.show()
            self.at += timedelta(seconds=5)

    def show(self) -> None:
        self.case.publish(self.standing[::-1])

    def poll(self, *, is_stored: bool = True) -> bool:
        """Whether there is more. A batch that is not stored died with its process, and its cursor with it."""
        batch = self.case.source.poll(self.cursor, self.at)
        if is_stored:
            self.cursor = batch.cursor
            self.stored |= {item.external_id for item in batch.items}
            self.said += batch.problems
        return batch.more

    def drain(self) -> None:
        for _ in range(MOST_ROUNDS):
            if not self.poll():
                return
        raise AssertionError("the source says for ever that there is more")


Step = tuple[str, int, int]
written = st.tuples(st.just("write"), st.sampled_from([1, 2, 5, 60]), st.sampled_from([0, 1, 30, 300]))
others = st.tuples(st.sampled_from(["poll", "poll", "lose", "take down", "drain"]), st.just(0), st.just(0))
steps = st.lists(written | others, min_size=3, max_size=9)


def do(world: World, step: Step) -> None:
    what, number, apart = step
    if what == "write" and world.at + timedelta(seconds=number * apart) < NOW:
        world.write(number, apart=apart)
    elif what == "take down":
        world.take_down_the_newest()
    elif what == "drain":
        world.drain()
    elif what in ("poll", "lose"):
        world.poll(is_stored=what == "poll")


@pytest.mark.parametrize("made", readers(), ids=lambda made: made.__name__)
def test_every_post_is_given_in_whatever_order_things_happen(made: Reader) -> None:
    @settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(steps)
    def holds(happening: list[Step]) -> None:
        with made() as case:
            world = World(case=case)
            world.show()
            for step in happening:
                do(world, step)
            world.at += timedelta(minutes=1)
            world.drain()
            lost = {case.external_id(post) for post in world.standing} - world.stored
            assert not lost or any("of one second" in problem for problem in world.said)

    holds()
