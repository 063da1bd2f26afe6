"""Started by the kill test of weak signals: weighs what waits, until nothing does or it is killed.

Its arguments are the database and the time by its clock. `EARSHOT_CRASH_AT` kills it at a named point, `EARSHOT_CRASH_AFTER` at
a random statement of the database.
"""

import sys
from datetime import datetime

from bot.flow.signals import weigh_waiting
from bot.store import signals
from bot.store.database import Database
from tests.fakes import policy
from tests.faults.worker import die_at_statement


def main(url: str, now: datetime) -> None:
    database = Database(url)
    die_at_statement(database)
    while True:
        weigh_waiting(database, policy(), now)
        with database.read() as session:
            if not signals.unweighed(session, 1):
                return


if __name__ == "__main__":
    main(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
