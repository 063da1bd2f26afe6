"""The lock files against pyproject.toml, and pyproject.toml against what the code really imports."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from bot.sources.kinds import kinds

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
DEVELOPMENT = PROJECT["dependency-groups"]["dev"]
SOURCES = {table.extra for table in kinds().values() if table.extra}
OURS = {"bot", "classifiers", "sandbox", "migrations", "benches", "tests"}


def wanted(*groups: list[str]) -> list[Requirement]:
    return [Requirement(line) for group in groups for line in group]


def pins(file: str) -> dict[str, str]:
    """Name → version of every line that is no comment. A line that is no plain pin fails here."""
    found = {}
    for line in (ROOT / file).read_text().splitlines():
        text = line.split("#")[0].strip()
        if text:
            name, separator, version = text.partition("==")
            assert separator, f"{file}: {text!r} is no pin"
            assert str(Version(version)) == version, f"{file}: {text!r} is no plain pin"
            found[canonicalize_name(name)] = version
    return found


RUN, DEV = pins("requirements.lock"), pins("requirements-dev.lock")


@pytest.mark.parametrize(
    ("requirement", "locked"),
    [(each, RUN) for each in wanted(PROJECT["project"]["dependencies"], *EXTRAS.values())]
    + [(each, RUN | DEV) for each in wanted(DEVELOPMENT)],
    ids=str,
)
def test_the_lock_keeps_what_the_project_asks_for(requirement: Requirement, locked: dict[str, str]) -> None:
    assert locked[canonicalize_name(requirement.name)] in requirement.specifier


def test_the_two_locks_never_disagree() -> None:
    assert {name: version for name, version in DEV.items() if RUN.get(name, version) != version} == {}


def test_a_pin_is_the_same_on_every_machine() -> None:
    """No build of one processor, so that any index can serve it."""
    assert RUN["torch"] == "2.13.0"
    assert [name for name, version in (RUN | DEV).items() if Version(version).local] == []


@pytest.mark.parametrize(
    ("tree", "extras"),
    [
        ("bot", [line for extra in SOURCES for line in EXTRAS[extra]]),
        ("migrations", []),
        ("classifiers", EXTRAS["train"] + EXTRAS["onnx"]),
        ("sandbox", EXTRAS["sandbox"]),
        ("tests", DEVELOPMENT + [line for lines in EXTRAS.values() for line in lines]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_imported_is_asked_for(tree: str, extras: list[str]) -> None:
    """Not merely brought along by another package, which may stop doing so."""
    asked = wanted(PROJECT["project"]["dependencies"], extras)
    names = {canonicalize_name(each.name) for each in asked}
    homes = packages_distributions()
    missing = {
        top for top in third_parties(tree) if not names & {canonicalize_name(home) for home in homes.get(top, ())}
    }
    assert missing == set()


def third_parties(tree: str) -> Iterator[str]:
    for file in (ROOT / tree).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for top in {name.split(".")[0] for name in names} - sys.stdlib_module_names - OURS:
                # pydantic_core is pydantic's other half, at a version that pydantic chooses
                yield "pydantic" if top == "pydantic_core" else top
