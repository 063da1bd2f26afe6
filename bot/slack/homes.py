"""Whose Home is drawn when: one drawing of a person's Home at a time, and the latest wish is the one that stays."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from bot.domain.home import HomeList

log = logging.getLogger(__name__)

WORKERS = 4
FRESH_SECONDS = 600.0
"""How long after its last drawing a Home is taken to be open: Slack tells when one is opened and never when it is left."""

Pages = Mapping[HomeList, int]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A Home: its pages, Slack's `hash` of the view that is there, and when it was last opened or drawn (monotonic)."""

    pages: Pages = field(default_factory=dict)
    hash: str = ""
    at: float = 0.0


class Homes:
    """A drawing reads what it shows when its turn comes, so a later one never shows less than an earlier one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wishes: dict[str, Callable[[], None]] = {}
        self._busy: set[str] = set()
        self._drawn: dict[str, Drawn] = {}
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="home")

    def ask(self, user: str, draw: Callable[[], None]) -> None:
        """Draw soon, in the background. A wish that still waits for its turn is replaced: this one will show the same or more."""
        with self._lock:
            self._wishes[user] = draw
            if user in self._busy:
                return
            self._busy.add(user)
        self._pool.submit(self._work, user).add_done_callback(_tell_of_fault)

    def drawn(self, user: str) -> Drawn:
        with self._lock:
            return self._drawn.get(user, Drawn())

    def turn(self, user: str, pages: Pages, shown_hash: str) -> None:
        """The pages of the next drawing; `shown_hash` is what Slack says is there now, where it said so."""
        with self._lock:
            known = self._drawn.get(user, Drawn())
            self._drawn[user] = Drawn(pages=pages, hash=shown_hash or known.hash, at=time.monotonic())

    def published(self, user: str, shown_hash: str) -> None:
        """What is there now; empty where another drawing came between. The pages may have been turned meanwhile: they stay."""
        with self._lock:
            known = self._drawn.get(user, Drawn())
            self._drawn[user] = Drawn(pages=known.pages, hash=shown_hash, at=time.monotonic())

    def seems_open(self, user: str) -> bool:
        drawn = self.drawn(user)
        return bool(drawn.at) and time.monotonic() - drawn.at < FRESH_SECONDS

    def has_newer_wish(self, user: str) -> bool:
        with self._lock:
            return user in self._wishes

    def stop(self) -> None:
        """Finish the drawings under way and begin no other."""
        with self._lock:
            self._wishes.clear()
        self._pool.shutdown(cancel_futures=True)

    def _work(self, user: str) -> None:
        ended = False
        try:
            while (draw := self._next(user)) is not None:
                draw()
            ended = True
        finally:
            if not ended:
                with self._lock:
                    self._busy.discard(user)

    def _next(self, user: str) -> Callable[[], None] | None:
        with self._lock:
            draw = self._wishes.pop(user, None)
            if draw is None:
                self._busy.discard(user)  # under the same lock as the look, or a wish in between would be forgotten
            return draw


def _tell_of_fault(done: "Future[None]") -> None:
    if not done.cancelled() and (fault := done.exception()) is not None:
        log.error("home_failed", exc_info=fault)
