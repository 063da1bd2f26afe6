"""A company at work for a test: the sandbox's Slack, the whole bot in this process, and customers who write.

People act through the sandbox (`Person`), the bot is reached through Slack and its sources only, and time is the
bot's own: it runs faster than ours and is moved on by the test.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

import bot.app
from bot.app import Earshot
from bot.config import Config, Secrets, load_config
from bot.domain.event import Event
from bot.domain.mention import Incoming
from bot.domain.posting import PostingKind
from bot.flow import ingest
from bot.sources.base import Source
from bot.store import events, labels, outbox
from bot.store.database import Database
from bot.store.schema import MentionRow, PostingRow
from classifiers.verdict import Verdict
from sandbox.core import Options
from sandbox.delivery import Attempt, PayloadType, Transport
from sandbox.person import POLL_SECONDS, Person, visible_text
from sandbox.places import routes
from sandbox.serve import RunningSandbox, build_sandbox, running_sandbox
from tests.fake_nearness import FakeNearness
from tests.fakes import START, TOPICS, FakeClassifier, FakeForum, post

HERE = Path(__file__).parent
MANIFEST = HERE.parents[1] / "slack-manifest.yaml"
WORKSPACE = HERE / "workspace.toml"
PATIENCE = 30.0
"""Seconds of our own time that a test waits for what must happen: everything here takes less than one on a free machine.
Slack is as patient, unless a test says otherwise: that it gives up after three seconds is no fault of a busy machine.
"""

UNHURRIED = Options(rate_scale=None, ack_seconds=PATIENCE, trigger_seconds=PATIENCE)
"""Without Slack's rate limits too, which the bot's hurried lanes would meet."""

SPEED = 8.0
"""How fast the bot's time runs: a channel's lane of 1.1 s is free again after 0.14 s of ours, an hour takes 7.5 minutes."""

LONGEST_ANSWER = 600
"""Characters that the forum takes of an answer."""

MENU = "mention.menu"
Json = dict[str, Any]


LONGEST_STEP = 0.25
"""Seconds of ours that pass for the bot between two looks at its clock: its stages look more often than that, unless the
machine is too busy to let them, and then no undo and no claim runs out under a test's hands.
"""


class HurriedClock:
    """The bot's clock. Slack's own stays the real one, so that dialogs open as they do there; START is long before it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked = time.monotonic()
        self._passed = 0.0
        self._skipped = timedelta(0)

    def __call__(self) -> datetime:
        with self._lock:
            looked, self._looked = self._looked, time.monotonic()
            self._passed += min(self._looked - looked, LONGEST_STEP)
            return START + timedelta(seconds=self._passed * SPEED) + self._skipped

    def forward(self, *, minutes: float) -> None:
        self._skipped += timedelta(minutes=minutes)


class Reader(FakeClassifier):
    """Knows German when it sees it, a second topic, and irony; a text with `unreadable` in it cannot be judged.

    Its word on the topic outage is worth little: it must be surer of that than of the others.
    """

    def __init__(self) -> None:
        super().__init__(poison=("unreadable",))

    def judge(self, text: str) -> Verdict:
        judged = super().judge(text)
        second = next((name for name in TOPICS if name in text.casefold() and name != judged.topic), "")
        topics = judged.topics
        if second:
            topics = {name: {judged.topic: 0.9, second: 0.1}.get(name, 0.0) for name in topics}
        return replace(
            judged,
            topics=topics,
            language="de" if "Rechnung" in text else "en",
            floor=0.95 if judged.topic == "outage" and "rumour" in text else 0.5,
            irony=0.8 if "just what I needed" in text else 0.1,
        )


class Twice:
    """Slack that never heard the first ack: brings everything that people do a second time."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    async def deliver(self, kind: PayloadType, payload: Json, *, attempt: Attempt, within: float) -> Json | None:
        first = await self._inner.deliver(kind, payload, attempt=attempt, within=within)
        await self._inner.deliver(kind, payload, attempt=attempt, within=within)
        return first


class Office:
    """One running sandbox and one bot in it. `forum` is a source that takes answers, `blog` one that does not."""

    def __init__(self, slack: RunningSandbox, bot: Earshot, clock: HurriedClock, forum: FakeForum) -> None:
        self.slack = slack
        self.bot = bot
        self.clock = clock
        self.forum = forum
        self._numbers = count(1)
        self._web = httpx.Client(base_url=slack.url, trust_env=False, timeout=60.0)

    def person(self, handle: str) -> Person:
        return self.slack.person(handle)

    # -- customers

    def hears(self, text: str, *, source: str = "blog", **fields: Any) -> Incoming:
        """Somebody wrote `text`; it comes in as an imported file does."""
        written = post(next(self._numbers), text, posted_at=self.clock() - timedelta(minutes=5), **fields)
        self.hears_again(written, source=source)
        return written

    def hears_again(self, written: Incoming, *, source: str = "blog") -> None:
        ingest.store_imported(self.bot.database, source, [written], self.clock)

    def publish(self, place: str, text: str, **fields: Any) -> str:
        """Write in one of the sandbox's places, as a customer does in the browser; the post's path."""
        answer = self._web.post(f"/places/{place}", data={"text": text, **fields})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def edit(self, path: str, text: str) -> None:
        assert self._web.post(path, data={"text": text}).status_code == 303

    # -- Slack

    def card(self, text: str, channel: str = "#billing", *, within: float = PATIENCE) -> "Card":
        """The live card that shows this text, once it is there."""
        return Card(
            self, channel, until(lambda: self._ts_of_card(text, channel), f"a card with {text!r}", within=within)
        )

    def cards(self, text: str, channel: str) -> list[str]:
        """The ts of every card in the channel that shows this text, oldest first."""
        return [each["ts"] for each in self.slack.messages(channel) if is_card(each) and text in visible_text(each)]

    def _ts_of_card(self, text: str, channel: str) -> str:
        return next(iter(self.cards(text, channel)), "")

    def learnt(self, card: "Card") -> list[tuple[str, str, str]]:
        """What holds of people's corrections: kind, value and person."""
        with self.bot.database.read() as session:
            held = labels.of_mention(session, card.mention_id)
        return sorted((kind, label.score or label.topic, label.by) for kind, label in held.items())

    def log(self, card: "Card") -> tuple[Event, ...]:
        """The mention's events, oldest first."""
        with self.bot.database.read() as session:
            return events.of_mention(session, card.mention_id)

    def direct(self, person: Person) -> str:
        """The id of the bot's direct messages with somebody; empty where there are none."""
        found = (each for each in person.channels() if each["is_im"] and each["user"] == self._bot_user)
        return str(next(found, {"id": ""})["id"])

    @property
    def _bot_user(self) -> str:
        return self.slack.sandbox.app.bot_user_id

    def settle(self) -> None:
        """Wait until the clock's stages have looked at everything due by now, and nothing is left to post or draw."""
        self.bot._watch()  # a tick may have begun before the time was moved, and the next one is three seconds away
        until(lambda: not self._in_motion(), "the outbox to come to rest")

    def _in_motion(self) -> int:
        with self.bot.database.read() as session:
            waiting = select(func.count()).select_from(PostingRow).where(PostingRow.state.in_(outbox.WAITING))
            stale = (
                select(func.count())
                .select_from(PostingRow)
                .join(MentionRow, MentionRow.id == PostingRow.mention_id)
                .where(PostingRow.kind != PostingKind.NOTICE, PostingRow.shown_version < MentionRow.version)
            )
            return sum(session.scalar(query) or 0 for query in (waiting, stale))

    def fault(self, **body: Any) -> None:
        """Slack's Web API goes wrong: see sandbox/README.md."""
        answer = self._web.post("/sandbox/faults", json=body)
        assert answer.status_code == 200, answer.text

    def mend(self) -> None:
        self._web.delete("/sandbox/faults")

    def disconnect(self, reason: str) -> None:
        """Slack asks the bot's sockets to come again."""
        assert self._web.post("/sandbox/disconnect", json={"reason": reason}).status_code == 200

    def get(self, path: str) -> bytes:
        answer = self._web.get(path)
        assert answer.status_code == 200, path
        return answer.content

    def calls(self, method: str) -> int:
        """How often the bot called a method of the Web API."""
        found: Mapping[str, Json] = self._web.get("/sandbox/stats").json()["calls"]
        return int(found.get(method, {}).get("count", 0))

    @contextmanager
    def everything_twice(self) -> Iterator[None]:
        """While it lasts Slack delivers each click, dialog and command a second time."""
        delivery = self.slack.sandbox.delivery
        once = delivery._transport
        delivery._transport = Twice(once)
        try:
            yield
        finally:
            delivery._transport = once

    @contextmanager
    def no_dialog_in_time(self) -> Iterator[None]:
        """While it lasts every click is too old for a dialog when the bot asks for one."""
        triggers = self.slack.sandbox.triggers
        lifetime, triggers.lifetime = triggers.lifetime, 0.0
        try:
            yield
        finally:
            triggers.lifetime = lifetime

    @contextmanager
    def cards_stay_as_they_are(self) -> Iterator[None]:
        """Nobody's screen changes while it lasts: Slack asks the bot for patience with every redrawing."""
        self.fault(method="chat.update", effect="ratelimit", retry_after=1, probability=1.0)
        try:
            yield
        finally:
            self.mend()

    def close(self) -> None:
        self._web.close()


@dataclass(frozen=True)
class Card:
    """A live card in a channel, as people see it and use it."""

    office: Office
    channel: str
    ts: str

    @property
    def message(self) -> Json:
        return next(each for each in self.office.slack.messages(self.channel) if each["ts"] == self.ts)

    @property
    def text(self) -> str:
        """All that stands on it; what a menu offers is read once the menu is opened."""
        return visible_text(without_options(self.message))

    @property
    def row(self) -> Json:
        """The block with the card's buttons."""
        return next(each for each in self.message["blocks"] if each.get("block_id", "").startswith("card."))

    @property
    def guesses(self) -> list[str]:
        """The buttons that ask whose it is."""
        rows = [each for each in self.message["blocks"] if each.get("block_id", "").startswith("guess.")]
        return [each["text"]["text"] for row in rows for each in row["elements"]]

    @property
    def mention_id(self) -> int:
        return int(self.row["block_id"].split(".")[1])

    @property
    def buttons(self) -> list[str]:
        return [each["text"]["text"] for each in self.row["elements"] if each["type"] == "button"]

    @property
    def choices(self) -> list[str]:
        """The values of the menu without the mention's id."""
        menu = next(each for each in self.row["elements"] if each.get("action_id") == MENU)
        return [each["value"].partition(":")[0] for each in menu["options"]]

    def shows(self, *words: str) -> "Card":
        """Wait until all of it stands on the card."""
        until(lambda: all(word in self.text for word in words), lambda: f"{words} in:\n{self.text}")
        return self

    def offers(self, *labels: str) -> "Card":
        """Wait until the card has exactly these buttons."""
        until(lambda: tuple(self.buttons) == labels, lambda: f"buttons {labels}, but {self.buttons}")
        return self

    def click(self, person: Person, action: str) -> None:
        person.click(self.channel, self.ts, f"mention.{action}")

    def choose(self, person: Person, action: str) -> None:
        """Take an entry of the menu."""
        person.choose(self.channel, self.ts, MENU, f"{action}:{self.mention_id}")

    def dialog(self, person: Person, action: str, *, menu: bool = False) -> Json:
        """Open an action's dialog."""
        (self.choose if menu else self.click)(person, action)
        return person.expect_modal(callback_id=f"mention.{action}", within=PATIENCE)


def without_options(shown: Any) -> Any:
    if isinstance(shown, dict):
        return {key: without_options(value) for key, value in shown.items() if key != "options"}
    return [without_options(each) for each in shown] if isinstance(shown, list) else shown


def is_card(message: Json) -> bool:
    return any(block.get("block_id", "").startswith("card.") for block in message.get("blocks") or [])


def fill(person: Person, dialog: Json, **fields: Any) -> dict[str, str]:
    """Fill in a dialog and submit it, inputs named with _ for the dot; the errors shown beside them."""
    values = {name.replace("__", "."): value for name, value in fields.items()}
    return person.submit(dialog["id"], {name: {name: value} for name, value in values.items()})


def until(find: Callable[[], Any], what: str | Callable[[], str], *, within: float = PATIENCE) -> Any:
    """What `find` gives, once it gives something; fails the test with `what` was missing."""
    deadline = time.monotonic() + within
    while not (found := find()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what if isinstance(what, str) else what()}")
        time.sleep(POLL_SECONDS)
    return found


def config_of(slack_url: str, database_url: str) -> Config:
    env = {
        "SANDBOX_URL": slack_url,
        "EARSHOT_SLACK_API_URL": f"{slack_url}/api/",
        "EARSHOT_DATABASE_URL": database_url,
    }
    return load_config(HERE / "config.toml", env)


def secrets_of_workspace(workspace: Path = WORKSPACE) -> Secrets:
    """The sandbox's tokens, which are the same in every run."""
    app = build_sandbox(manifest=MANIFEST, workspace=workspace).app
    return Secrets(bot_token=app.bot_token, app_token=app.app_token, signing_secret=app.signing_secret)


Change = Callable[[Config], Config]
"""What a test wants otherwise than config.toml has it."""


def as_it_is(config: Config) -> Config:
    return config


@contextmanager
def running_slack(clock: HurriedClock | None = None, *, port: int = 0) -> Iterator[RunningSandbox]:
    """The sandbox with the customers' places."""
    places = routes(HERE / "mentions.jsonl", speed=1.0, **({"clock": clock} if clock else {}))
    with running_sandbox(
        manifest=MANIFEST, workspace=WORKSPACE, options=UNHURRIED, extra_routes=places, port=port
    ) as slack:
        yield slack


def be_patient(patch: pytest.MonkeyPatch) -> None:
    """The bot gives up on its database and on Slack's answers within Slack's three seconds: here nobody is in such a hurry."""
    patch.setattr(bot.app, "LISTENER_PATIENCE", PATIENCE)
    patch.setattr(bot.app, "REACH_PATIENCE", PATIENCE)


@contextmanager
def running_bot(
    slack_url: str, database: Database, clock: HurriedClock, forum: FakeForum, *, change: Change = as_it_is
) -> Iterator[Earshot]:
    """The bot as `earshot run` composes it, with one more source and patience with a busy machine; not waited for."""
    config = change(config_of(slack_url, database.engine.url.render_as_string(hide_password=False)))
    configured = bot.app.build_sources

    def with_forum(config: Config) -> dict[str, Source]:
        return {**configured(config), forum.name: forum}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.app, "build_sources", with_forum)
        be_patient(patch)
        earshot = Earshot(
            config=config,
            secrets=secrets_of_workspace(),
            database=database,
            classifier=Reader(),
            nearness=FakeNearness(),
            clock=clock,
        )
    earshot.start()
    try:
        yield earshot
    finally:
        earshot.stop()


def _hasten(earshot: Earshot) -> None:
    """Closing a socket waits for the read under way, which is three seconds unless it is told to be less."""
    session = earshot._socket._handler.client.current_session if earshot._socket else None
    if session is not None and session.sock is not None:
        session.sock.settimeout(0.1)


@contextmanager
def open_office(database: Database, *, change: Change = as_it_is) -> Iterator[Office]:
    clock, forum = HurriedClock(), FakeForum("forum", every=3600)
    forum.max_answer = LONGEST_ANSWER
    with (
        running_slack(clock) as slack,
        running_bot(slack.url, database, clock, forum, change=change) as earshot,
    ):
        assert earshot.wait_connected(PATIENCE)
        _hasten(earshot)
        office = Office(slack, earshot, clock, forum)
        try:
            yield office
        finally:
            office.close()
