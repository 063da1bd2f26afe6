"""What must hold of any text, tried 10,000 times: the very tests of the suite, which tries each a few times in every run."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benches.hostile.measure import Result, timed
from tests.hostile.trying import EXAMPLES

TIMES = 10_000
TRIED = re.compile(r"during generate phase.*?- (\d+) passing, (\d+) failing", re.DOTALL)
HERE = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Property:
    """What is tried, and where its tests are: a file of `tests`, and the words that pytest's -k chooses them by."""

    what: str
    file: str
    tests: str
    times: int = TIMES

    def hold(self) -> Result:
        """Raises AssertionError with what hypothesis found where it does not hold; so it does where too little was tried."""
        return timed(partial(_run, self))


PROPERTIES = {
    "cleaned": Property(what="any text, cleaned", file="domain/test_mention.py", tests="clean"),
    "read": Property(what="nonsense with markup, read", file="sources/formats/test_markup.py", tests="any_markup"),
    "stored": Property(what="any text, stored, on each database", file="store/test_database.py", tests="take_any_text"),
    "shown": Property(
        what="any text in all places of a card", file="slack/test_blocks_card.py", tests="no_text_breaks"
    ),
    "mixed": Property(what="mixtures that would call people", file="hostile/test_texts.py", tests="no_mixture"),
    "through": Property(
        what="any text from its place to its card, on each database",
        file="hostile/test_texts.py",
        tests="whatever_comes",
        times=1_000,
    ),
}


def cases() -> dict[str, tuple[str, str, Callable[[], Result]]]:
    return {name: (each.what, f"holds {each.times:,} times", each.hold) for name, each in PROPERTIES.items()}


def _run(tried: Property) -> str:
    asked = [sys.executable, "-m", "pytest", f"tests/{tried.file}", "-k", tried.tests, "-q", "-p", "no:cacheprovider"]
    environment = {**os.environ, EXAMPLES: str(tried.times)}
    ended = subprocess.run(
        [*asked, "--hypothesis-show-statistics"], capture_output=True, text=True, cwd=HERE, env=environment, check=False
    )
    found = [(int(passed), int(failed)) for passed, failed in TRIED.findall(ended.stdout)]
    passed, failed = sum(each for each, _ in found), sum(each for _, each in found)
    assert not ended.returncode, f"{failed} of {passed + failed} fail: {_reason(ended.stdout)}"
    assert passed >= tried.times * max(len(found), 1), f"only {passed} examples were tried"
    return f"{passed:,} examples, none fails"


def _reason(output: str) -> str:
    told = [line.removeprefix("E").strip() for line in output.splitlines() if line.startswith("E ")]
    return " ".join(told)[:300] or output[-300:]
