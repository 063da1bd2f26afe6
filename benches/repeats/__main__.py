"""How well posts that say the same are told from those that only look alike, and how long that takes.

    python -m benches.repeats [--part tune|test] [--wrong] [--speed] [--mentions FILE.csv]

`pairs.toml` was written for this, about invented companies; its first lines say how. `--speed` looks 100,000 mentions up in
SQLite. `--mentions` runs over a file with the columns `text` and `author` of one's own and prints what would be folded.
"""

import argparse
import csv
import random
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from bot.domain.lifecycle import State
from bot.domain.mention import Incoming
from bot.domain.wording import Wording, likeness, says_again, wording_of
from bot.store import mentions, migrate, repeats
from bot.store.arrivals import new_row
from bot.store.database import Database
from bot.store.schema import MentionRow
from bot.store.sketches import bands_of

HERE = Path(__file__).parent
BEGIN = datetime(2026, 6, 1, 9, tzinfo=UTC)
FIRSTS, LOOKS = 100_000, 2_000


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A first post and a later one, and whether a reader says that the later one adds nothing."""

    first: Wording
    later: Wording
    same: bool
    own: bool
    line: str
    text: str


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benches.repeats", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=["tune", "test"], default="test")
    parser.add_argument("--wrong", action="store_true", help="print the pairs that are judged wrongly")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--mentions", type=Path)
    asked = parser.parse_args()
    if asked.mentions:
        show_folds(asked.mentions)
    elif asked.speed:
        show_speed()
    else:
        show_pairs(list(pairs(asked.part)), wrong=asked.wrong)


def pairs(part: str) -> Iterator[Pair]:
    matters = tomllib.loads((HERE / "pairs.toml").read_text("utf-8"))["matters"]
    for number, matter in enumerate(matters, start=1):
        if (number % 2 == 1) == (part == "tune"):
            title, text = matter.get("title", ""), matter["text"]
            for same in (True, False):
                for line in matter["same" if same else "other"]:
                    yield _pair(title, text, line, same=same)


def _pair(title: str, text: str, line: str, *, same: bool) -> Pair:
    said, later_title, later = line.removeprefix("own: "), title, ""
    if said.startswith("title: "):
        later_title, later = said.removeprefix("title: "), text
    elif "{}" in said:
        later = said.replace("{}", text)
    elif " => " in said:
        later = text
        for change in said.split(" | "):
            before, after = change.split(" => ")
            if before not in later and before not in later_title:
                raise ValueError(f"“{before}” does not stand in: {later}")
            later, later_title = later.replace(before, after), later_title.replace(before, after)
    else:
        later = said
    return Pair(
        first=wording_of(title, text),
        later=wording_of(later_title, later),
        same=same,
        own=line.startswith("own: "),
        line=line,
        text=text,
    )


def show_pairs(listed: Sequence[Pair], *, wrong: bool) -> None:
    found = [_is_found(each) for each in listed]
    same = [each.same for each in listed]
    hits = sum(a and b for a, b in zip(found, same, strict=True))
    shared = [bool(set(bands_of(each.first.pieces)) & set(bands_of(each.later.pieces))) for each in listed]
    print(f"{len(listed)} pairs, {sum(same)} say the same")
    print(
        f"precision {hits / max(sum(found), 1):.3f} ({hits} of {sum(found)}), recall {hits / sum(same):.3f} ({hits} of {sum(same)})"
    )
    plain = [likeness(each.first, each.later) >= 0.7 for each in listed]
    right = sum(a and b for a, b in zip(plain, same, strict=True))
    print(f"Jaccard of 0.7 alone: precision {right / max(sum(plain), 1):.3f}, recall {right / sum(same):.3f}")
    print(f"of those that say the same a band finds {sum(a and b for a, b in zip(shared, same, strict=True))}")
    if wrong:
        for each, said in zip(listed, found, strict=True):
            if said != each.same:
                print(f"  {'folded, wrongly' if said else 'not found'}: {each.line}   [{each.text[:60]}]")


def _is_found(pair: Pair) -> bool:
    """As the bot does it: a band in common, then word by word."""
    near = set(bands_of(pair.first.pieces)) & set(bands_of(pair.later.pieces))
    return bool(near) and says_again(pair.later, pair.first, same_author=pair.own)


def show_folds(file: Path) -> None:
    """What a file's mentions would fold to, with whatever is folded, to be read by a person."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    seen: dict[int, list[int]] = {}
    firsts: dict[int, tuple[str, str, Wording]] = {}
    folded: list[tuple[str, str]] = []
    for number, row in enumerate(rows):
        author, wording = row.get("author", ""), wording_of("", row["text"])
        bands = bands_of(wording.pieces) if wording.pieces else ()
        near = sorted({first for band in bands for first in seen.get(band, ())})
        for first in near:
            whose, text, words = firsts[first]
            if says_again(wording, words, same_author=bool(author) and whose == author):
                folded.append((text, row["text"]))
                break
        else:
            firsts[number] = (author, row["text"], wording)
            for band in bands:
                seen.setdefault(band, []).append(number)
    exact = sum(one == other for one, other in folded)
    print(f"{len(rows)} mentions, {len(folded)} folded, {exact} of them to the letter")
    for one, other in folded:
        if one != other:
            print(f"  1 {one[:200]!r}\n  2 {other[:200]!r}")


def show_speed() -> None:
    """Posts of invented words are firsts in the database, then look-ups: one in ten says the same as a first."""
    vocabulary, chance = [f"word{number}" for number in range(3_000)], random.Random(1)
    texts = [" ".join(chance.choices(vocabulary, k=chance.randint(12, 60))) for _ in range(FIRSTS)]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        migrate.migrate(database)
        began = time.perf_counter()
        _store(database, texts)
        print(f"{FIRSTS:,} firsts stored in {time.perf_counter() - began:.0f} s")
        asked = [chance.choice(texts) if number % 10 == 0 else _fresh(chance, vocabulary) for number in range(LOOKS)]
        found, seconds = _look_up(database, asked)
    seconds.sort()
    p50, p99 = (seconds[int(len(seconds) * share)] * 1000 for share in (0.5, 0.99))
    print(f"{LOOKS:,} look-ups, {found} found: p50 {p50:.1f} ms, p99 {p99:.1f} ms")


def _fresh(chance: random.Random, vocabulary: Sequence[str]) -> str:
    return " ".join(chance.choices(vocabulary, k=chance.randint(12, 60)))


def _post(number: int, text: str) -> Incoming:
    return Incoming(external_id=f"p{number}", text=text, author=f"a{number % 5_000}", posted_at=BEGIN)


def _store(database: Database, texts: Sequence[str]) -> None:
    with database.write() as session:
        for start in range(0, len(texts), 200):
            rows = [
                {**new_row("forum", f"p{number}", _post(number, text), BEGIN), "state": State.OPEN}
                for number, text in enumerate(texts[start : start + 200], start=start)
            ]
            session.execute(insert(MentionRow), rows)
        for number, text in enumerate(texts, start=1):
            repeats.keep_bands(session, number, bands_of(wording_of("", text).pieces))


def _look_up(database: Database, texts: Sequence[str]) -> tuple[int, list[float]]:
    """How many were found, and what each took: sketch, bands, and comparing word by word."""
    with database.read() as session:
        record = mentions.load(session, 1)
        assert record is not None
        asking = replace(record, mention=replace(record.mention, id=0))
        found, seconds = 0, []
        for text in texts:
            began = time.perf_counter()
            wording = wording_of("", text)
            near = repeats.firsts(session, asking, bands_of(wording.pieces), BEGIN - timedelta(days=7))
            found += any(says_again(wording, first.wording, same_author=False) for first in near)
            seconds.append(time.perf_counter() - began)
    return found, seconds


if __name__ == "__main__":
    main()
