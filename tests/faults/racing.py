"""Started by the contention test: one process that claims every mention with some threads, and says which it won."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from bot.errors import Refused
from bot.flow.desk import claiming
from bot.flow.desk.act import Click, Desk
from bot.store.database import Database
from tests.fakes import MovedClock, policy


def race(database: Database, user: str, threads: int, mentions: int) -> tuple[list[tuple[str, int]], list[str]]:
    """What the threads won, as (user, mention), and every error that is no refusal."""
    clock, rules = MovedClock(), policy()

    def claim_all(name: str) -> list[tuple[str, int]]:
        at = Desk(db=database, policy=rules, clock=clock)
        won = []
        for mention_id in range(1, mentions + 1):
            with suppress(Refused):
                claiming.claim(at, Click(mention_id=mention_id, user=name, key=f"{name}-{mention_id}"))
                won.append((name, mention_id))
        return won

    with ThreadPoolExecutor(threads) as pool:
        racers = [pool.submit(claim_all, f"{user}{number}") for number in range(threads)]
    errors = [repr(each.exception()) for each in racers if each.exception()]
    return [pair for each in racers if not each.exception() for pair in each.result()], errors


if __name__ == "__main__":
    url, user, threads, mentions = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    database = Database(url, patience=30)
    sys.stdin.readline()  # both processes start together
    print(json.dumps(race(database, user, threads, mentions)))
    database.close()
