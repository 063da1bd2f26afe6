"""A drill: import a file into a running sandbox, kill the bot while it works, click meanwhile, and account for every mention.

    python -m benches.drill FILE.csv [--kills 5] [--people 8]

Prints what happened and ends with exit code 1 where a mention was lost or posted twice, or a card had two owners.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from sandbox.core import Options
from sandbox.demo.__main__ import reply_secret
from sandbox.person import NotPossible, Person
from sandbox.serve import RunningSandbox, running_sandbox

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "sandbox" / "demo"
CLAIM = "mention.claim"
STAFF = ("maren", "dov", "ines", "teo", "priya", "hester")


def main() -> int:
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="earshot-drill-") as folder:
        state = Path(folder)
        with running_sandbox(
            manifest=ROOT / "slack-manifest.yaml", workspace=DEMO / "workspace.toml", options=Options()
        ) as sandbox:
            environment = _environment(sandbox, state)
            drill = Drill(sandbox, environment, state / "bot.log")
            return drill.run(wanted.file, kills=wanted.kills, people=wanted.people, seed=wanted.seed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--people", type=int, default=8, help="who click Claim on one card at once")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _environment(sandbox: RunningSandbox, state: Path) -> dict[str, str]:
    return {
        **os.environ,
        "EARSHOT_CONFIG": str(DEMO / "config.toml"),
        "SANDBOX_URL": sandbox.url,  # serves no feeds here: only the file's mentions come in
        "EARSHOT_SLACK_API_URL": sandbox.api_url,
        "EARSHOT_DATABASE_URL": os.environ.get("EARSHOT_DATABASE_URL", f"sqlite:///{state / 'earshot.db'}"),
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SIMMERWICK_REPLY_SECRET": reply_secret(),  # no place is served, so nothing is ever signed with it
    }


class Drill:
    """One run; holds the bot's process."""

    def __init__(self, sandbox: RunningSandbox, environment: Mapping[str, str], log: Path) -> None:
        self._sandbox = sandbox
        self._environment = dict(environment)
        self._log = log
        self._bot: subprocess.Popen[bytes] | None = None

    def run(self, file: Path, *, kills: int, people: int, seed: int) -> int:
        began = time.monotonic()
        self._earshot("migrate")
        self._start()
        brought = self._earshot("import", str(file), accept=(0, 1))
        print(brought.strip().splitlines()[-1])
        clicker = threading.Thread(target=self._click_now_and_then, args=(began,), daemon=True)
        clicker.start()
        self._kill_repeatedly(kills, random.Random(seed))
        owners = self._race(people)
        ledger = self._wait_until_quiet()
        self._clicking = False
        clicker.join(5)
        self._stop()
        return self._sum_up(ledger, owners, kills, time.monotonic() - began)

    def _earshot(self, *arguments: str, accept: tuple[int, ...] = (0,)) -> str:
        command = [sys.executable, "-m", "bot", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False, cwd=ROOT)
        if done.returncode not in accept:
            raise SystemExit(f"earshot {arguments[0]} failed: {done.stderr}")
        return done.stdout

    def _start(self) -> None:
        with self._log.open("a") as stream:
            self._bot = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"], env=self._environment, stderr=stream, cwd=ROOT
            )

    def _stop(self) -> None:
        assert self._bot is not None
        self._bot.terminate()
        self._bot.wait(30)

    def _kill_repeatedly(self, kills: int, chance: random.Random) -> None:
        for number in range(kills):
            before = self._posted()
            self._wait(lambda before=before: self._posted() > before + 5, "the bot posts again")
            time.sleep(chance.uniform(0.5, 6))
            assert self._bot is not None
            self._bot.send_signal(signal.SIGKILL)
            self._bot.wait()
            print(f"kill -9 number {number + 1} after {self._posted()} posts", flush=True)
            self._start()
        before = self._posted()
        self._wait(lambda: self._posted() > before, "the bot posts again")

    def _posted(self) -> int:
        return sum(len(posts) for posts in self._stats()["posts"].values())

    def _stats(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self._sandbox.url}/sandbox/stats", trust_env=False, timeout=30).json()
        return found

    @staticmethod
    def _wait(ready: Any, what: str, seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise SystemExit(f"waited {seconds} s in vain: {what}")
            time.sleep(0.2)

    def _click_now_and_then(self, seed: float) -> None:
        """Somebody claims a card twice a second, so that acks are measured while the model runs."""
        self._clicking = True
        chance = random.Random(seed)
        with Person(self._sandbox.url, "priya") as person:
            while self._clicking:
                with contextlib.suppress(NotPossible, httpx.HTTPError):
                    free = [m for m in person.messages("#triage", limit=30) if _has_claim(m)]
                    if free:
                        card = chance.choice(free)
                        person.click(card["channel"], card["ts"], CLAIM)
                time.sleep(0.5)

    def _race(self, people: int) -> Counter[str]:
        """`people` click Claim on one card at the same moment; who is told that they have it."""
        with Person(self._sandbox.url, "hester") as watcher:
            self._wait(lambda: any(_has_claim(m) for m in watcher.messages("#product")), "a free card in #product")
            card = next(m for m in watcher.messages("#product") if _has_claim(m))
        start = threading.Barrier(people)
        errors: list[str] = []

        def click(handle: str) -> None:
            with Person(self._sandbox.url, handle) as person:
                start.wait()
                try:
                    person.click(card["channel"], card["ts"], CLAIM)
                except NotPossible as refused:
                    errors.append(refused.code)

        threads = [threading.Thread(target=click, args=(STAFF[n % len(STAFF)],)) for n in range(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wins = json.loads(self._earshot_sql(card))
        print(f"{people} clicks on one card at once: claims in the log {wins}, clicks refused by Slack {errors}")
        return Counter(wins)

    def _earshot_sql(self, card: Mapping[str, Any]) -> str:
        """The people whose claim of this card is in the log."""
        query = (
            "import json,sys; from bot.store.database import Database; from sqlalchemy import text;"
            "db=Database(sys.argv[1]);\n"
            "with db.read() as s: print(json.dumps([r[0] for r in s.execute(text("
            "'SELECT e.actor FROM events e JOIN outbox o ON o.mention_id=e.mention_id "
            "WHERE o.ts=:ts AND e.what=:what'), {'ts': sys.argv[2], 'what': 'claim'})]))"
        )
        time.sleep(1)
        command = [sys.executable, "-c", query, self._environment["EARSHOT_DATABASE_URL"], card["ts"]]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout

    def _wait_until_quiet(self) -> dict[str, Any]:
        ledger: dict[str, Any] = {}

        def quiet() -> bool:
            nonlocal ledger
            ledger = json.loads(self._earshot("ledger", "--json", accept=(0, 1)))
            time.sleep(3)
            return bool(ledger["waiting"] == 0)

        self._wait(quiet, "every mention to be posted", seconds=1800)
        return ledger

    def _sum_up(self, ledger: Mapping[str, Any], owners: Counter[str], kills: int, seconds: float) -> int:
        cards = self._sandbox.within(_deliveries)
        twice = sum(count > 1 for count in cards.values())
        print(
            f"{ledger['ingested']} ingested = {ledger['posted']} posted + {ledger['filtered']} filtered + "
            f"{ledger['waiting']} waiting + {ledger['failed']} failed; after {kills} kills {len(cards)} deliveries "
            f"stand in Slack, {twice} of them twice; {seconds:.0f} s"
        )
        acks = self._stats()["ack_ms"]
        print(f"click to ack while the model ran: {acks.get('interactive')}")
        sound = ledger["balanced"] and not twice and ledger["failed"] == 0 and sum(owners.values()) == 1
        print("All accounted for." if sound else "THE DRILL FAILED")
        return 0 if sound else 1


def _has_claim(message: Mapping[str, Any]) -> bool:
    blocks = message.get("blocks") or []
    return any(element.get("action_id") == CLAIM for block in blocks for element in block.get("elements") or [])


def _deliveries(sandbox: Any) -> Counter[str]:
    found: Counter[str] = Counter()
    for channel in sandbox.state.channels.values():
        for message in sandbox.state.timeline(channel.id):
            delivery = (message.metadata or {}).get("event_payload", {}).get("delivery_id")
            if delivery:
                found[delivery] += 1
    return found


if __name__ == "__main__":
    sys.exit(main())
