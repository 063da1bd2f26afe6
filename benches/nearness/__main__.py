"""How well drafts and weak signals are found, on sets written for it about the demo's invented company.

    python -m benches.nearness [--part tune|test]

`asks.jsonl` are new mentions, each with the accepted answers of `answers.jsonl` that a person would use for it: one engineer
judged that by reading, before any vector was made. `quiet.jsonl` are quiet mentions, those of one matter in a `group`. The
thresholds were chosen on the part `tune`; `test` was looked at once, after that.
"""

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bot.domain.signal import Alike, Quiet, SignalTerms, joins, pattern
from bot.flow.drafts import LEAST_LIKENESS, MOST_DRAFTS
from bot.store.signals import NEAREST
from bot.store.vectors import matrix_of
from classifiers import ModelSettings
from classifiers.encoder import encoder_of
from classifiers.nearness import Nearness
from classifiers.text import readable

HERE = Path(__file__).parent
ORDERS = 20
"""Signals depend on who speaks first: figures are means over so many orders."""

BEGIN = datetime(2026, 6, 1, 9, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
Table = NDArray[np.float32]
Rows = Sequence[Mapping[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benches.nearness", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=["tune", "test"], default="test")
    part = parser.parse_args().part
    quiet = [row for row in _rows("quiet.jsonl") if row["part"] == part]
    asks = [row for row in _rows("asks.jsonl") if row["part"] == part]
    own = matrix_of(Nearness().vectors([row["text"] for row in quiet]))
    print(f"part {part}: {len(quiet)} quiet mentions, {len(asks)} asks")
    print("\naverage precision of pairs of one matter")
    print(f"  untuned encoder, as used         {_pair_precision(quiet, own):.2f}")
    print(f"  tuned encoder, as verdicts see   {_pair_precision(quiet, _tuned(quiet)):.2f}")
    _show_drafts(asks)
    _show_signals(quiet, own)


def _rows(name: str) -> Rows:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


def _tuned(rows: Rows) -> Table:
    vectors = encoder_of(ModelSettings()).encode([readable(row["text"]) for row in rows])
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _pair_precision(rows: Rows, vectors: Table) -> float:
    groups = np.array([row["group"] for row in rows])
    above = np.triu_indices(len(rows), 1)
    same = ((groups[:, None] == groups[None, :]) & (groups[:, None] != ""))[above]
    ranked = same[np.argsort(-(vectors @ vectors.T)[above], kind="stable")]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(precision[ranked].mean())


# -- drafts -----------------------------------------------------------------------------------------------------------


def _show_drafts(asks: Rows) -> None:
    answers = _rows("answers.jsonl")
    nearness = Nearness()
    given = matrix_of(nearness.vectors([row["mention"] for row in answers]))
    likeness = matrix_of(nearness.vectors([row["text"] for row in asks])) @ given.T
    print(f"\ndrafts of {len(answers)} accepted answers: would a person use it?")
    print("  likeness  asks with a draft   first used   of all shown   found where there is one")
    for least in (0.5, 0.55, 0.6, LEAST_LIKENESS, 0.65, 0.7):
        print(f"  {least:<8}  {_draft_line(asks, [row['id'] for row in answers], likeness, least)}")


def _draft_line(asks: Rows, ids: Sequence[str], likeness: Table, least: float) -> str:
    shown = used = first = drafted = wanted = found = 0
    for ask, row in zip(asks, likeness, strict=True):
        got = [ids[place] for place in np.argsort(-row)[:MOST_DRAFTS] if row[place] >= least]
        usable = [each for each in got if each in ask["usable"]]
        shown, used, drafted = shown + len(got), used + len(usable), drafted + bool(got)
        first += bool(got) and got[0] in ask["usable"]
        wanted, found = wanted + bool(ask["usable"]), found + bool(usable)
    return (
        f"{drafted:>4} of {len(asks):<10} {first / max(drafted, 1):>8.2f} {used / max(shown, 1):>13.2f}"
        f"{found:>12} of {wanted} ({found / wanted:.2f})"
    )


# -- signals ----------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What came of one order of arrival: a signal is true where more than half of it is one matter."""

    groups: dict[int, list[str]] = field(default_factory=dict)

    def figures(self, wanted: set[str]) -> tuple[int, int, int, int, int, int]:
        """Raised, true ones, matters found, matters found twice, members, members of the matter."""
        tops = {key: max(set(names), key=names.count) for key, names in self.groups.items()}
        true = [key for key, top in tops.items() if top and self.groups[key].count(top) * 2 > len(self.groups[key])]
        found = [tops[key] for key in true]
        members = sum(len(names) for names in self.groups.values())
        right = sum(self.groups[key].count(tops[key]) for key in true)
        return len(tops), len(true), len(set(found) & wanted), len(found) - len(set(found)), members, right


def _show_signals(rows: Rows, vectors: Table) -> None:
    wanted = {row["group"] for row in rows} - {""}
    singles = sum(row["group"] == "" for row in rows)
    print(f"\nweak signals: {len(wanted)} matters of six mentions each among {singles} about something else")
    print("  likeness  raised   true   matters found   found twice   members that belong")
    for likeness in (0.54, 0.56, SignalTerms().likeness, 0.6, 0.62):
        terms = SignalTerms(likeness=likeness)
        runs = [_run(rows, vectors, terms, seed).figures(wanted) for seed in range(ORDERS)]
        raised, true, found, twice, members, right = np.sum(runs, axis=0)
        print(
            f"  {likeness:<8} {raised / ORDERS:>7.1f} {true / max(raised, 1):>6.2f}"
            f"{found / ORDERS:>9.1f} ({found / ORDERS / len(wanted):.2f}) {twice / ORDERS:>10.1f}"
            f"{right / max(members, 1):>14.2f}"
        )


def _run(rows: Rows, vectors: Table, terms: SignalTerms, seed: int) -> Tally:
    """One after the other over nine days, in turn in four places; weighed as the bot does."""
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    likeness = vectors @ vectors.T
    signal_of: dict[int, int] = {}
    tally = Tally()
    for count, place in enumerate(order):
        heard = [_quiet(each, at, len(order), signal_of) for at, each in enumerate(order[:count])]
        nearest = sorted(heard, key=lambda each: -likeness[place, each.mention_id])[:NEAREST]
        seed_mention = _quiet(place, count, len(order), signal_of)
        alike = _alike([place, *(each.mention_id for each in nearest)], likeness)
        joined = joins(seed_mention, nearest, alike, terms)
        group = () if joined else pattern(seed_mention, nearest, alike, terms, UTC_ZONE)
        taken = [place] if joined else [each.mention_id for each in group]
        key = joined or len(tally.groups) + 1
        for each in taken:
            signal_of[each] = key
            tally.groups.setdefault(key, []).append(rows[each]["group"])
    return tally


def _quiet(place: int, at: int, total: int, signal_of: Mapping[int, int]) -> Quiet:
    return Quiet(
        mention_id=place,
        source=f"source {place % 4}",
        author=f"author {place}",
        at=BEGIN + timedelta(days=9) * (at / total),
        department="care",
        topic="",
        signal=signal_of.get(place, 0),
    )


def _alike(places: Sequence[int], likeness: Table) -> Alike:
    return {(low, high): float(likeness[low, high]) for low in places for high in places if low < high}


if __name__ == "__main__":
    main()
