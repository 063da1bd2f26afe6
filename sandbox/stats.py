"""What was called, posted, delivered and acked, with times: so that a drill can be judged by numbers."""

import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.ids import Clock


@dataclass(kw_only=True)
class DeliveryRecord:
    """One attempt at delivering a payload. `ack_ms` is measured on a clock that only runs forward."""

    type: str
    kind: str
    at: float
    attempt: int
    started: float
    acked: bool = False
    ack_ms: float | None = None


class Stats:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._posts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._deliveries: list[DeliveryRecord] = []
        self.sent: list[dict[str, Any]] | None = None
        """Every payload as it went out, when somebody asked to keep them."""

    def called(self, method: str, outcome: str) -> None:
        self._calls[method][outcome] += 1

    def posted(self, channel: str, ts: str) -> None:
        self._posts[channel].append({"ts": ts, "at": self._clock()})

    def delivery_begins(self, kind: str, name: str, *, attempt: int, payload: dict[str, Any]) -> DeliveryRecord:
        record = DeliveryRecord(type=kind, kind=name, at=self._clock(), attempt=attempt, started=time.monotonic())
        self._deliveries.append(record)
        if self.sent is not None:
            self.sent.append(payload)
        return record

    def delivery_acked(self, record: DeliveryRecord) -> None:
        record.acked = True
        record.ack_ms = round((time.monotonic() - record.started) * 1000, 3)

    def report(self) -> dict[str, Any]:
        return {
            "posts": dict(self._posts),
            "calls": {method: _outcomes(counts) for method, counts in self._calls.items()},
            "deliveries": [
                {name: value for name, value in asdict(record).items() if name != "started"}
                for record in self._deliveries
            ],
            "ack_ms": {kind: self._ack_spread(kind) for kind in sorted({r.type for r in self._deliveries})},
        }

    def _ack_spread(self, kind: str) -> dict[str, float | int | None]:
        return _spread([r.ack_ms for r in self._deliveries if r.type == kind and r.ack_ms is not None])


def _outcomes(counts: Counter[str]) -> dict[str, Any]:
    errors = {code: count for code, count in counts.items() if code != "ok"}
    return {"count": counts.total(), "ok": counts["ok"], "errors": errors}


def _spread(values: list[float]) -> dict[str, float | int | None]:
    """Nearest-rank percentiles; None when nothing was measured."""
    ordered = sorted(values)
    if not ordered:
        return {"count": 0, "p50": None, "p99": None, "max": None}
    return {
        "count": len(ordered),
        "p50": ordered[round(0.50 * (len(ordered) - 1))],
        "p99": ordered[round(0.99 * (len(ordered) - 1))],
        "max": ordered[-1],
    }
