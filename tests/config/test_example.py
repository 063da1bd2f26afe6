"""config.example.toml is the reference: every key of the tables, its sentence and its default, and nothing stale."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.config import Config, config_path, load_config
from bot.config import tree as trees
from bot.config.tables import FileTable, HoursTable
from bot.domain.routing import Outcome
from bot.domain.signal import SignalTerms
from bot.sources.kinds import kinds
from bot.sources.table import SourceTable
from bot.values import Table, parse_duration

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TRAINED_TOPICS = {
    "billing",
    "orders_delivery",
    "technical_issue",
    "account_access",
    "customer_service",
    "product_feedback",
    "feature_request",
    "question",
    "trust_safety",
    "brand",
    "irrelevant",
}

_HEADER = re.compile(r"(?:# )?\[\[?([a-z_.]+)\]?\]$")
_KIND = re.compile(r'(?:# )?kind = "([a-z_]+)"$')
_KEY = re.compile(r"(# )?([a-z_]+) = (.*)$")
_DEFAULT = re.compile(r"Default: (.+)\.$")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One key as the example documents it: the comment of its paragraph, and the value it stands with."""

    table: str
    key: str
    comment: str
    written: str
    hidden: bool


def documented() -> Iterator[Entry]:
    """The documented keys of the example: those whose paragraph opens with a comment.

    Each kind of source has a block of its own, which begins with its header and its kind.
    """
    table, comment = "", ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if not line:
            comment = ""
        elif header := _HEADER.match(line):
            table, comment = header[1], ""
        elif (kind := _KIND.match(line)) and table == "sources" and not comment:
            table = f"sources.{kind[1]}"
        elif key := _KEY.match(line):
            if comment:
                yield Entry(table=table, key=key[2], comment=comment, written=key[3], hidden=bool(key[1]))
        elif line.startswith("# "):
            comment = f"{comment} {line[2:]}".strip()


def tables_of(cls: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every table class with the header that the example uses for it."""
    for name, field in cls.model_fields.items():
        for inner in inner_tables(field.annotation):
            header = f"{prefix}{name}"
            yield header, inner
            yield from tables_of(inner, f"{header}.")


def inner_tables(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and not get_origin(annotation):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [table for part in get_args(annotation) for table in inner_tables(part)]


def documented_fields() -> dict[tuple[str, str], FieldInfo]:
    """All keys there are. Hours are documented once, under the name they have in the example."""
    classes = {header.replace("office_hours", "office_hours.office"): cls for header, cls in tables_of(FileTable)}
    classes.pop("departments.office_hours.office")
    feed = kinds()["feed"]
    classes["sources"] = feed
    own = {
        (f"sources.{kind}", key): field
        for kind, table in kinds().items()
        if table is not feed
        for key, field in table.model_fields.items()
        if key != "kind" and not _is_as_for_all(key, field)
    }
    return own | {
        (header, key): field
        for header, cls in classes.items()
        for key, field in cls.model_fields.items()
        if not inner_tables(field.annotation) or (header, key) in HELD_IN_PLACE
    }


def _is_as_for_all(key: str, field: FieldInfo) -> bool:
    """Documented once, with the feed's keys. A kind that has another default says so in its own block."""
    common = SourceTable.model_fields.get(key)
    return common is not None and common.default == field.default


HELD_IN_PLACE = {("departments", "office_hours"), ("departments", "escalation")}
"""Keys of a table that are tables themselves, and documented as keys too."""


def as_default(text: str, default: object) -> object:
    """The documented default as the tables hold it."""
    if text == "none":
        return None
    value = tomllib.loads(f"value = {text}")["value"]
    if isinstance(value, list):
        return tuple(value)
    return value if isinstance(default, str) or not isinstance(value, str) else parse_duration(value)


@pytest.fixture(scope="module")
def example() -> Config:
    return load_config(EXAMPLE, {})


def test_every_key_is_documented_and_none_is_stale() -> None:
    assert {(entry.table, entry.key) for entry in documented()} == set(documented_fields())


def test_no_key_is_documented_twice() -> None:
    keys = [(entry.table, entry.key) for entry in documented()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("entry", list(documented()), ids=lambda entry: f"{entry.table}.{entry.key}")
def test_the_comment_gives_the_default_or_says_required(entry: Entry) -> None:
    field = documented_fields()[entry.table, entry.key]
    default = _DEFAULT.search(entry.comment)
    if field.is_required():
        assert entry.comment.endswith("Required.")
        return
    assert default is not None, f"{entry.comment!r} does not end with a default"
    expected = field.get_default(call_default_factory=True)
    assert as_default(default[1], expected) == expected
    sentence = entry.comment[: default.start()]
    assert len(sentence.split()) >= 3, "a sentence says what the key does"


def test_a_key_behind_a_hash_is_at_its_default() -> None:
    """What has none that could be written down stands there with an example."""
    hidden = [(entry, _DEFAULT.search(entry.comment)) for entry in documented() if entry.hidden]
    strange = [
        (entry.table, entry.key, entry.written)
        for entry, default in hidden
        if default and default[1] not in ("none", entry.written)
    ]
    assert strange == []


def test_single_sections_stand_at_their_defaults(example: Config, tmp_path: Path) -> None:
    smallest = tmp_path / "config.toml"
    smallest.write_text(SMALLEST, encoding="utf-8")
    plain = load_config(smallest, {})
    sections = ("slack", "roles", "database", "model", "learning", "triage", "retention", "claims", "signals")
    for section in (*sections, "heard", "staff_report", "health", "logging"):
        assert getattr(example, section) == getattr(plain, section), section


def test_values_have_the_keys_of_their_tables() -> None:
    pairs = [
        (trees.Company, "company"),
        (trees.Slack, "slack"),
        (trees.Database, "database"),
        (trees.Model, "model"),
        (trees.Learning, "learning"),
        (trees.Also, "model.also"),
        (trees.Retention, "retention"),
        (trees.Claims, "claims"),
        (SignalTerms, "signals"),
        (trees.Health, "health"),
        (trees.Logging, "logging"),
    ]
    tables = dict(tables_of(FileTable))
    for value, section in pairs:
        assert {field.name for field in fields(value)} == set(tables[section].model_fields), section


def test_a_week_in_the_tables_begins_on_monday() -> None:
    hours = HoursTable.model_validate({"mon": ["08:00-09:00"], "sun": ["10:00-11:00"]})
    assert [len(day) for day in hours.week] == [1, 0, 0, 0, 0, 0, 1]
    assert issubclass(HoursTable, Table)


def test_the_example_works_as_it_is(example: Config) -> None:
    routing = example.routing()
    assert set(routing.topics) == TRAINED_TOPICS
    assert all(topic.description for topic in routing.topics.values())
    assert {topic.department for topic in example.topics} <= set(routing.departments)
    assert routing.triage in routing.departments
    assert routing.min_confidence is None
    assert routing.topic_languages == routing.score_languages == {"en"}
    billing = routing.departments["billing"]
    assert [level.notify for level in billing.escalation] == [("#billing",), ("#triage",)]
    assert billing.office_hours.holidays == {date(2026, 12, 25), date(2027, 1, 1)}
    assert routing.departments["trust"].office_hours.round_the_clock


def test_the_examples_rules_filter_noise_and_hurry_danger(example: Config) -> None:
    noise, danger, reach = example.rules
    assert (noise.outcome, noise.topics, noise.min_confidence) == (Outcome.FILTER, ("irrelevant",), 0.9)
    assert (danger.urgent, danger.topics, danger.department) == (True, ("trust_safety",), "")
    assert (reach.urgent, reach.min_reach, reach.department) == (True, 10_000, "brand")


def test_the_environment_names_the_file() -> None:
    assert config_path({"EARSHOT_CONFIG": "/etc/earshot/ours.toml"}) == Path("/etc/earshot/ours.toml")
    assert config_path({}) == Path("config.toml")


SMALLEST = """
[company]
name = "Example Ltd"

[[departments]]
name = "triage"
channel = "#triage"

[[topics]]
name = "billing"
department = "triage"
"""
