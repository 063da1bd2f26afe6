"""`earshot backfill`: what customers wrote at a source before Earshot listened there, with a progress bar."""

import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from tqdm import tqdm

from bot.app import build_source, open_database, utc_now
from bot.config import Config
from bot.errors import ConfigError, GiveUp, Retry
from bot.flow.backfill import Page, begin, fetch_page
from bot.sources.table import SourceTable
from bot.store.arrivals import Added

TRIES = 10
"""So often in a row a place may be unwilling: what came in by then is kept, and is known when it is tried again."""

BREATH = timedelta(seconds=1)
"""Between two pages: the bot polls the same place."""

Wait = Callable[[timedelta], None]


def sleep(span: timedelta) -> None:
    time.sleep(span.total_seconds())


def backfill(config: Config, name: str, since: timedelta, *, cards: bool, wait: Wait = sleep) -> int:
    """Fetch what is younger than `since`; the exit code. Harmless twice, and beside a running bot, which judges it.

    What is older than the source's own `first_lookback` gets no card unless `cards`: it is there for histories, searches and
    reports.
    """
    table = _table(config, name)
    source = build_source(table.with_lookback(since), config.listening(name))
    database = open_database(config, auto_migrate=True)
    now = utc_now()
    history_before = None if cards else now - table.first_lookback
    begin(database, source, now)
    fetch = partial(fetch_page, database, source, clock=utc_now, history_before=history_before)
    added, found, cursor = Added(), 0, ""
    oldest: datetime | None = None
    with tqdm(unit=" posts", desc=name, disable=None) as bar:
        while True:
            page = _page(partial(fetch, cursor), name, wait)
            added, found, oldest = added + page.added, found + page.found, _older(oldest, page.oldest)
            bar.update(page.found)
            bar.set_postfix_str(f"{added.new} new{_back_to(oldest)}")
            for problem in page.problems:
                tqdm.write(f"{name}: {problem}", file=sys.stderr)
            cursor = page.cursor
            if not cursor:
                break
            wait(max(page.wait, BREATH))
    database.close()
    print(f"{found} found{_back_to(oldest)}: {added.new} new, {added.edited} changed, {added.known} known already.")
    return 0


def _table(config: Config, name: str) -> SourceTable:
    found = next((each for each in config.sources if each.name == name), None)
    if found is None:
        known = ", ".join(each.name for each in config.sources) or "none"
        raise ConfigError([f"there is no source “{name}”; the configuration has: {known}"])
    return found


def _page(fetch: Callable[[], Page], name: str, wait: Wait) -> Page:
    """The page, as soon as the place gives it. Raises GiveUp where it does not."""
    for _ in range(TRIES):
        try:
            return fetch()
        except Retry as fault:
            reason, pause = fault.reason, max(fault.after, BREATH)
            tqdm.write(f"{name}: {reason}; waiting {_in_words(pause)}", file=sys.stderr)
            wait(pause)
    raise GiveUp(f"{reason} (tried {TRIES} times). What came in is kept: start it again later")


def _in_words(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 7_200 else f"{seconds / 3_600:.1f} h"


def _older(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _back_to(oldest: datetime | None) -> str:
    return f", back to {oldest:%Y-%m-%d}" if oldest else ""
