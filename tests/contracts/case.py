"""What a kind of source brings to the contract suite: a place that the test controls, and the source that reads it.

Each kind has a file in `cases` with `READERS` (`RECEIVERS` where its place sends by itself), and with `ANSWERERS` where it
takes answers: functions that give such a case as a context manager. What not every place can do is a `Trait`, and its tests
run for the cases that have it.
"""

import pkgutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from typing import Protocol

import pytest

from bot.sources.base import Answerable, Receiving, Source
from tests.contracts import cases
from tests.contracts.feeds import Post
from tests.hook_sender import Sent


class Trait(StrEnum):
    """What a place or its source can do beyond the least."""

    TITLES = "titles"
    """Posts have titles."""
    LINKS = "links"
    """Posts have the address that the test gave them; answers have one of their own."""
    UNDATED = "undated"
    """Posts may lack a date, or bear one in the future."""
    EMPTY = "empty"
    """Posts may lack a text."""
    SHORT_WINDOW = "short window"
    """The place shows its newest posts only."""
    LATE = "late"
    """A post may turn up late with an old date."""
    TELLS_EDITS = "tells edits"
    """A poll gives an edited post again."""
    TELLS_DELETES = "tells deletes"
    """A poll says which posts are gone."""
    LOOKS_AGAIN = "looks again"
    """The source is `Revisable`."""
    OVER_HTTP = "over http"
    """The place speaks HTTP, so that it can be made to answer with any status and any bytes."""
    SAYS_WHY = "says why"
    """A refusal of an answer comes with a reason to read."""
    KEYLESS = "keyless"
    """The source is `Keyless`: it knows an answer again by its text."""
    ONE_ANSWER = "one answer"
    """An answerable place where a post has one answer of ours: another one takes its place."""
    BARE = "bare"
    """An empty object is how the place says that it has nothing."""


class ReaderCase(Protocol):
    """A place and its source."""

    source: Source

    def publish(self, posts: Sequence[Post]) -> None:
        """The place shows exactly these posts now, newest first."""

    def external_id(self, post: Post) -> str:
        """The id under which the source gives this post."""

    def say(self, body: bytes) -> None:
        """The place answers every request with these bytes instead (OVER_HTTP)."""

    def refuse(self, status: int, retry_after: str = "") -> None:
        """The place answers every request with this status (OVER_HTTP)."""


class AnswererCase(Protocol):
    """A place that takes answers. `post` is the external id of a post that stands there, `neighbour` that of another one: in the
    same thread, where the place has threads.
    """

    source: Answerable
    post: str
    neighbour: str

    def standing(self) -> list[str]:
        """The texts of our answers at the place, oldest first, as a customer reads them."""

    def lose_next_reply(self) -> None:
        """The place takes the next answer, and its confirmation never arrives."""

    def be_busy_once(self) -> None:
        """The place takes no answer at the next try, and says that it may later."""

    def refuse_once(self, reason: str) -> None:
        """The place refuses the next answer for good, and says why where it can."""


class ReceiverCase(Protocol):
    """A place that sends by itself, and the source to which it sends."""

    source: Receiving

    def send(self, posts: Sequence[Post], at: datetime, *, id: str = "") -> Sent:
        """One delivery of these posts, made at that time."""

    def take_down(self, post: Post, at: datetime) -> Sent:
        """A delivery that says that this post is gone."""

    def stranger(self, posts: Sequence[Post], at: datetime) -> Sent:
        """The same by somebody who does not know the secret."""

    def say(self, body: bytes, at: datetime) -> Sent:
        """These bytes, made to be believed."""


Reader = Callable[[], AbstractContextManager[ReaderCase]]
Answerer = Callable[[], AbstractContextManager[AnswererCase]]
Receiver = Callable[[], AbstractContextManager[ReceiverCase]]


def number_of(post: Post) -> int:
    """The number in the id that the suite gives to its posts: unique, and rising with time."""
    return int(post.id.rsplit(":", 1)[1])


def readers(trait: Trait | None = None, *, lacks: Trait | None = None) -> list[Reader]:
    return [
        each
        for module in _modules()
        for each in getattr(module, "READERS", ())
        if _has(each, trait) and _lacks(each, lacks)
    ]


def answerers(trait: Trait | None = None, *, lacks: Trait | None = None) -> list[Answerer]:
    return [
        each
        for module in _modules()
        for each in getattr(module, "ANSWERERS", ())
        if _has(each, trait) and _lacks(each, lacks)
    ]


def every_reader(trait: Trait | None = None, *, lacks: Trait | None = None) -> pytest.MarkDecorator:
    """A mark for a test that takes a `case`: it runs for every one, or for those with a trait or without one."""
    return _each_of(readers(trait, lacks=lacks))


def every_answerer(trait: Trait | None = None, *, lacks: Trait | None = None) -> pytest.MarkDecorator:
    """As `every_reader`."""
    return _each_of(answerers(trait, lacks=lacks))


def _each_of(made: Sequence[Callable[..., object]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", made, ids=lambda each: each.__name__, indirect=True)


def receivers() -> list[Receiver]:
    return [each for module in _modules() for each in getattr(module, "RECEIVERS", ())]


def _modules() -> list[object]:
    return [import_module(f"{cases.__name__}.{found.name}") for found in pkgutil.iter_modules(cases.__path__)]


def _has(made: Callable[[], object], trait: Trait | None) -> bool:
    """Traits stand on the function, so that the suite knows them before the place is there."""
    return trait is None or trait in made.traits  # type: ignore[attr-defined]


def _lacks(made: Callable[[], object], trait: Trait | None) -> bool:
    return trait is None or not _has(made, trait)


def with_traits(*traits: Trait) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Marks the function that makes a case."""

    def mark(made: Callable[[], object]) -> Callable[[], object]:
        made.traits = frozenset(traits)  # type: ignore[attr-defined]
        return made

    return mark
