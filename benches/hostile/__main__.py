"""What strangers send to do harm, against its bars: how long each takes, and what it costs in memory.

    python -m benches.hostile [NAME…]

Each runs in a process of its own, whose greatest resident memory before and after is compared; feeds are read in one more, which
limits itself to 512 MiB. The bars are those of docs/hostile-input.md.
"""

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benches.hostile import feeds, hooks, network, properties, texts
from benches.hostile.measure import Result

CASES: dict[str, tuple[str, str, Callable[[], Result]]] = {
    "corpus": ("feedparser's own feeds", "no exception, 60 s", feeds.corpus),
    "gigabyte": ("a feed of 1 GB", "30 s, 60 MiB", feeds.gigabyte),
    "gzip": ("a gzip bomb of 300 MiB", "stops at 10 MiB", feeds.gzip_bomb),
    "entities": ("a billion laughs", "2 s", feeds.entities),
    "outside": ("entities that name a file and an address", "2 s, nothing fetched", feeds.outside_entities),
    "openers": ("`<!--` 128,000 times", "10 s of one child", feeds.openers),
    "loris": ("a byte every 0.5 s", "30 s ± 1", network.slow_loris),
    "crowd": ("50 such sources beside a good one", "an interval late at most", network.slow_crowd),
    "addresses": ("addresses inside", "0 connections", network.forbidden_addresses),
    "replay": ("a delivery 100 times at once", "1 row", hooks.replay),
    "forged": ("forged and old deliveries", "401", hooks.forged),
    "meanwhile": ("the web server while four such feeds are read", "p99 250 ms", hooks.answers_meanwhile),
    "huge": ("a body of 100 MB", "under 5 MB read", hooks.huge_body),
    "texts": ("NUL, surrogates, 5,000 marks, 1 MB lines", "a row each", texts.strange_texts),
    "markup": ("strings that would call people", "nothing acts", texts.markup),
    "model": ("orders to the model, odd and endless texts", "sound scores", texts.model),
    **properties.cases(),
}


def peak() -> float:
    """The greatest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_here(name: str) -> int:
    before = peak()
    result = CASES[name][2]()
    print(json.dumps({"note": result.note, "seconds": result.seconds, "memory": peak() - before}))
    return 0


def run_apart(name: str) -> str:
    """One line of the table, measured in a process of its own."""
    what, bar, _ = CASES[name]
    here = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-m", "benches.hostile", "--here", name], capture_output=True, text=True, cwd=here, check=False
    )
    if ended.returncode:
        return f"| {what} | {bar} | **missed**: {(ended.stderr.strip().splitlines() or ['?'])[-1][:200]} | | |"
    found = json.loads(ended.stdout.splitlines()[-1])
    return f"| {what} | {bar} | {found['note']} | {found['seconds']:.1f} s | +{found['memory']:.0f} MiB |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benches.hostile", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *CASES], metavar="NAME", help=f"of {', '.join(CASES)}")
    parser.add_argument("--here", choices=list(CASES), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        return run_here(asked.here)
    print("| input | bar | what became of it | time | memory |\n|---|---|---|---|---|", flush=True)
    lines = []
    for name in asked.names or CASES:
        lines.append(run_apart(name))
        print(lines[-1], flush=True)
    return int(any("**missed**" in line for line in lines))


if __name__ == "__main__":
    sys.exit(main())
