"""One process: APScheduler turns the handle. Its jobs are code, everything worth remembering is a row."""

import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor as JobPool
from apscheduler.schedulers.background import BackgroundScheduler

from bot.engine.pulse import Pulse

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0
"""What is under way at a stop may take this long to finish; leases cover the rest."""


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

    @staticmethod
    def _guarded(key: Hashable, task: Callable[[], object]) -> object:
        try:
            return task()
        except Exception:  # its lease runs out and it is tried again; the traceback must not vanish in the future
            log.exception("task_failed", extra={"task": str(key)})
            return None


class Embedded:
    """The jobs of one process under one scheduler."""

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
                "interval",
                args=[job],
                id=job.name,
                seconds=job.every.total_seconds(),
                next_run_time=datetime.now(UTC),  # at once: /readyz cannot wait an hour for the hourly job
                executor="lonely" if job.lonely else "default",
            )
        self._scheduler.start()

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
