"""What every source that takes answers must do. A new one adds a `Case` here and passes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from bot.errors import GiveUp, Retry
from bot.sources.base import Answerable, Source
from bot.sources.callback import AnsweringFeed
from bot.sources.feed import FeedSource
from sandbox.places import routes
from sandbox.serve import running_sandbox
from tests.answering_place import SECRET, Door, our_answers
from tests.fakes import Done, FakeForum

DEMO = Path(__file__).parents[2] / "sandbox" / "demo"
SOON = timedelta(seconds=1)


class Case(Protocol):
    """A place that the test controls, and the source that answers there. `post` is the id of a post that stands there."""

    source: Answerable
    post: str

    def standing(self) -> list[str]:
        """The texts of our answers at the place, oldest first."""

    def lose_next_reply(self) -> None:
        """The place takes the next answer, and its confirmation never arrives."""

    def be_busy_once(self) -> None: ...

    def refuse_once(self, reason: str) -> None: ...


class ForumCase:
    """The fake that other tests rely on keeps the contract, too."""

    post = "post-1"

    def __init__(self) -> None:
        self._forum = FakeForum()
        self.source: Answerable = self._forum

    def standing(self) -> list[str]:
        return [text for _, text in self._forum.answers.values()]

    def lose_next_reply(self) -> None:
        self._forum.trouble.append(Done(error=Retry("the connection broke", after=SOON, ambiguous=True)))

    def be_busy_once(self) -> None:
        self._forum.trouble.append(Retry("busy", after=SOON))

    def refuse_once(self, reason: str) -> None:
        self._forum.trouble.append(GiveUp(reason))


class CallbackCase:
    """A feed's callback, with the sandbox's forum behind it."""

    post = "tag:hobnob.example,2026:hobnob-001"

    def __init__(self, url: str, door: Door) -> None:
        feed = FeedSource(name="Hob Nob", url=f"{url}/places/hobnob/feed", allow_private=True)
        self.source: Answerable = AnsweringFeed(
            feed=feed, reply_url=f"{url}/places/hobnob/answers", reply_secret=SECRET
        )
        self._page = f"{url}/places/hobnob/hobnob-001"
        self._door = door
        self.lose_next_reply = door.lose_next_reply

    def standing(self) -> list[str]:
        return our_answers(httpx.get(self._page, trust_env=False).text)

    def be_busy_once(self) -> None:
        self._door.say_once(503)

    def refuse_once(self, reason: str) -> None:
        self._door.say_once(422, reason)


@contextmanager
def forum() -> Iterator[Case]:
    yield ForumCase()


@contextmanager
def callback() -> Iterator[Case]:
    door = Door()
    places = door.put_before(routes(DEMO / "mentions.jsonl", speed=1.0, company="Simmerwick", reply_secret=SECRET))
    seed = {"manifest": DEMO / "slack-manifest.yaml", "workspace": DEMO / "workspace.toml"}
    with running_sandbox(**seed, extra_routes=places) as sandbox:
        yield CallbackCase(sandbox.url, door)


@pytest.fixture(params=[forum, callback], ids=lambda made: made.__name__)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    with request.param() as made:
        yield made


def test_it_says_that_it_takes_answers(case: Case) -> None:
    assert isinstance(case.source, Source)
    assert isinstance(case.source, Answerable)


def test_an_answer_stands_at_the_place_as_it_was_written_and_has_a_link(case: Case) -> None:
    text = "I am sorry, “Žofie”.\n\nUse <b> & </b>. 🐎"
    replied = case.source.reply(case.post, text, key="k1")
    assert case.standing() == [text]
    assert replied.permalink.startswith(("http://", "https://"))


def test_the_same_key_again_leaves_one_answer_and_gives_its_link(case: Case) -> None:
    first = case.source.reply(case.post, "Sorry.", key="k1")
    assert case.source.reply(case.post, "Sorry.", key="k1") == first
    assert case.standing() == ["Sorry."]


def test_another_key_is_another_answer(case: Case) -> None:
    case.source.reply(case.post, "Sorry.", key="k1")
    case.source.reply(case.post, "Sorry.", key="k2")
    assert case.standing() == ["Sorry.", "Sorry."]


def test_a_lost_confirmation_is_a_retry_and_the_retry_leaves_one_answer(case: Case) -> None:
    case.lose_next_reply()
    with pytest.raises(Retry) as caught:
        case.source.reply(case.post, "Sorry.", key="k1")
    assert caught.value.ambiguous
    assert case.standing() == ["Sorry."]
    assert case.source.reply(case.post, "Sorry.", key="k1").permalink
    assert case.standing() == ["Sorry."]


def test_a_busy_place_is_a_retry_and_took_nothing(case: Case) -> None:
    case.be_busy_once()
    with pytest.raises(Retry):
        case.source.reply(case.post, "Sorry.", key="k1")
    assert case.standing() == []
    case.source.reply(case.post, "Sorry.", key="k1")
    assert case.standing() == ["Sorry."]


def test_a_refusal_is_the_places_reason_and_the_same_key_can_be_sent_again(case: Case) -> None:
    case.refuse_once("The thread is locked.")
    with pytest.raises(GiveUp, match=r"^The thread is locked\.$"):
        case.source.reply(case.post, "Sorry.", key="k1")
    assert case.standing() == []
    case.source.reply(case.post, "Sorry.", key="k1")
    assert case.standing() == ["Sorry."]
