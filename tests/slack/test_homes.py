"""One drawing of a person's Home at a time, and the latest wish is the one that stays."""

import threading
from collections.abc import Iterator

import pytest

from bot.domain.home import HomeList
from bot.slack.homes import Homes

SECONDS = 30.0


@pytest.fixture
def homes() -> Iterator[Homes]:
    made = Homes()
    yield made
    made.stop()


class Screen:
    """What stands on a screen in the end; a drawing can be held up on its way there."""

    def __init__(self) -> None:
        self.state = "old"
        self.shown: list[str] = []
        self.on_its_way = threading.Event()
        self.arrives = threading.Event()
        self.done = threading.Semaphore(0)

    def slowly(self) -> None:
        read = self.state
        self.on_its_way.set()
        assert self.arrives.wait(SECONDS)
        self.shown.append(read)
        self.done.release()

    def at_once(self) -> None:
        self.shown.append(self.state)
        self.done.release()


def test_a_late_drawing_never_stays_over_a_newer_one(homes: Homes) -> None:
    screen = Screen()
    homes.ask("U1", screen.slowly)
    assert screen.on_its_way.wait(SECONDS)
    screen.state = "new"
    homes.ask("U1", screen.at_once)
    screen.arrives.set()
    for _ in range(2):
        assert screen.done.acquire(timeout=SECONDS)
    assert screen.shown == ["old", "new"]


def test_of_many_wishes_that_wait_only_the_last_is_drawn(homes: Homes) -> None:
    screen, drawn = Screen(), list[int]()
    homes.ask("U1", screen.slowly)
    assert screen.on_its_way.wait(SECONDS)
    for number in range(20):
        homes.ask("U1", lambda number=number: drawn.append(number) or screen.done.release())  # type: ignore[misc, func-returns-value]
    screen.arrives.set()
    for _ in range(2):
        assert screen.done.acquire(timeout=SECONDS)
    assert drawn == [19]


def test_one_slow_home_holds_up_nobody_elses(homes: Homes) -> None:
    slow, quick = Screen(), Screen()
    homes.ask("U1", slow.slowly)
    homes.ask("U2", quick.at_once)
    assert quick.done.acquire(timeout=SECONDS)
    assert slow.shown == []
    slow.arrives.set()
    assert slow.done.acquire(timeout=SECONDS)


def test_a_drawing_that_breaks_is_told_and_the_next_one_is_drawn(
    homes: Homes, caplog: pytest.LogCaptureFixture
) -> None:
    broken, screen = threading.Event(), Screen()

    def breaks() -> None:
        broken.set()
        raise ZeroDivisionError("a fault of ours")

    homes.ask("U1", breaks)
    assert broken.wait(SECONDS)
    while not screen.done.acquire(timeout=0.05):  # the broken one may still be leaving, and take the first wish with it
        homes.ask("U1", screen.at_once)
    assert "new" not in screen.shown
    assert screen.shown[0] == "old"
    homes.stop()
    assert "home_failed" in caplog.messages


def test_pages_turned_during_a_drawing_stay_turned(homes: Homes) -> None:
    homes.turn("U1", {HomeList.MINE: 2}, "h1")
    homes.published("U1", "h2")
    drawn = homes.drawn("U1")
    assert (drawn.pages, drawn.hash) == ({HomeList.MINE: 2}, "h2")
    assert homes.seems_open("U1")
    assert not homes.seems_open("U2")
