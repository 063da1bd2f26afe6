"""What the documentation promises a reader: links that lead somewhere, and commands that there are."""

import re
from pathlib import Path

import pytest

from bot.cli import main

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("sandbox/**/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_into_a_page_leads_to_a_heading(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]*\.md|)#([^)\s]+)\)", page.read_text())
    assert [(file, part) for file, part in links if part not in anchors(page.parent / file if file else page)] == []


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_exists(page: Path) -> None:
    code = "\n".join(CODE.findall(page.read_text()))
    assert set(re.findall(r"\bmake ([a-z]+)", code)) - TARGETS == set()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_exists(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = set(re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.MULTILINE))
    code = "\n".join(CODE.findall(page.read_text()))
    assert set(re.findall(r"(?:^|`|bin/)earshot ([a-z]+)\b", code, re.MULTILINE)) - commands == set()


@pytest.mark.parametrize(
    ("page", "numbers"),
    [("docs/desk.md", [*range(27, 54)]), ("docs/listening.md", [*range(1, 9), 18, 19, 20, 71, 72])],
)
def test_every_test_that_stands_for_a_feature_exists(page: str, numbers: list[int]) -> None:
    """The features by their numbers in order, each with tests that are there."""
    rows = re.findall(r"^\| (\d+) \|.*$", text := (ROOT / page).read_text(), re.MULTILINE)
    assert [int(number) for number in rows] == numbers
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", text)
    assert len(named) >= len(rows)
    missing = [f"{file}::{test}" for file, test in named if test not in functions_in(ROOT / "tests" / file)]
    assert missing == []


def functions_in(file: Path) -> set[str]:
    """The names of a file's test functions; none where there is no such file."""
    return set(re.findall(r"^def (test_\w+)\(", file.read_text(), re.MULTILINE)) if file.is_file() else set()


def test_make_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    explained = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert explained == TARGETS == set(phony.split())
