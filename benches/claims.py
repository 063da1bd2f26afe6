"""Clicks on Claim: eight people who take turns on cards of their own, against eight who all want the same ones."""

import threading
import time
from collections.abc import Sequence

from benches.office import demo_policy, office
from benches.table import Row
from bot.app import LISTENER_PATIENCE, utc_now
from bot.domain.policy import Policy
from bot.errors import Refused, Retry
from bot.flow.desk.act import Click, Desk
from bot.flow.desk.claiming import claim
from bot.store.database import Database

PEOPLE = 8
CARDS = 25
"""Of each person, where everybody has cards of their own; all together want this many otherwise."""


def bench() -> list[Row]:
    policy = demo_policy()
    mine = [range(1 + person * CARDS, 1 + (person + 1) * CARDS) for person in range(PEOPLE)]
    same = [range(1, 1 + CARDS)] * PEOPLE
    return [
        _timed("one person, one card after another", policy, [mine[0]]),
        _timed(f"{PEOPLE} people, each their own cards", policy, mine),
        _timed(f"{PEOPLE} people, all the same cards", policy, same),
    ]


def _timed(name: str, policy: Policy, wishes: Sequence[range]) -> Row:
    with office(policy, topics=["billing"], each=max(wish.stop for wish in wishes) - 1) as database:
        listening = Database(str(database.engine.url), patience=LISTENER_PATIENCE)
        clicking = _Clicking(Desk(db=listening, policy=policy, clock=utc_now))
        people = [threading.Thread(target=clicking.person, args=(f"U{n}", wish)) for n, wish in enumerate(wishes)]
        began = time.perf_counter()
        for person in people:
            person.start()
        for person in people:
            person.join()
        elapsed = time.perf_counter() - began
        listening.close()
    wanted = len({card for wish in wishes for card in wish})
    if clicking.won != wanted:
        raise SystemExit(f"{clicking.won} claims were won on {wanted} cards")
    note = f"{clicking.put_off} clicks found the database busy and came again" if clicking.put_off else ""
    return Row(name=name, operations=len(clicking.taken), elapsed=elapsed, seconds=clicking.taken, note=note)


class _Clicking:
    """Counts what all threads did."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self.taken: list[float] = []
        self.won = 0
        self.put_off = 0

    def person(self, user: str, cards: range) -> None:
        for card in cards:
            began = time.perf_counter()
            won = self._click(user, card)
            with self._lock:
                self.taken.append(time.perf_counter() - began)
                self.won += won

    def _click(self, user: str, card: int) -> bool:
        while True:
            try:
                claim(self._desk, Click(mention_id=card, user=user, key=f"{user}-{card}"))
            except Refused:
                return False
            except Retry:
                with self._lock:
                    self.put_off += 1
            else:
                return True
