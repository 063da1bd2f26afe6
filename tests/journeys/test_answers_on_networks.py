"""A comment on Reddit and a post on X: cards in Slack, answered there, read back at the place; and what X cost."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.flow.ingest import standings
from sandbox.person import Person
from tests.contracts.cases.reddit import RedditPlace
from tests.contracts.cases.x import XPlace
from tests.contracts.feeds import Post
from tests.journeys.configured import configured_office, settings
from tests.journeys.office import HurriedClock, Office, fill, running_slack, until
from tests.sources.loopback import Answer
from tests.sources.wire import said, wire

SORRY = "I am sorry. I work for Acme, and the second charge goes back to you today."
SOURCES = """
[[sources]]
name = "Reddit"
kind = "reddit"
client_id = "an-app"
client_secret = "REDDIT_SECRET"
username = "Simmerwick_Care"
password = "REDDIT_PASSWORD"
api_url = "${REDDIT_URL}"
login_url = "${REDDIT_URL}"
every = "1s"
allow_private = true

[[sources]]
name = "X"
kind = "x"
spend_cap = 20.0
consumer_key = "X_CONSUMER_KEY"
consumer_secret = "X_CONSUMER_SECRET"
access_token = "X_ACCESS_TOKEN"
access_token_secret = "X_ACCESS_TOKEN_SECRET"
api_url = "${X_URL}"
every = "1s"
allow_private = true
"""
SECRETS = {
    "REDDIT_SECRET": "a",
    "REDDIT_PASSWORD": "b",
    "X_CONSUMER_KEY": "c",
    "X_CONSUMER_SECRET": "d",
    "X_ACCESS_TOKEN": "42-e",
    "X_ACCESS_TOKEN_SECRET": "f",
}


@dataclass(kw_only=True)
class Networks:
    """The office, and the two places outside it."""

    office: Office
    reddit: RedditPlace
    x: XPlace
    posts: list[Post] = field(default_factory=list)

    def write(self, place: RedditPlace | XPlace, text: str) -> None:
        number, at = len(self.posts) + 1, self.office.clock() - timedelta(seconds=5)
        # Somebody else each time: a second comment of one author under one submission would join the first one's card.
        author = f"oda{number}"
        self.posts.append(Post(id=f"urn:post:{number}", text=text, at=at.replace(microsecond=0), author=author))
        place.show([self.posts[-1]])

    def paid(self) -> int:
        return {each.name: each.spent for each in standings(self.office.bot.database)}["X"]


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Networks]:
    clock, file = HurriedClock(), settings(tmp_path_factory.mktemp("networks"), SOURCES)
    reddit, x = RedditPlace(), XPlace()
    with (
        wire(reddit.speak) as reddits,
        wire(x.speak) as xs,
        running_slack(clock) as slack,
    ):
        env = {"REDDIT_URL": reddits.url, "X_URL": xs.url, **SECRETS}
        with configured_office(file, env, slack=slack, clock=clock, template=sqlite_template) as office:
            yield Networks(office=office, reddit=reddit, x=x)


@pytest.fixture(scope="module")
def ana(networks: Networks) -> Person:
    return networks.office.person("ana")


def test_a_comment_is_answered_in_slack_and_the_answer_stands_under_it(networks: Networks, ana: Person) -> None:
    networks.write(networks.reddit, "billing awful: charged twice, says oda on reddit")
    card = networks.office.card("says oda on reddit").shows("oda", "on Reddit", "A kettle")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=SORRY)
    card.shows("Answered", "See it on reddit.com")
    assert [(thing["body"], thing["parent_id"]) for thing in networks.reddit.ours] == [(SORRY, "t1_p1")]


def test_an_answer_whose_confirmation_is_lost_stands_on_reddit_once(networks: Networks, ana: Person) -> None:
    networks.write(networks.reddit, "billing awful again, says oda of the lost answer")
    card = networks.office.card("of the lost answer")
    before = len(networks.reddit.ours)
    networks.reddit.next_reply.append((True, None))
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=f"{SORRY} Again.")
    card.shows("Answered", "See it on reddit.com")
    assert [thing["body"] for thing in networks.reddit.ours[before:]] == [f"{SORRY} Again."]


def test_a_locked_thread_is_said_on_the_card(networks: Networks, ana: Person) -> None:
    networks.write(networks.reddit, "billing awful in a locked thread")
    card = networks.office.card("in a locked thread")
    locked = said({"json": {"errors": [["THREAD_LOCKED", "Comments are locked.", "parent"]]}})
    networks.reddit.next_reply.append((False, locked))
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=f"{SORRY} Locked.")
    card.shows("Answer not sent", "Comments are locked.").offers("Send again", "Change answer", "Escalate")


def test_a_post_on_x_is_answered_in_its_count_of_signs_and_paid(networks: Networks, ana: Person) -> None:
    networks.write(networks.x, "@acme billing awful: charged twice, says oda on x")
    card = networks.office.card("says oda on x").shows("oda", "on X")
    until(lambda: networks.paid() >= 11_000, "the mention and its author were not paid")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="急" * 150)
    card.shows("Answer not sent", "X counts 300 signs in it and takes 280")
    assert networks.x.ours == []
    before = networks.paid()
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=SORRY)
    card.shows("Answered", "See it on x.com")
    assert [each["written"] for each in networks.x.ours] == [SORRY]
    assert networks.paid() >= before + 15_000


def test_an_edited_post_on_x_changes_its_card(networks: Networks) -> None:
    networks.write(networks.x, "@acme billing awful before the edit")
    card = networks.office.card("before the edit")
    written = networks.posts[-1]
    networks.x.show(
        [Post(id=written.id, text="@acme billing awful after the edit", at=written.at, author=written.author)]
    )
    card.shows("after the edit")


def test_refused_keys_show_what_to_do(networks: Networks) -> None:
    networks.x.instead = Answer(status=401)
    try:
        standing = until(
            lambda: next(
                (each for each in standings(networks.office.bot.database) if each.name == "X" and each.problem), None
            ),
            "the refusal is not remembered",
        )
        assert "does not accept our keys" in standing.problem
    finally:
        networks.x.instead = None
