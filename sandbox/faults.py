"""Faults on demand: replies that never arrive, errors, delays, limits. For tests and drills."""

import itertools
import random
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Effect(StrEnum):
    COMMIT_THEN_DROP = "commit_then_drop"
    DROP_BEFORE = "drop_before"
    STATUS = "status"
    RATELIMIT = "ratelimit"
    LATENCY = "latency"
    ERROR = "error"


class BadFault(ValueError):
    """The fault is not described well."""


@dataclass(kw_only=True)
class Fault:
    """One fault: on which calls, what, and how often (`times`, or with `probability`)."""

    id: int
    method: str
    effect: Effect
    channel: str | None = None
    times: int | None = None
    probability: float | None = None
    seed: int = 0
    status: int = 503
    retry_after: int = 1
    seconds: float = 1.0
    error: str = "internal_error"
    fired: int = 0
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def strikes(self, method: str, channel: str | None) -> bool:
        """Whether this call is hit; counts it when it is."""
        if self.method not in ("*", method) or (self.channel is not None and self.channel != channel):
            return False
        if self.times is not None and self.fired >= self.times:
            return False
        if self.probability is not None and self.dice.random() >= self.probability:
            return False
        self.fired += 1
        return True

    def json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "dice"}


FIELDS: dict[str, type | tuple[type, ...]] = {
    "method": str,
    "channel": str,
    "times": int,
    "probability": (int, float),
    "seed": int,
    "status": int,
    "retry_after": int,
    "seconds": (int, float),
    "error": str,
}


class Faults:
    def __init__(self) -> None:
        self._count = itertools.count(1)
        self._set: dict[int, Fault] = {}

    def add(self, body: dict[str, Any]) -> Fault:
        """Set a fault. With neither `times` nor `probability` it strikes once. Raises BadFault."""
        try:
            effect = Effect(body.get("effect", ""))
        except ValueError:
            raise BadFault(f"effect must be one of {', '.join(Effect)}") from None
        given = {name: value for name, value in body.items() if name != "effect" and value is not None}
        for name, value in given.items():
            if name not in FIELDS or not isinstance(value, FIELDS[name]):
                raise BadFault(f"{name}: {value!r}")
        given.setdefault("method", "*")
        if "times" not in given and "probability" not in given:
            given["times"] = 1
        fault = Fault(id=next(self._count), effect=effect, dice=random.Random(given.get("seed", 0)), **given)
        self._set[fault.id] = fault
        return fault

    def list(self) -> list[dict[str, Any]]:
        return [fault.json() for fault in self._set.values()]

    def remove(self, fault_id: int | None = None) -> None:
        """Remove one fault, or all of them."""
        if fault_id is None:
            self._set.clear()
        else:
            self._set.pop(fault_id, None)

    def strike(self, method: str, channel: str | None) -> Fault | None:
        """The first fault that hits this call."""
        return next((fault for fault in self._set.values() if fault.strikes(method, channel)), None)
