"""A model's process that dies twenty times while mentions flow: none is lost, none is doubled, each is judged or marked."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from bot.store.database import Database
from tests.databases import url_of
from tests.fakes import MovedClock
from tests.faults.worker import fast
from tests.world import World

ROOT = Path(__file__).parent.parent.parent
WORKERS, DEATHS = ("a", "b"), 10


def work(database: Database) -> dict[str, int]:
    """Two processes with a child each, side by side; what they did together."""
    command = [sys.executable, "-m", "tests.faults.judge_worker", url_of(database)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    workers = [
        subprocess.Popen(
            [*command, name, str(DEATHS)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in WORKERS
    ]
    told: Counter[str] = Counter()
    for each in workers:
        out, errors = each.communicate(timeout=300)
        assert each.returncode == 0, errors[-3000:]
        told.update(json.loads(out))
    return dict(told)


def test_twenty_deaths_of_the_model_lose_and_double_nothing(database: Database) -> None:
    told = work(database)
    assert told["killed"] == len(WORKERS) * DEATHS
    world = World(database, MovedClock(fast() + timedelta(days=1)))
    world.run()
    ids = world.log_ids()
    assert len(ids) == told["brought"]
    marked = set()
    for mention_id in ids:
        whats, record = Counter(world.whats(mention_id)), world.record(mention_id)
        assert whats["judge"] + whats["unjudged"] == 1
        assert whats["rejudged"] <= whats["unjudged"]
        if record.verdict is None:  # the deaths of both processes met it: nobody asks about it any more
            assert (whats["unjudged"], record.department) == (1, "triage")
            marked.add(mention_id)
            continue
        assert record.verdict == world.model.judge(record.mention.text)
        assert record.department == "billing"
    assert marked < set(ids)
    shown = {place: [each.content for each in world.slack.shown(place)] for place in ("#billing", "#triage")}
    assert Counter(card.card.mention.id for card in shown["#billing"]) == Counter(set(ids) - marked)
    assert {card.card.mention.id for card in shown["#triage"] if not card.moved} == marked
    assert (world.slack.doubled(), world.ledger().posted) == ([], len(ids))
