"""What a bench found: rows to print, each against the first one of its table."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way of doing it. `seconds` are those of single operations where they were measured one by one."""

    name: str
    operations: int
    elapsed: float
    seconds: Sequence[float] = ()
    note: str = ""

    @property
    def rate(self) -> float:
        return self.operations / self.elapsed


def show(title: str, rows: Sequence[Row]) -> None:
    print(f"\n{title:44}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}{'ratio':>8}")
    for row in rows:
        ratio = row.rate / rows[0].rate
        print(
            f"  {row.name:42}{row.rate:12.1f}{_at(row, 0.5):>9}{_at(row, 0.99):>9}{ratio:8.2f}  {row.note}".rstrip(),
            flush=True,
        )


def _at(row: Row, quantile: float) -> str:
    if not row.seconds:
        return ""
    ordered = sorted(row.seconds)
    return f"{ordered[min(int(len(ordered) * quantile), len(ordered) - 1)] * 1000:.1f}"
