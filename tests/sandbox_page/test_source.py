"""What must hold for every file of the page, whatever the browser says."""

import re
from pathlib import Path

import pytest

import sandbox

PAGE = Path(sandbox.__file__).parent / "page"
SCRIPTS = sorted(PAGE.rglob("*.js"))
MARKUP_FROM_TEXT = re.compile(
    r"innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function"
)
FOREIGN = re.compile(r"""(?:src|href|from|import)\s*[=(]?\s*['"]https?:""")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_module_makes_markup_of_text(script: Path) -> None:
    code = re.sub(r"/\*.*?\*/", "", script.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert MARKUP_FROM_TEXT.findall(code) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_modules_stay_small_and_need_nothing_from_elsewhere(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    assert FOREIGN.findall(text) == []


def test_the_page_allows_no_script_but_its_own() -> None:
    index = (PAGE / "index.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', index)
    assert policy is not None
    assert "script-src 'self'" in policy[1]
    assert "unsafe" not in policy[1]
    assert FOREIGN.findall(index) == []
