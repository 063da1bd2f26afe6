"""How long ago each job last succeeded: what /readyz tells, since a dead scheduler thread is silent."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

PATIENCE = timedelta(seconds=30)
"""A job is late after five intervals, and never before this."""


@dataclass(frozen=True, kw_only=True)
class Beat:
    """One job's state. `silent_for` is None until it has succeeded once."""

    name: str
    silent_for: float | None
    allowed: float
    last_fault: str

    @property
    def well(self) -> bool:
        return self.silent_for is not None and self.silent_for <= self.allowed


class Pulse:
    """Thread-safe. Times are monotonic seconds, so a step of the wall clock raises no alarm."""

    def __init__(self, every: Mapping[str, timedelta], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._allowed = {name: max(5 * each, PATIENCE).total_seconds() for name, each in every.items()}
        self._last: dict[str, float] = {}
        self._faults: dict[str, str] = {}
        self._lock = threading.Lock()

    def beat(self, name: str) -> None:
        with self._lock:
            self._last[name] = self._monotonic()
            self._faults.pop(name, None)

    def fault(self, name: str, reason: str) -> None:
        with self._lock:
            self._faults[name] = reason

    def beats(self) -> list[Beat]:
        with self._lock:
            now = self._monotonic()
            return [
                Beat(
                    name=name,
                    silent_for=now - self._last[name] if name in self._last else None,
                    allowed=allowed,
                    last_fault=self._faults.get(name, ""),
                )
                for name, allowed in self._allowed.items()
            ]
