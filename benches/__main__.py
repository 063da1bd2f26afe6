"""`make bench`: the model, contended claims and the way to Slack, each with what it is compared with in the same run.

    python -m benches [model] [claims] [posting] [promises]

Absolute figures tell about the machine, ratios about the code.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable

from benches import claims, model, posting, promises
from benches.table import Row, show

BENCHES: dict[str, Callable[[], list[Row]]] = {
    "model": model.bench,
    "claims": claims.bench,
    "posting": posting.bench,
    "promises": promises.bench,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benches", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[[], *BENCHES], metavar="BENCH", help=f"of {', '.join(BENCHES)}")
    names = parser.parse_args().names or list(BENCHES)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    for name in names:
        show(name, BENCHES[name]())
    return 0


if __name__ == "__main__":
    sys.exit(main())
