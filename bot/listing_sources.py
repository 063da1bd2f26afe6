"""`earshot sources`: a table of how each source is doing, or the same as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from bot.app import build_source, open_database, utc_now
from bot.config import Config
from bot.errors import GiveUp
from bot.flow.source_list import SourceLine, list_sources
from bot.flow.spending import dollars
from bot.sources.base import Source

HEAD = ("SOURCE", "KIND", "STATE", "LAST SUCCESS", "LAST MENTION", "A DAY", "ERRORS", "ACCESS ENDS", "SPENT")


def show_sources(config: Config, *, as_json: bool) -> int:
    """Print them; the exit code. Times in UTC."""
    database = open_database(config, auto_migrate=False)
    names = [each.name for each in config.sources]
    found = list_sources(database, _built(config), utc_now(), names=names)
    database.close()
    if as_json:
        print(json.dumps([asdict(each) for each in found], default=datetime.isoformat, ensure_ascii=False))
        return 0
    for line in _table(found):
        print(line)
    return 0


def _built(config: Config) -> dict[str, Source]:
    """Those that can be made here: the cap is known of these only."""
    made: dict[str, Source] = {}
    for table in config.sources:
        try:
            made[table.name] = build_source(table, config.listening(table.name))
        except GiveUp:
            continue  # `earshot check` says what is missing
    return made


def _table(found: Sequence[SourceLine]) -> list[str]:
    if not found:
        return ["No source was asked yet: start the bot with `earshot run`."]
    rows = [HEAD, *(_row(each) for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines: list[str] = []
    for row, each in zip(rows, (None, *found), strict=True):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
        if each is not None and each.problem:
            lines.append(f"    {each.problem}")
    return lines


def _row(each: SourceLine) -> tuple[str, ...]:
    cap = f" of {dollars(each.cap)}" if each.cap is not None else ""
    return (
        each.name,
        each.kind,
        each.state,
        _at(each.last_ok_at, "never"),
        _at(each.last_item_at, "never"),
        f"{each.a_day:.1f}",
        str(each.failures),
        _at(each.access_ends_at, "-"),
        f"{dollars(each.spent)}{cap}" if each.spent or cap else "-",
    )


def _at(moment: datetime | None, otherwise: str) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else otherwise
