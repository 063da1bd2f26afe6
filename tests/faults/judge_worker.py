"""Started by the deaths test: mentions come in and are judged by a child process that is killed, again and again.

Its clock runs a hundred times as fast, as the other worker's does. It prints how often it killed the child.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from contextlib import suppress

from bot.flow import classify, ingest, route
from bot.store.database import Database
from classifiers import ModelSettings
from classifiers.isolated import IsolatedClassifier, Limits
from tests.fakes import policy, post
from tests.faults.worker import fast, waiting

COMMAND = (sys.executable, "-m", "tests.classifiers.judging")
LIMITS = Limits(memory=2**30, start=60, judge=20, judge_each=0, longest_pause=0.5)
AT_ONCE = 8
UNJUDGED = ("mentions WHERE state IN ('new', 'judged')",)
LONGEST_LIFE = 0.25
"""Seconds that a child lives at the most, once it has been seen: some die while they load, some while they judge."""


class Killer(threading.Thread):
    """Ends the child `deaths` times with SIGKILL, each time another one."""

    def __init__(self, model: IsolatedClassifier, deaths: int, seed: str) -> None:
        super().__init__(daemon=True)
        self.killed: set[int] = set()
        self.done = threading.Event()
        self._model, self._deaths, self._chance = model, deaths, random.Random(seed)

    def run(self) -> None:
        while len(self.killed) < self._deaths:
            pid = self._model.pid
            if pid is None or pid in self.killed:
                time.sleep(0.002)
                continue
            time.sleep(self._chance.uniform(0, LONGEST_LIFE))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.killed.add(pid)
        self.done.set()


def main(url: str, name: str, deaths: int) -> None:
    database, rules = Database(url, patience=30), policy()
    model = IsolatedClassifier(ModelSettings(classifier="slow"), limits=LIMITS, command=COMMAND)
    killer = Killer(model, deaths, name)
    killer.start()
    brought = 0
    while not killer.done.is_set() or waiting(database, UNJUDGED):
        if not killer.done.is_set() and waiting(database, UNJUDGED) < AT_ONCE:
            items = [post(f"{name}-{brought + each}", f"billing {name}-{brought + each}") for each in range(AT_ONCE)]
            ingest.store_imported(database, f"forum-{name}", items, fast)
            brought += len(items)
        moved = classify.classify_waiting(database, model, rules, fast) + route.route_judged(database, rules, fast())
        time.sleep(0 if moved else 0.01)
    model.close()
    print(json.dumps({"killed": len(killer.killed), "brought": brought}))
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
