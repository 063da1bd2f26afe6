"""A post on Bluesky and one in a Discourse forum: cards in Slack, answered there, read back at the place, and what comes after."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sandbox.person import Person
from tests.journeys.configured import configured_office, settings
from tests.journeys.office import HurriedClock, Office, fill, running_slack
from tests.sources import bluesky_place, discourse_place
from tests.sources.bluesky_place import BlueskyPlace, refusal
from tests.sources.discourse_place import DiscoursePlace

SORRY = "I am sorry. I work for Acme, and the *second* charge goes back to you today: https://acme.example/a_b_c"
SOURCES = """
[[sources]]
name = "Bluesky"
kind = "bluesky"
handle = "support.example"
app_password = "BLUESKY_APP_PASSWORD"
server = "${BLUESKY_URL}"
every = "1s"
allow_private = true

[[sources]]
name = "Forum"
kind = "discourse"
url = "${FORUM_URL}"
username = "support"
api_key = "FORUM_KEY"
every = "1s"
allow_private = true
"""


@dataclass(kw_only=True)
class Outside:
    """The office, and the two places outside it."""

    office: Office
    sky: BlueskyPlace
    forum: DiscoursePlace
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def post(self, text: str, **record: Any) -> str:
        """A customer's post on Bluesky that mentions the company; its address."""
        shown = bluesky_place.view(f"post{next(self._numbers)}", text, self._now(), **record)
        self.sky.posts = {**self.sky.posts, shown["uri"]: shown}
        self.sky.noticed.append(shown["uri"])
        return str(shown["uri"])

    def write(self, text: str, *, topic: int = 0, number: int = 1, **more: Any) -> int:
        """A customer's post in the forum; its topic."""
        id = max([0, *self.forum.posts]) + 1
        post = discourse_place.forum_post(id, text, self._now(), topic=topic, number=number, **more)
        self.forum.posts = {**self.forum.posts, id: post}
        return int(post["topic_id"])

    def _now(self) -> Any:
        return (self.office.clock() - timedelta(seconds=5)).replace(microsecond=0)


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Outside]:
    clock, file = HurriedClock(), settings(tmp_path_factory.mktemp("outside"), SOURCES)
    with (
        bluesky_place.bluesky_place() as sky,
        discourse_place.discourse_place() as forum,
        running_slack(clock) as slack,
    ):
        env = {
            "BLUESKY_URL": sky.served.url,
            "BLUESKY_APP_PASSWORD": bluesky_place.PASSWORD,
            "FORUM_URL": forum.served.url,
            "FORUM_KEY": discourse_place.KEY,
        }
        with configured_office(file, env, slack=slack, clock=clock, template=sqlite_template) as office:
            yield Outside(office=office, sky=sky, forum=forum)


@pytest.fixture(scope="module")
def ana(outside: Outside) -> Person:
    return outside.office.person("ana")


def test_a_post_on_bluesky_is_answered_in_slack_and_its_author_comes_back(outside: Outside, ana: Person) -> None:
    post = outside.post("@support billing awful: charged twice, says oda in the sky")
    card = outside.office.card("says oda in the sky").shows("jo.example", "on Bluesky")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=SORRY)
    card.shows("Answered", "See it on bsky.app")
    ((rkey, record),) = outside.sky.records.items()
    assert (record["text"], record["reply"]["parent"]["uri"]) == (SORRY, post)
    ours = {"uri": bluesky_place.uri(rkey, bluesky_place.US), "cid": "c"}
    outside.post("still nothing", reply={"root": {"uri": post, "cid": "c"}, "parent": ours})
    card.shows("They wrote again", "still nothing")


def test_an_answer_whose_confirmation_is_lost_stands_on_bluesky_once(outside: Outside, ana: Person) -> None:
    outside.post("@support billing awful, says oda of the lost answer")
    card = outside.office.card("of the lost answer")
    before = len(outside.sky.records)
    outside.sky.turns.append(bluesky_place.LOST)
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="Sorry for this one.")
    card.shows("Answered", "See it on bsky.app")
    assert [each["text"] for each in outside.sky.records.values()][before:] == ["Sorry for this one."]


def test_what_bluesky_refuses_is_said_on_the_card(outside: Outside, ana: Person) -> None:
    outside.post("@support billing awful, says oda before the refusal")
    card = outside.office.card("before the refusal")
    outside.sky.turns.append(refusal("InvalidRequest", "Account is suspended"))
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="Sorry, refused.")
    card.shows("Answer not sent", "Account is suspended").offers("Send again", "Change answer", "Escalate")


def test_a_post_in_a_forum_is_answered_in_slack_and_its_author_comes_back(outside: Outside, ana: Person) -> None:
    topic = outside.write("billing awful: charged twice, says oda in the forum", topic_title="Two charges")
    card = outside.office.card("says oda in the forum").shows("jo", "on Forum", "Two charges")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=SORRY)
    card.shows("Answered", "See it on")
    (answer,) = outside.forum.ours()
    assert (answer["topic_id"], answer["reply_to_post_number"]) == (topic, 1)
    assert answer["cooked"] == f"<p>{SORRY}</p>\n"
    outside.write("nothing came", topic=topic, number=3, reply_to_post_number=2, reply_to_user={"username": "support"})
    card.shows("They wrote again", "nothing came")


def test_an_answer_whose_confirmation_is_lost_stands_in_the_forum_once(outside: Outside, ana: Person) -> None:
    outside.write("billing awful, says oda of the forum's lost answer")
    card = outside.office.card("of the forum's lost answer")
    before = len(outside.forum.ours())
    outside.forum.turns.append(discourse_place.LOST)
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="Sorry for that one.")
    card.shows("Answered", "See it on")
    assert [each["raw"] for each in outside.forum.ours()[before:]] == ["Sorry for that one."]


def test_a_post_that_its_author_took_down_is_withdrawn_on_the_card(outside: Outside) -> None:
    topic = outside.write("billing awful, says oda and thinks better of it")
    card = outside.office.card("thinks better of it")
    taken = next(each for each in outside.forum.posts.values() if each["topic_id"] == topic)
    taken |= {"raw": "(post deleted by author)", "user_deleted": True}
    outside.office.clock.forward(minutes=120)
    card.shows("The author took this post down")
