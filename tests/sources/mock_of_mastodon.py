"""mastodon_mock (PyPI): a whole Mastodon-compatible server by other people, with a door that can lose our answers."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from mastodon_mock.app import create_app
from mastodon_mock.config import DatabaseConfig, MastodonMockConfig, SeedAccount, SeedConfig
from mastodon_mock.db.models import Account, Notification, Status

TOKEN = "hunter2-support"
CUSTOMER = "hunter2-jo"
STATUSES = "/api/v1/statuses"


@dataclass
class MockOfMastodon:
    """`url` serves it. Each answer that arrives takes one of `turns`: LOST, or a fault (status, error) instead."""

    app: Any
    url: str = ""
    lost: deque[bool] = field(default_factory=deque)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        is_post = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == STATUSES
        if not (is_post and self.lost and self.lost.popleft()):
            await self.app(scope, receive, send)
            return

        async def swallow(message: Any) -> None:
            """What the server says after it took the post never arrives."""

        await self.app(scope, receive, swallow)
        await send({"type": "http.response.start", "status": 502, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    def fault(self, status: int, error: str = "") -> None:
        """The server's own fault injection, for the next answer."""
        effect = {"type": "status", "status": status, "body": {"error": error}}
        match = {"path": STATUSES, "methods": ["POST"]}
        self.app.state.fault_store.add({"match": match, "effect": effect, "count": 1})

    def session(self) -> Any:
        return self.app.state.session_factory()

    def account_id(self, username: str) -> int:
        with self.session() as session:
            return int(session.query(Account.id).filter(Account.username == username).scalar())

    def statuses_of(self, username: str) -> list[Status]:
        with self.session() as session:
            found = session.query(Status).join(Status.account).filter(Account.username == username)
            return list(found.order_by(Status.id))


def forget_all(session: Any) -> None:
    session.query(Notification).delete()
    session.query(Status).delete()


@contextmanager
def mock_of_mastodon() -> Iterator[MockOfMastodon]:
    accounts = [
        SeedAccount(username="support", display_name="Support", access_token=TOKEN),
        SeedAccount(username="jo", display_name="jo", access_token=CUSTOMER),
    ]
    config = MastodonMockConfig(database=DatabaseConfig(path=":memory:"), seed=SeedConfig(accounts=accounts))
    place = MockOfMastodon(app=create_app(config))
    server = uvicorn.Server(uvicorn.Config(place, host="127.0.0.1", port=0, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    give_up = time.monotonic() + 30
    while not server.started and thread.is_alive() and time.monotonic() < give_up:
        time.sleep(0.01)
    place.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield place
    finally:
        server.should_exit = True
        thread.join()
