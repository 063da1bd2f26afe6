"""The wall clock is set, forth or back, while the engine turns: every job goes on at its own pace."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Self

import apscheduler.schedulers.base
import pytest

import bot.engine.embedded
from bot.engine.embedded import Embedded, Job

PATIENCE = 10.0


class Wall(datetime):
    """A wall clock that a test can set."""

    step = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(time.time(), tz) + cls.step  # type: ignore[return-value]


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Wall]]:
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Wall)
    monkeypatch.setattr(bot.engine.embedded, "datetime", Wall)
    yield Wall
    Wall.step = timedelta(0)


@pytest.fixture
def ran() -> list[float]:
    """When the job ran, in monotonic seconds."""
    return []


@pytest.fixture
def engine(wall: type[Wall], ran: list[float]) -> Iterator[Embedded]:
    def run() -> None:
        ran.append(time.monotonic())

    quick = Job(name="quick", every=timedelta(seconds=0.05), run=run)
    hourly = Job(name="hourly", every=timedelta(hours=1), run=lambda: None)
    engine = Embedded([quick, hourly])
    engine.start()
    yield engine
    engine.stop()


def soon(true: Callable[[], bool]) -> bool:
    limit = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > limit:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize(
    "step",
    [timedelta(hours=-1), timedelta(days=-20_000), timedelta(hours=8), timedelta(days=20_000)],
    ids=["an hour back", "to 1971", "a night asleep", "from a clock that was never set"],
)
def test_jobs_go_on_after_a_step_of_the_clock(
    engine: Embedded, wall: type[Wall], ran: list[float], step: timedelta
) -> None:
    assert soon(lambda: len(ran) >= 3)
    before = len(ran)
    wall.step = step
    assert soon(lambda: len(ran) >= before + 10)
    assert all(beat.well for beat in engine.pulse.beats())


@pytest.mark.usefixtures("engine")
def test_a_step_forth_is_no_reason_to_run_more_often(wall: type[Wall], ran: list[float]) -> None:
    assert soon(lambda: len(ran) >= 3)
    wall.step = timedelta(hours=8)
    at, before = time.monotonic(), len(ran)
    assert soon(lambda: len(ran) >= before + 10)
    assert time.monotonic() - at > 9 * 0.05 * 0.5


def test_every_job_runs_at_once_when_the_engine_starts(engine: Embedded) -> None:
    assert soon(lambda: all(beat.silent_for is not None for beat in engine.pulse.beats()))
