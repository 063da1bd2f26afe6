"""A story that contradicts itself is refused, every line named."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.places.stream import BadStream, load_stream

GOOD = {
    "id": "n-1", "place": "nook", "kind": "forum", "author": "ann", "author_name": "Ann", "text": "hello",
    "url": "/places/nook/n-1", "at": -5, "lang": "en",
}  # fmt: skip
PLACES = '[[places]]\nname="nook"\ntitle="Nook"\ntagline="t"\nkind="forum"\nformat="rss"\ncolor="#123456"\n'


def written(folder: Path, *posts: dict[str, Any]) -> Path:
    (folder / "places.toml").write_text(PLACES, encoding="utf-8")
    path = folder / "story.jsonl"
    path.write_text("".join(json.dumps(post) + "\n" for post in posts), encoding="utf-8")
    return path


def test_a_good_line_is_read(tmp_path: Path) -> None:
    assert load_stream(written(tmp_path, GOOD)).posts[0].text == "hello"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"colour": 1}, r"unknown keys \['colour'\]"),
        ({"place": "cave"}, "no place 'cave'"),
        ({"kind": "news"}, "kind 'news'"),
        ({"url": "/elsewhere"}, "does not lead"),
        ({"title": "A title"}, "no title"),
        ({"reply_to": "n-0"}, "no earlier post"),
    ],
)
def test_a_contradiction_is_named(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadStream, match=f"line 1: .*{fault}"):
        load_stream(written(tmp_path, GOOD | change))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    nameless = {key: value for key, value in GOOD.items() if key != "author"}
    with pytest.raises(BadStream, match=r"line 2: id 'n-1' is taken; line 3: missing keys \['author'\]"):
        load_stream(written(tmp_path, GOOD, GOOD, nameless))
