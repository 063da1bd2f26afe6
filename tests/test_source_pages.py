"""The pages about sources: every kind has a row and a page, the row says what the code does, and the examples load."""

import base64
import inspect
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import pytest

from bot.config import load_config
from bot.sources.kinds import kinds
from tests.contracts.case import Answerer, Reader, Trait, answerers, readers

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs/sources"
COMPANY = """
company.name = "Example Ltd"
departments = [{name = "triage", channel = "#triage"}]
topics = [{name = "billing", department = "triage"}]
"""
SIGNING = "whsec_" + base64.b64encode(bytes(32)).decode()
PEM = "-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n"
ACCOUNT = {"client_email": "a@example.com", "private_key": PEM, "token_uri": "https://example.com/token"}
FORMS = {"private_key": PEM, "service_account": json.dumps(ACCOUNT), "access_token": "1234567890-token"}
"""What the variables of some keys have to look like; any other takes a signing secret, too."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the table, cell by cell as it is written."""

    kind: str
    polled: str
    cursor: str
    edits: str
    deletes: str
    context: str
    answers: str
    twice: str
    tested: str


@cache
def rows() -> Mapping[str, Row]:
    """By kind, which is the text of the first cell's link."""
    lines = [line for line in (ROOT / "docs/sources.md").read_text().splitlines() if line.startswith("| [")]
    names = [field.name for field in fields(Row)]
    read = [Row(**dict(zip(names, line.strip("| ").split(" | "), strict=True))) for line in lines]
    return {each.kind[1 : each.kind.index("]")]: each for each in read}


def does(kind: str, method: str) -> bool:
    """Whether a class in the kind's file has the method."""
    module = sys.modules[kinds()[kind].__module__]
    classes = [each for _, each in inspect.getmembers(module, inspect.isclass) if each.__module__ == module.__name__]
    return any(method in vars(each) for each in classes)


def traits(kind: str, cases: list[Reader] | list[Answerer]) -> set[Trait]:
    """What the contract suite asks of some case of the kind: of its file, or with its name."""
    own = [each for each in cases if name(each).startswith(kind) or each.__module__.endswith(f".{kind}")]
    return {trait for each in own for trait in each.traits}  # type: ignore[union-attr]


def name(case: Reader | Answerer) -> str:
    return case.__name__


def test_every_kind_has_a_row_with_a_link_to_its_page_and_no_row_or_page_is_left_over() -> None:
    assert {kind: row.kind for kind, row in rows().items()} == {
        kind: f"[{kind}](sources/{kind}.md)" for kind in kinds()
    }
    assert {page.stem for page in PAGES.glob("*.md")} == set(kinds())


@pytest.mark.parametrize("kind", kinds())
def test_the_row_says_who_can_be_answered(kind: str) -> None:
    assert rows()[kind].answers.startswith("no") is not does(kind, "reply")
    assert ("has one" in rows()[kind].twice) is (Trait.ONE_ANSWER in traits(kind, answerers()))


@pytest.mark.parametrize("kind", kinds())
def test_the_row_says_how_edits_and_deletes_are_known(kind: str) -> None:
    row, asked = rows()[kind], traits(kind, readers())
    assert (row.edits.startswith("poll"), row.deletes.startswith("poll")) == (
        Trait.TELLS_EDITS in asked,
        Trait.TELLS_DELETES in asked,
    )
    assert ("again" in row.deletes) is does(kind, "look_again")
    assert (row.edits == row.deletes == "sent") is does(kind, "receive")
    if "again" in row.edits:
        assert does(kind, "look_again")


@pytest.mark.parametrize("kind", kinds())
def test_the_row_names_the_extra_that_is_needed(kind: str) -> None:
    assert re.findall(r"\(extra `(\w+)`\)", rows()[kind].polled) == [kinds()[kind].extra] * bool(kinds()[kind].extra)


@pytest.mark.parametrize("kind", kinds())
def test_the_examples_of_a_page_load(kind: str, tmp_path: Path) -> None:
    """All blocks that hold a whole source; the variables that they name are set to something of the right form."""
    blocks = re.findall(r"```toml\n(.*?)```", (PAGES / f"{kind}.md").read_text(), re.DOTALL)
    whole = [block for block in blocks if "[[sources]]" in block]
    assert whole
    for block in whole:
        file = tmp_path / "config.toml"
        file.write_text(COMPANY + block)
        (source,) = load_config(file, environment(kind, block)).sources
        assert source.kind == kind


def environment(kind: str, block: str) -> dict[str, str]:
    secrets = kinds()[kind].secret_keys()
    named = re.findall(r'^(\w+) = "([A-Z_]+)"', block, re.MULTILINE)
    keys = dict.fromkeys(re.findall(r"\$\{(\w+)\}", block), "key")
    return keys | {variable: FORMS.get(key, SIGNING) for key, variable in named if key in secrets}
