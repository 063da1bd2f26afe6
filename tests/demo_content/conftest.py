"""The demo's places over HTTP, with a clock that the test moves."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sandbox.places import routes
from sandbox.places.stream import Stream, load_stream

DEMO = Path(__file__).parents[2] / "sandbox" / "demo"


class MovedClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture(scope="session")
def story() -> Stream:
    return load_stream(DEMO / "mentions.jsonl")


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def site(clock: MovedClock) -> TestClient:
    app = Starlette(routes=routes(DEMO / "mentions.jsonl", speed=2.0, clock=clock))
    return TestClient(app, base_url="http://127.0.0.1:3000", follow_redirects=False)
