"""How many faults of drafts the preflight catches, and how often it is wrong, by consideration.

    python -m benches.preflight [--missed]

Three files of drafts about the demo's company: those by which the rules were made; those that were written before and
never looked at; and those that were written afterwards to find where the rules end. `--missed` lists what was missed and
what was raised in vain, for the first file only.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.preflight.finding import Concern, Mode
from bot.domain.preflight.review import review
from bot.domain.preflight.situation import Situation
from bot.domain.preflight.voice import Voice
from bot.domain.triage import Outcome

FOLDER = Path(__file__).parent / "drafts"
TUNED, HELD_OUT, HARD = "tuned", "held_out", "hard"
NAMES = ("Simmerwick", "Hob Line", "Pip", "Grumble", "Crumb", "Dipper", "Larder")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MEASURED = (
    Concern.TRANSPARENCY,
    Concern.SOURCING,
    Concern.TIMELINESS,
    Concern.TONE,
    Concern.PRIVACY,
    Concern.NAME,
    Concern.BLANK,
)
"""Influence goes by the reach alone, hashtags by what was heard: neither is a matter of the draft's words."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`faults` is what a careful reader raises."""

    text: str
    situation: Situation
    faults: frozenset[Concern]


@dataclass(frozen=True, kw_only=True)
class Count:
    """Of one concern, or of all: drafts with and without that fault, and how many of each were raised."""

    name: str
    faulty: int
    caught: int
    sound: int
    alarms: int


def read_drafts(name: str) -> list[Draft]:
    mentions = tomllib.loads((FOLDER / "mentions.toml").read_text("utf-8"))
    drafts = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["drafts"]
    return [_draft(each, mentions[each["to"]]) for each in drafts]


def raised(draft: Draft) -> frozenset[Concern]:
    found = review(draft.text, draft.situation, Mode.ADVISE).findings
    return frozenset(each.concern for each in found if each.concern in MEASURED)


def counts(drafts: Sequence[Draft]) -> list[Count]:
    """One for each concern, then one over whole drafts: is any of what is wrong with it raised, is a good one let be."""
    verdicts = [(draft.faults, raised(draft)) for draft in drafts]
    each = [
        _count(concern, ((concern in faults, concern in said) for faults, said in verdicts)) for concern in MEASURED
    ]
    whole = _count("whole draft", ((bool(faults), bool(said)) for faults, said in verdicts))
    return [*each, whole]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missed", action="store_true", help="list the mistakes on the drafts that rules were made by")
    wanted = parser.parse_args()
    for name in (TUNED, HELD_OUT, HARD):
        drafts = read_drafts(name)
        print(f"\n{name}: {len(drafts)} drafts\n{'':16}{'caught':>16}{'false alarms':>18}")
        for count in counts(drafts):
            print(f"{count.name:16}{_share(count.caught, count.faulty):>16}{_share(count.alarms, count.sound):>18}")
    if wanted.missed:
        _list_mistakes(read_drafts(TUNED))
    return 0


def _draft(written: Mapping[str, Any], mention: Mapping[str, Any]) -> Draft:
    posted = NOW - timedelta(hours=mention["hours"])
    seconds = written.get("opened_seconds", 120)
    situation = Situation(
        now=NOW,
        text=mention["text"],
        author=mention["author"],
        author_name=mention.get("author_name", ""),
        posted_at=posted,
        due_at=NOW + timedelta(hours=-1 if mention.get("missed") else 1),
        opened_at=NOW - timedelta(seconds=seconds),
        outcome=Outcome(mention["outcome"]),
        detractor=mention["detractor"],
        reach=mention.get("reach"),
        urgent=mention.get("urgent", False),
        voice=Voice(names=NAMES),
    )
    return Draft(text=written["text"], situation=situation, faults=frozenset(map(Concern, written["faults"])))


def _count(name: str, pairs: Iterable[tuple[bool, bool]]) -> Count:
    listed = list(pairs)
    return Count(
        name=name,
        faulty=sum(faulty for faulty, _ in listed),
        caught=sum(faulty and said for faulty, said in listed),
        sound=sum(not faulty for faulty, _ in listed),
        alarms=sum(said and not faulty for faulty, said in listed),
    )


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} {part / whole:.0%}" if whole else "none"


def _list_mistakes(drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        said = raised(draft)
        for words, concerns in (("missed", draft.faults - said), ("in vain", said - draft.faults)):
            if concerns:
                print(f"{words}: {', '.join(sorted(concerns))}: {draft.text}")


if __name__ == "__main__":
    sys.exit(main())
