"""The story itself: long enough, mixed enough, and holding every scene that the demo's page promises."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from classifiers.verdict import TRIAGE_CLASSES
from sandbox.places.stream import Stream
from sandbox.workspace import load_workspace
from tests.demo_content.conftest import DEMO

TOPICS = {
    "billing", "orders_delivery", "technical_issue", "account_access", "customer_service", "product_feedback",
    "feature_request", "question", "trust_safety", "brand", "irrelevant",
}  # fmt: skip


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    text = (DEMO / "mentions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def test_every_line_is_loaded(story: Stream, lines: list[dict[str, Any]]) -> None:
    assert [post.id for post in story.posts] == [line["id"] for line in lines]


def test_lines_are_in_the_order_of_time(lines: list[dict[str, Any]]) -> None:
    times = [line["at"] for line in lines]
    assert times == sorted(times)


def test_every_topic_and_triage_class_is_met_often_enough(lines: list[dict[str, Any]]) -> None:
    topics = Counter(line["expected_topic"] for line in lines)
    assert set(topics) == TOPICS
    assert min(topics.values()) >= 7
    assert {line.get("expected_second") for line in lines} <= TOPICS | {None}
    assert all(line.get("expected_second") != line["expected_topic"] for line in lines)
    assert set(Counter(line["expected_triage"] for line in lines)) == set(TRIAGE_CLASSES)


def test_it_is_told_over_two_weeks_and_goes_on(lines: list[dict[str, Any]]) -> None:
    two_weeks = 14 * 24 * 60
    assert len(lines) >= 180
    assert -two_weeks <= lines[0]["at"] < -two_weeks + 120
    assert sum(line["at"] > 0 for line in lines) >= 50
    assert len({line["kind"] for line in lines}) >= 7
    assert len({line["lang"] for line in lines} - {"en", "und"}) >= 8


def test_lengths_run_from_nothing_to_too_much(lines: list[dict[str, Any]]) -> None:
    words = sorted(len(line["text"].split()) for line in lines)
    assert words[0] == 1
    assert words[len(words) // 2] < 40
    assert sum(count > 100 for count in words) >= 5
    assert words[-1] > 250


def test_no_two_texts_are_the_same_but_some_are_nearly(lines: list[dict[str, Any]]) -> None:
    assert len({line["text"] for line in lines}) == len(lines)
    bare = Counter(re.sub(r"\W+", "", line["text"]).casefold() for line in lines)
    assert bare.most_common(1)[0][1] >= 2


def test_the_critic_comes_back(lines: list[dict[str, Any]]) -> None:
    times = [line["at"] for line in lines if line["author"] == "wilf_measures"]
    assert len(times) >= 5
    assert times[-1] - times[0] > 13 * 24 * 60


def test_hostile_texts_are_there(lines: list[dict[str, Any]]) -> None:
    everything = "\n".join(line["text"] for line in lines)
    for attack in ("<!channel>", "<script>", "Ignore all previous instructions", "\u202e", "\u200b"):
        assert attack in everything


def test_some_authors_change_their_minds(story: Stream) -> None:
    edited = [post for post in story.posts if post.edits]
    better = [post for post in edited if (post.edits[-1].stars or 0) > (post.stars or 0)]
    assert better
    assert len(edited) > len(better)


def test_an_outage_bursts_while_something_else_needs_a_person(lines: list[dict[str, Any]]) -> None:
    storm = [line for line in lines if 9 <= line["at"] <= 14]
    assert sum(line["expected_topic"] == "technical_issue" for line in storm) >= 15
    assert any(line["expected_topic"] == "orders_delivery" for line in storm)


def test_the_readme_counts_right(lines: list[dict[str, Any]]) -> None:
    readme = (DEMO / "README.md").read_text(encoding="utf-8")
    later = sum(line["at"] > 0 for line in lines)
    assert f"{len(lines)} posts" in readme
    assert f"{len(lines) - later} are there when it starts, {later} come" in readme


def test_what_is_for_readers_only_is_not_in_the_posts(story: Stream) -> None:
    assert not any(hasattr(story.posts[0], key) for key in ("note", "expected_topic"))


def test_the_workspace_loads_and_the_departments_have_channels() -> None:
    seed = load_workspace(DEMO / "workspace.toml", created=1)
    names = {channel.name for channel in seed.channels}
    wanted = {"triage", "product-feedback", "leads", "earshot-ops", "general", "headquarters", "wins"}
    assert wanted | {"care-billing", "care-orders", "engineering", "product", "trust-safety", "brand"} <= names
    assert [channel.name for channel in seed.channels if channel.is_private] == ["recall-room"]
    assert len([user for user in seed.users if not user.deleted]) == 7
