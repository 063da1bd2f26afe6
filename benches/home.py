"""Home and searches of a busy company: from the click to what Slack was given, with very many mentions there.

    python -m benches.home [--live 10000] [--closed 40000] [--rounds 100] [--url postgresql://…]

Without an address it makes an SQLite file of its own; a database that is given has to be empty. Slack is the sandbox on this
machine, without rate limits: what remains is reading, drawing, the request, and the check of its blocks.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from slack_sdk import WebClient
from sqlalchemy import text

from benches.crowd import fill
from benches.office import demo_policy
from benches.table import Row, show
from bot.app import LISTENER_PATIENCE, utc_now
from bot.domain.home import Choice, HomeList
from bot.flow.add import find_here
from bot.flow.desk.act import Desk
from bot.flow.home import Visit, choose, home_of
from bot.flow.search import Asked, author_history, find
from bot.slack.blocks.find import find_modal
from bot.slack.blocks.home import home_view
from bot.store import migrate
from bot.store.database import Database
from sandbox.core import Options
from sandbox.serve import running_sandbox

DEMO = Path(__file__).parent.parent / "sandbox" / "demo"
UTC = ZoneInfo("UTC")
USER = "U1"


def permalink(channel: str, ts: str) -> str:
    return f"https://slack.test/archives/{channel}/p{ts}"


class Visits:
    """One person at Home, over and over. `departments` are all there are: the widest view that anybody has."""

    def __init__(self, desk: Desk, client: WebClient, user: str) -> None:
        self.desk, self._client, self._user = desk, client, user
        self._departments = list(desk.policy.routing.departments)

    def home(self, **pages: int) -> None:
        now = self.desk.clock()
        turned = {HomeList(name): page for name, page in pages.items()}
        visit = Visit(user=USER, departments=self._departments, zone=UTC, pages=turned)
        page = home_of(self.desk.db, self.desk.policy, visit, now=now, permalink=permalink)
        if not page.listing(HomeList.UNCLAIMED).lines:
            raise SystemExit("nothing to show: the bench is broken")
        self._client.views_publish(user_id=self._user, view=home_view(page, now))

    def chosen(self, choice: Choice) -> None:
        choose(self.desk.db, USER, lambda _: choice, self.desk.clock())

    def search(self, words: str, page: int = 0) -> None:
        find_modal(words, find(self.desk, Asked(text=words, zone=UTC, page=page), permalink=permalink), USER)


@contextmanager
def crowded(url: str, *, live: int, closed: int) -> Iterator[Database]:
    with TemporaryDirectory(prefix="earshot-bench-") as folder:
        database = Database(url or f"sqlite:///{folder}/bench.db", patience=LISTENER_PATIENCE)
        migrate.migrate(database)
        departments = [(each.name, each.channel) for each in demo_policy().routing.departments.values()]
        fill(database, live=live, closed=closed, departments=departments, now=utc_now())
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        yield database
        database.close()


def timed(name: str, rounds: int, work: Callable[[], object]) -> Row:
    work()
    taken: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return Row(name=name, operations=rounds, elapsed=sum(taken), seconds=taken)


def measure(database: Database, rounds: int) -> list[Row]:
    desk = Desk(db=database, policy=demo_policy(), clock=utc_now)
    manifest, workspace = DEMO / "slack-manifest.yaml", DEMO / "workspace.toml"
    with running_sandbox(manifest=manifest, workspace=workspace, options=Options(rate_scale=None)) as slack:
        client = WebClient(token=slack.bot_token, base_url=slack.api_url)
        people = client.users_list()["members"]
        visits = Visits(desk, client, next(each["id"] for each in people if not each["is_bot"]))
        rows = [
            timed("Home, everything", rounds, visits.home),
            timed("Home, page 500 of unclaimed", rounds, lambda: visits.home(unclaimed=500)),
        ]
        for name, choice in (("a topic", Choice(topic="billing")), ("a source", Choice(source="place-3"))):
            visits.chosen(choice)
            rows.append(timed(f"Home, {name} chosen", rounds, visits.home))
    some = max(rounds // 4, 1)
    here = ["https://places.example/77"]
    return [
        *rows,
        timed("find two words", some, lambda: visits.search("refund outage")),
        timed("find, closed, topic, deep page", some, lambda: visits.search("state:closed topic:billing", 500)),
        timed("author", some, lambda: author_history(desk, "customer77", permalink=permalink)),
        timed("is this page here?", some, lambda: find_here(desk, "by hand", here[0], here, permalink=permalink)),
    ]


def run(name: str, told: str | None, rounds: int, bench: Callable[[Database, int], list[Row]]) -> None:
    """The command line of a bench on a crowded database."""
    parser = argparse.ArgumentParser(
        prog=f"python -m benches.{name}", description=told, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--live", type=int, default=10_000)
    parser.add_argument("--closed", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    with crowded(asked.url, live=asked.live, closed=asked.closed) as database:
        show(f"{database.dialect}, {asked.live:,} open, {asked.closed:,} closed", bench(database, asked.rounds))


if __name__ == "__main__":
    run("home", __doc__, 100, measure)
