"""Reads every import of the project and fails on an arrow that the design page does not have; and on a few habits.

The tables say what is allowed; the functions below them turn a module's text into sentences about what is wrong with it.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TREES = ("bot", "classifiers", "sandbox", "migrations")
VERSION = ("bot", "bot.__version__")
"""What the package itself holds; every room may say which version it is."""

ARROWS: dict[str, set[str]] = {
    "bot.errors": set(),
    "bot.finding": {"bot.errors"},
    "bot.logs": {"bot.config"},
    "bot.domain": {"classifiers.verdict"},
    "bot.values": {"bot.domain"},
    "bot.config": {
        "bot.domain",
        "bot.errors",
        "bot.values",
        "bot.sources.base",
        "bot.sources.kinds",
        "bot.sources.table",
    },
    "bot.sources": {"bot.domain", "bot.errors", "bot.values"},
    "bot.store": {"bot.domain", "bot.errors", "classifiers.verdict"},
    "bot.flow": {
        "bot.store",
        "bot.sources",
        "bot.domain",
        "bot.errors",
        "classifiers.verdict",
        "classifiers.correction",
    },
    "bot.slack": {"bot.flow", "bot.domain", "bot.errors", "bot.finding", "classifiers.verdict"},
    "bot.engine": {"bot.flow", "bot.domain", "bot.errors"},
    "bot.app": {"bot", "classifiers"},
    "bot.check": {"bot", "classifiers"},
    "bot.importing": {"bot", "classifiers"},
    "bot.backfilling": {"bot", "classifiers"},
    "bot.hearing": {"bot"},
    "bot.listing_sources": {"bot"},
    "bot.learning": {"bot", "classifiers"},
    "bot.model_commands": {"bot", "classifiers"},
    "bot.cli": {"bot", "classifiers"},
    "bot.__main__": {"bot.cli"},
    "classifiers.verdict": set(),
    "classifiers.correction": {"classifiers.verdict"},
    "classifiers": set(),
    "sandbox": set(),
    "migrations.env": {"bot.store.columns", "bot.store.metadata"},
    "migrations.versions": set(),
}
"""What each room may import besides itself, the standard library and third parties. The longest name that fits is the room.

`classifiers.verdict` and `classifiers.correction` are the modules of values that cross between the classifiers and the bot: who
stores or shows a verdict reads its fields, and who learns is told what people said.
"""

ONLY_IMPORTERS: dict[str, tuple[str, ...]] = {
    "sqlalchemy": ("bot.store", "migrations"),
    "alembic": ("bot.store", "migrations"),
    "slack_bolt": ("bot.slack",),
    "slack_sdk": ("bot.slack",),
    "apscheduler": ("bot.engine",),
    "procrastinate": ("bot.engine",),
    "torch": ("classifiers",),
    "transformers": ("classifiers",),
    "safetensors": ("classifiers",),
    "starlette": ("bot.slack", "bot.engine", "bot.app", "sandbox"),
    **dict.fromkeys(("httpcore", "smtplib", "imaplib", "prawcore"), ("bot.sources.net", "sandbox")),
    **dict.fromkeys(
        ("httpx", "requests", "feedparser", "imap_tools", "mastodon", "standardwebhooks"), ("bot.sources", "sandbox")
    ),
    **dict.fromkeys(("atproto_client", "atproto_core", "praw", "tweepy", "googleapiclient", "jwt"), ("bot.sources",)),
}
"""Third parties that have one home. The network has one door, and so what speaks over it has one too."""

EXTRAS = {
    "atproto_client",
    "atproto_core",
    "google",
    "googleapiclient",
    "httplib2",
    "imap_tools",
    "jwt",
    "mastodon",
    "praw",
    "prawcore",
    "requests",
    "tweepy",
}
"""Libraries that come with an extra of a kind of source: whoever configures none of that kind need not have them."""

KINDS_OF_SOURCES = "bot.sources"
NO_KIND = {"__init__", "base", "files", "kinds", "table"}
"""Every other file directly in that room is one kind of source, and nobody names it: `bot.sources.kinds` finds it."""

NO_THIRD_PARTY = ("bot.domain", "bot.flow", "bot.errors", "classifiers.verdict")

LAZY = {"bot.cli": "classifiers"}
"""Imported inside functions only: `earshot --help` must not load a model."""

PURE = "bot.domain"
CLOCK_AND_CHANCE = {"random", "secrets", "threading", "time", "uuid"}
OUTSIDE = {"asyncio", "http", "logging", "os", "pathlib", "shutil", "socket", "sqlite3", "subprocess", "sys", "urllib"}
IMPURE_CALLS = {
    "now",
    "utcnow",
    "today",
    "open",
    "print",
    "input",
    "fromtimestamp",
    "read_text",
    "write_text",
    "urandom",
}
"""The clock and the outside world, by the last name of what is called; `now` is an argument in the domain."""

BROAD_EXCEPT_ALLOWED = (
    "bot/flow/ingest.py",
    "bot/flow/deliver.py",
    "bot/flow/reply.py",
    "bot/slack/listeners*.py",
    "bot/engine/embedded.py",
)
"""Each logs a traceback and leaves a row that can be listed and replayed."""

EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
MAX_FUNCTION = 40
MAX_MODULE = 400
ONE_LONG_STORY = ("migrations/versions/*.py",)
"""A migration is a list of tables, read once from top to bottom."""


@dataclass(frozen=True, kw_only=True)
class Module:
    """One file of the project, by its dotted name and its path from the root."""

    name: str
    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


@dataclass(frozen=True, kw_only=True)
class Import:
    target: str
    line: int
    inside_function: bool


def project() -> list[Module]:
    files = sorted(path for tree in TREES for path in (ROOT / tree).rglob("*.py"))
    return [_module(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in files]


def _module(path: str, text: str) -> Module:
    return Module(name=path.removesuffix(".py").removesuffix("/__init__").replace("/", "."), path=path, text=text)


def _within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def _room(name: str) -> str | None:
    return max((room for room in ARROWS if _within(name, room)), key=len, default=None)


def imports(module: Module) -> Iterator[Import]:
    """Every import wherever it stands, also `importlib.import_module("…")` and `__import__("…")` of a literal."""
    tree = module.tree
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(child) for function in functions for child in ast.walk(function)}
    for node in ast.walk(tree):
        for target in _targets(node, module):
            yield Import(target=target, line=getattr(node, "lineno", 0), inside_function=id(node) in inside)


def _targets(node: ast.AST, module: Module) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = _absolute(node, module)
        # `from bot import slack` may import a module, `from bot.slack import X` may not; both are within what they name.
        return [f"{base}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and _last_name(node.func) in ("import_module", "__import__"):
        return [arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return []


def _absolute(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    package = parts if module.path.endswith("__init__.py") else parts[:-1]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def wrong_arrows(module: Module) -> Iterator[str]:
    room = _room(module.name)
    if room is None:
        if list(imports(module)) or module.name not in (*TREES, "migrations.versions"):
            yield f"{module.path}: belongs to no room of the design page"
        return
    for each in imports(module):
        top = each.target.split(".")[0]
        allowed = any(_within(each.target, target) for target in (room, *ARROWS[room]))
        says_version = _within(module.name, "bot") and each.target in VERSION
        if top in (*TREES, "tests") and not (allowed or says_version):
            yield f"{module.path}:{each.line}: {room} must not import {each.target}"
        if room in LAZY and _within(each.target, LAZY[room]) and not each.inside_function:
            yield f"{module.path}:{each.line}: {each.target} is imported inside functions only"


def wrong_third_parties(module: Module) -> Iterator[str]:
    for each in imports(module):
        top = each.target.split(".")[0]
        homes = ONLY_IMPORTERS.get(top)
        if homes and not any(_within(module.name, home) for home in homes):
            yield f"{module.path}:{each.line}: only {' and '.join(homes)} may import {top}"
        foreign = top not in sys.stdlib_module_names and top not in TREES
        if foreign and any(_within(module.name, room) for room in NO_THIRD_PARTY):
            yield f"{module.path}:{each.line}: {_room(module.name)} needs no third party, not even {top}"


def named_sources(module: Module) -> Iterator[str]:
    for each in imports(module):
        room, _, file = ".".join(each.target.split(".")[:3]).rpartition(".")
        is_kind = room == KINDS_OF_SOURCES and file not in NO_KIND and (ROOT / f"bot/sources/{file}.py").exists()
        if is_kind and not _within(module.name, f"{room}.{file}"):
            yield f"{module.path}:{each.line}: nobody imports a kind of source by its name, not even {file}"


def impurities(module: Module) -> Iterator[str]:
    if not _within(module.name, PURE):
        return
    for each in imports(module):
        if each.target.split(".")[0] in CLOCK_AND_CHANCE | OUTSIDE:
            yield f"{module.path}:{each.line}: the domain must not import {each.target}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _last_name(node.func) in IMPURE_CALLS:
            yield f"{module.path}:{node.lineno}: the domain must not call {ast.unparse(node.func)}()"


def broad_excepts(module: Module) -> Iterator[str]:
    if any(fnmatch(module.path, pattern) for pattern in BROAD_EXCEPT_ALLOWED):
        return
    for node in ast.walk(module.tree):
        caught: list[ast.expr] = []
        if isinstance(node, ast.ExceptHandler):
            caught = [node.type] if node.type else [ast.Name("BaseException")]
        elif isinstance(node, ast.Call) and _last_name(node.func) == "suppress":
            caught = node.args
        names = {_last_name(part) for each in caught for part in (each.elts if isinstance(each, ast.Tuple) else [each])}
        for name in sorted(names & {"Exception", "BaseException"}):
            yield f"{module.path}:{getattr(node, 'lineno', 0)}: catches {name}"


def empty_names(module: Module) -> Iterator[str]:
    for word in sorted(EMPTY_NAMES.intersection(module.name.replace("_", ".").split("."))):
        yield f"{module.path}: “{word}” says nothing about what is in it"


def overlong(module: Module) -> Iterator[str]:
    lines = len(module.text.splitlines())
    if lines > MAX_MODULE:
        yield f"{module.path}: {lines} lines, {MAX_MODULE} at the most"
    if any(fnmatch(module.path, pattern) for pattern in ONE_LONG_STORY):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION:
                yield f"{module.path}:{node.lineno}: {node.name} has {length} lines, {MAX_FUNCTION} at the most"


CHECKS: tuple[Callable[[Module], Iterator[str]], ...] = (
    wrong_arrows,
    wrong_third_parties,
    named_sources,
    impurities,
    broad_excepts,
    empty_names,
    overlong,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_project_keeps_to_the_design(check: Callable[[Module], Iterator[str]]) -> None:
    faults = [fault for module in project() for fault in check(module)]
    assert not faults, "\n".join(faults)


def test_the_project_is_really_read() -> None:
    modules = project()
    assert {module.name.split(".")[0] for module in modules} == set(TREES)
    seen = {(module.name, each.target) for module in modules for each in imports(module)}
    assert ("bot.domain.routing", "classifiers.verdict.Verdict") in seen


# -- the checks can fail ----------------------------------------------------------------------------------------------

MODEL = "bot/domain/mention.py"
BAD = [
    (wrong_arrows, MODEL, "from bot.store.mentions import find", "bot.domain must not import bot.store.mentions.find"),
    (wrong_arrows, MODEL, "from bot import store", "must not import bot.store"),
    (wrong_arrows, MODEL, "from .. import store", "must not import bot.store"),
    (wrong_arrows, MODEL, "from ..store import find", "must not import bot.store.find"),
    (wrong_arrows, MODEL, "from classifiers.local import Local", "must not import classifiers.local"),
    (wrong_arrows, MODEL, "def f():\n    import bot.store", "mention.py:2: bot.domain must not import bot.store"),
    (wrong_arrows, MODEL, "if TYPE_CHECKING:\n    import bot.store", "must not import bot.store"),
    (wrong_arrows, MODEL, "importlib.import_module('bot.store')", "must not import bot.store"),
    (wrong_arrows, MODEL, "import tests.domain", "must not import tests.domain"),
    (wrong_arrows, "bot/sources/feed.py", "import bot.store", "bot.sources must not import bot.store"),
    (wrong_arrows, "bot/store/mentions.py", "import bot.flow", "bot.store must not import bot.flow"),
    (wrong_arrows, "bot/flow/route.py", "import bot.slack", "bot.flow must not import bot.slack"),
    (wrong_arrows, "bot/flow/route.py", "from classifiers import local", "must not import classifiers.local"),
    (wrong_arrows, "bot/slack/desk.py", "import bot.store", "bot.slack must not import bot.store"),
    (wrong_arrows, "bot/engine/embedded.py", "import bot.slack", "bot.engine must not import bot.slack"),
    (wrong_arrows, "bot/config/tree.py", "import bot.flow", "bot.config must not import bot.flow"),
    (wrong_arrows, "bot/flow/route.py", "import bot.config", "bot.flow must not import bot.config"),
    (wrong_arrows, "bot/app.py", "import sandbox.app", "bot.app must not import sandbox.app"),
    (wrong_arrows, "bot/cli.py", "def demo():\n    import sandbox", "bot.cli must not import sandbox"),
    (wrong_arrows, "bot/cli.py", "import classifiers.local", "inside functions only"),
    (wrong_arrows, "classifiers/local.py", "import bot.domain", "classifiers must not import bot.domain"),
    (wrong_arrows, "classifiers/verdict.py", "import classifiers.local", "classifiers.verdict must not import"),
    (wrong_arrows, "sandbox/app.py", "import bot.errors", "sandbox must not import bot.errors"),
    (wrong_arrows, "sandbox/app.py", "import classifiers.text", "sandbox must not import classifiers.text"),
    (wrong_arrows, "migrations/versions/0001_x.py", "import bot.store.schema", "migrations.versions must not import"),
    (wrong_arrows, "migrations/env.py", "import bot.store.mentions", "migrations.env must not import"),
    (wrong_arrows, "bot/glue.py", "", "belongs to no room"),
    (wrong_arrows, "bot/__init__.py", "import bot.domain", "belongs to no room"),
    (
        wrong_third_parties,
        "bot/slack/desk.py",
        "import sqlalchemy",
        "only bot.store and migrations may import sqlalchemy",
    ),
    (wrong_third_parties, "bot/flow/route.py", "import numpy", "bot.flow needs no third party, not even numpy"),
    (wrong_third_parties, MODEL, "from pydantic import BaseModel", "bot.domain needs no third party"),
    (wrong_third_parties, "bot/engine/embedded.py", "import slack_sdk.web", "only bot.slack may import slack_sdk"),
    (wrong_third_parties, "bot/app.py", "def f():\n    import torch", "only classifiers may import torch"),
    (wrong_third_parties, "bot/app.py", "from apscheduler.triggers import x", "only bot.engine may import apscheduler"),
    (wrong_third_parties, "bot/app.py", "import httpx", "only bot.sources and sandbox may import httpx"),
    (
        wrong_third_parties,
        "bot/sources/mail.py",
        "import smtplib",
        "only bot.sources.net and sandbox may import smtplib",
    ),
    (named_sources, "bot/app.py", "from bot.sources.mastodon import MastodonSource", "not even mastodon"),
    (named_sources, "bot/sources/x.py", "def f():\n    from bot.sources import reddit", "not even reddit"),
    (impurities, MODEL, "import os", "must not import os"),
    (impurities, MODEL, "from time import time", "must not import time.time"),
    (impurities, MODEL, "x = datetime.now(UTC)", "must not call datetime.now()"),
    (impurities, MODEL, "x = datetime.date.today()", "must not call datetime.date.today()"),
    (impurities, MODEL, "x = open('f')", "must not call open()"),
    (broad_excepts, MODEL, "try:\n    f()\nexcept Exception:\n    pass", "catches Exception"),
    (broad_excepts, MODEL, "try:\n    f()\nexcept:\n    pass", "catches BaseException"),
    (broad_excepts, MODEL, "try:\n    f()\nexcept (OSError, Exception):\n    pass", "catches Exception"),
    (broad_excepts, MODEL, "with contextlib.suppress(Exception):\n    f()", "catches Exception"),
    (empty_names, "bot/store/date_utils.py", "", "“utils” says nothing"),
    (empty_names, "bot/common/dates.py", "", "“common” says nothing"),
    (overlong, MODEL, "\n" * 401, "401 lines"),
    (overlong, MODEL, "def f():\n" + "    x = 1\n" * 40, "f has 41 lines"),
    (overlong, MODEL, "class A:\n    async def f():\n" + "        x = 1\n" * 40, "f has 41 lines"),
]


@pytest.mark.parametrize(("check", "path", "text", "fault"), BAD)
def test_a_fault_is_found(check: Callable[[Module], Iterator[str]], path: str, text: str, fault: str) -> None:
    faults = list(check(_module(path, text)))
    assert len(faults) == 1
    assert fault in faults[0]


GOOD = [
    (MODEL, "from classifiers.verdict import Verdict\nfrom .routing import Route\nimport bot.domain.promise"),
    ("bot/sources/feed.py", "import httpx, os, bot.errors, bot.domain.mention"),
    ("bot/store/mentions.py", "import sqlalchemy, bot.domain.mention, bot.store.schema"),
    ("bot/flow/ingest.py", "from bot import errors\ntry:\n    f()\nexcept Exception:\n    pass"),
    ("bot/slack/listeners/menu.py", "import slack_bolt, bot.flow.desk\ntry:\n    f()\nexcept Exception:\n    pass"),
    ("bot/engine/embedded.py", "import apscheduler, bot.flow"),
    ("bot/app.py", "import bot.slack, classifiers.local, starlette"),
    ("bot/cli.py", "import bot.app\ndef classify():\n    import classifiers.local"),
    ("classifiers/local.py", "import torch, classifiers.verdict\nx = datetime.now(UTC)"),
    ("migrations/env.py", "import alembic, bot.store.metadata"),
    ("migrations/versions/0001_first.py", "import sqlalchemy\ndef upgrade():\n" + "    x = 1\n" * 100),
    ("bot/sources/net/fetch.py", "import bot\nfrom bot import __version__"),
    ("bot/app.py", "from bot.sources import formats, table\nfrom bot.sources.base import Source"),
    ("bot/__init__.py", ""),
    (MODEL, "def f():\n" + "    x = 1\n" * 39),
]


@pytest.mark.parametrize(("path", "text"), GOOD)
def test_what_the_design_allows_is_no_fault(path: str, text: str) -> None:
    assert [fault for check in CHECKS for fault in check(_module(path, text))] == []


# -- the command line loads fast --------------------------------------------------------------------------------------


def loaded_by(statements: str) -> set[str]:
    """Top-level packages that a fresh interpreter imports, from its own import log."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statements],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    logged = (line.rsplit("|", 1)[-1].strip() for line in ran.stderr.splitlines() if line.startswith("import time:"))
    return {name.split(".")[0] for name in logged}


HELP = "import sys; sys.argv = ['earshot', '--help']; from bot.cli import main; sys.exit(main())"


@pytest.mark.parametrize("statements", ["import bot.cli", HELP], ids=["import", "help"])
def test_the_command_line_loads_neither_the_model_nor_slack(statements: str) -> None:
    loaded = loaded_by(statements)
    assert "bot" in loaded
    assert loaded.isdisjoint({"torch", "transformers", "slack_bolt", "slack_sdk", "sandbox"})


def test_knowing_all_kinds_of_sources_needs_the_library_of_none() -> None:
    loaded = loaded_by("from bot.sources.kinds import kinds; assert kinds()")
    assert "bot" in loaded
    assert loaded.isdisjoint(EXTRAS)


def test_the_import_log_shows_what_is_loaded() -> None:
    assert "slack_sdk" in loaded_by("import slack_sdk")
