"""Everybody presses Claim on one card at the same moment, over and over: one owner each time, and each loser told who.

    python -m benches.rush [--people 50] [--times 1000] [--url postgresql://…]

Without an address it makes an SQLite file of its own; a database that is given has to be empty. People are threads that
wait for each other before every card, with the patience of a listener. It ends with an error where a card has two owners
or none, where a click fails, or where a loser is told anything but the owner and the time of the claim.
"""

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from sqlalchemy import text

from benches.office import demo_policy, fill_office, office
from benches.table import Row, show
from bot.app import LISTENER_PATIENCE, utc_now
from bot.domain.policy import Policy
from bot.errors import EarshotError, Taken
from bot.flow.desk.act import Click, Desk
from bot.flow.desk.claiming import claim
from bot.store import migrate
from bot.store.database import Database


@dataclass
class Rush:
    """What all who pressed saw; each list is appended to by every thread."""

    desk: Desk
    people: int
    times: int
    won: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    doubles: list[int] = field(default_factory=list)
    told: list[tuple[int, str, datetime]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def run(self) -> Self:
        line = threading.Barrier(self.people)
        crowd = [threading.Thread(target=self._person, args=(f"U{number}", line)) for number in range(self.people)]
        for person in crowd:
            person.start()
        for person in crowd:
            person.join()
        return self

    def _person(self, user: str, line: threading.Barrier) -> None:
        for card in range(1, self.times + 1):
            line.wait()
            began = time.perf_counter()
            self._press(user, card)
            self.seconds.append(time.perf_counter() - began)

    def _press(self, user: str, card: int) -> None:
        try:
            mine = claim(self.desk, Click(mention_id=card, user=user, key=f"{user}-{card}")).claim
        except Taken as taken:
            self.told.append((card, taken.owner, taken.since))
        except EarshotError as error:
            self.errors.append(f"{user} on {card}: {error!r}")
        else:
            if card in self.won or mine is None or mine.owner != user:
                self.doubles.append(card)
            elif mine:
                self.won[card] = (user, mine.since)

    @property
    def misled(self) -> int:
        """Losers who were told another owner, or another time, than the claim has."""
        return sum(self.won.get(card) != (owner, since) for card, owner, since in self.told)


def bench(*, people: int = 50, times: int = 1_000, url: str = "") -> list[Row]:
    policy = demo_policy()
    with _database(policy, times, url) as database:
        listening = Database(database.engine.url.render_as_string(hide_password=False), patience=LISTENER_PATIENCE)
        began = time.perf_counter()
        rush = Rush(desk=Desk(db=listening, policy=policy, clock=utc_now), people=people, times=times).run()
        elapsed = time.perf_counter() - began
        _check(rush, listening)
        listening.close()
    note = f"{len(rush.won):,} cards, one owner each; {len(rush.told):,} losers, all told who and since when; 0 errors"
    name = f"{people} people on one card, {times:,} times, {database.dialect}"
    return [Row(name=name, operations=len(rush.seconds), elapsed=elapsed, seconds=rush.seconds, note=note)]


def _check(rush: Rush, database: Database) -> None:
    with database.read() as session:
        held: dict[int, str] = dict(session.execute(text("SELECT id, claimed_by FROM mentions")).all())  # type: ignore[arg-type]
        logged = session.execute(text("SELECT count(*) FROM events WHERE what = 'claim'")).scalar_one()
    owners = {card: user for card, (user, _) in rush.won.items()}
    losers = (rush.people - 1) * rush.times
    faults = {
        "cards with two owners": len(rush.doubles),
        "cards whose owner is another than the one who was told so": sum(
            held[card] != owners.get(card) for card in held
        ),
        "lines in the log too many or too few": abs(logged - rush.times),
        "losers who were not told, or told wrongly": abs(losers - len(rush.told)) + rush.misled,
        "clicks that failed": len(rush.errors),
    }
    if found := [f"{count} {what}" for what, count in faults.items() if count]:
        raise SystemExit("; ".join([*found, *rush.errors[:3]]))


@contextmanager
def _database(policy: Policy, cards: int, url: str) -> Iterator[Database]:
    if not url:
        with office(policy, topics=["billing"], each=cards) as made:
            yield made
        return
    given = Database(url)
    migrate.migrate(given)
    fill_office(given, policy, topics=["billing"], each=cards)
    yield given
    given.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--times", type=int, default=1_000)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    show("rush", bench(people=asked.people, times=asked.times, url=asked.url))


if __name__ == "__main__":
    main()
