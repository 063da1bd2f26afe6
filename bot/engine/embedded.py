"""One process: APScheduler turns the handle. Its jobs are code, everything worth remembering is a row."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor as JobPool
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.engine.pulse import Pulse

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0
"""What is under way at a stop may take this long to finish; leases cover the rest."""


STEP_LOOK = timedelta(seconds=1)
"""How often the wall clock is looked at for having been set back."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A stage and how often it looks for work. A `lonely` one has a thread of its own (inference)."""

    name: str
    every: timedelta
    run: Callable[[], object]
    lonely: bool = False


class Fanout:
    """Runs one task per key at a time, so that a slow channel or source holds up only itself."""

    def __init__(self, workers: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._running: dict[Hashable, Future[object]] = {}
        self._lock = threading.Lock()

    def submit(self, key: Hashable, task: Callable[[], object]) -> bool:
        """Start `task` unless one with this key is under way; whether it was started."""
        with self._lock:
            self._running = {each: future for each, future in self._running.items() if not future.done()}
            if key in self._running:
                return False
            self._running[key] = self._pool.submit(self._guarded, key, task)
            return True

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def left(self, seconds: float) -> int:
        """How many tasks are under way still after so many seconds."""
        with self._lock:
            running = [future for future in self._running.values() if not future.done()]
        return len(wait(running, timeout=seconds).not_done)

    @staticmethod
    def _guarded(key: Hashable, task: Callable[[], object]) -> object:
        try:
            return task()
        except Exception:  # its lease runs out and it is tried again; the traceback must not vanish in the future
            log.exception("task_failed", extra={"task": str(key)})
            return None


def leave(hanging: int) -> None:
    """End the process, with exit code 0, where calls to places still hang: Python would wait for each of them.

    Their leases run out. Nothing happens where none hangs.
    """
    if hanging:
        log.warning("left_hanging", extra={"calls": hanging})
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)


class Every(BaseTrigger):  # type: ignore[misc]
    """Fires again `interval` after it fired, however much the wall clock moved meanwhile.

    APScheduler's own interval trigger lists every time that was missed: after a clock that was set at last, from 1970 to
    today, those are thousands of millions.
    """

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return now if previous_fire_time is None else now + self._interval


class Embedded:
    """The jobs of one process under one scheduler. Steps of the wall clock, either way, hold up none of them."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.pulse = Pulse({job.name: job.every for job in jobs})
        self._jobs = jobs
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": JobPool(8), "lonely": JobPool(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        # A tick that finds its job still busy is what max_instances is for; APScheduler warns about each.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for job in self._jobs:
            self._scheduler.add_job(
                self._tick,
                Every(job.every),  # the first time at once: /readyz cannot wait an hour for the hourly job
                args=[job],
                id=job.name,
                executor="lonely" if job.lonely else "default",
            )
        self._scheduler.start()
        threading.Thread(target=self._mend_steps, name="clock-steps", daemon=True).start()

    def stop(self) -> None:
        """Take no new work and let what is under way finish, for STOP_SECONDS at most."""
        self._stopping.set()
        self._scheduler.pause()
        ending = threading.Thread(target=self._scheduler.shutdown, daemon=True)
        ending.start()
        ending.join(STOP_SECONDS)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def _mend_steps(self) -> None:
        """A clock set back leaves every job waiting for a time that was near and is now far: those run at once."""
        every = {job.name: job.every for job in self._jobs}
        while not self._stopping.wait(STEP_LOOK.total_seconds()):
            now = datetime.now(UTC)
            for waiting in self._scheduler.get_jobs():
                if waiting.next_run_time - now > every[waiting.id] + STEP_LOOK:
                    log.warning("clock_set_back", extra={"job": waiting.id})
                    waiting.modify(next_run_time=now)

    def _tick(self, job: Job) -> None:
        if self.stopping:
            return
        try:
            job.run()
        except Exception as error:  # the next tick tries again; /readyz tells when it never succeeds
            self.pulse.fault(job.name, type(error).__name__)
            log.exception("job_failed", extra={"job": job.name})
            return
        self.pulse.beat(job.name)
