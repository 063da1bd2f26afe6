"""Clearing a backlog: the dialog's page among very many open mentions, and one decision on as many as are done at a time.

    python -m benches.clearing [--live 10000] [--closed 40000] [--rounds 30] [--url postgresql://…]

Without an address it makes an SQLite file of its own; a database that is given has to be empty.
"""

import time
from itertools import count

from benches.home import run, timed
from benches.office import demo_policy
from benches.table import Row
from bot.app import utc_now
from bot.domain.backlog import MOST, Pick
from bot.domain.lifecycle import Action
from bot.flow.desk.act import Desk
from bot.flow.desk.clearing import Sweep, backlog_of, clear, undo_together
from bot.store.database import Database

USER = "U2"


def measure(database: Database, rounds: int) -> list[Row]:
    desk = Desk(db=database, policy=demo_policy(), clock=utc_now)
    department = next(iter(desk.policy.routing.departments))

    def page(pick: Pick, number: int = 0) -> None:
        if not backlog_of(desk, USER, pick, number).waiting:
            raise SystemExit("nothing to show: the bench is broken")

    return [
        timed("a page of one team", rounds, lambda: page(Pick(department=department))),
        timed("a page of all teams", rounds, lambda: page(Pick())),
        timed("the last page of all", rounds, lambda: page(Pick(), 10_000)),
        timed("a topic", rounds, lambda: page(Pick(topic="billing"))),
        *_sweeps(desk, max(rounds // 10, 1)),
    ]


def _sweeps(desk: Desk, rounds: int) -> list[Row]:
    """Let a hundred stand and undo it, over and over: each of it is a transaction a mention."""
    picked = [each.mention_id for turn in range(4) for each in backlog_of(desk, USER, Pick(), turn).waiting][:MOST]
    keys, let_stand, undone = count(), list[float](), list[float]()
    for _ in range(rounds):
        sweep = Sweep(user=USER, key=f"bench:{next(keys)}", action=Action.LET_STAND, reason="measured")
        began = time.perf_counter()
        done = clear(desk, sweep, picked).done
        let_stand.append(time.perf_counter() - began)
        began = time.perf_counter()
        back = undo_together(desk, USER, f"bench:undo:{next(keys)}", picked).done
        undone.append(time.perf_counter() - began)
        if not len(done) == len(back) == len(picked):
            raise SystemExit(f"{len(done)} done and {len(back)} undone of {len(picked)}: the bench is broken")
    return [
        Row(name=f"let {len(picked)} stand", operations=rounds, elapsed=sum(let_stand), seconds=let_stand),
        Row(name=f"undo {len(picked)}", operations=rounds, elapsed=sum(undone), seconds=undone),
    ]


if __name__ == "__main__":
    run("clearing", __doc__, 30, measure)
