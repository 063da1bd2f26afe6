"""The fake that other tests rely on keeps the contract, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from bot.errors import GiveUp, Retry
from bot.sources.base import Answerable
from tests.contracts.case import Trait, with_traits
from tests.fakes import Done, FakeForum

SOON = timedelta(seconds=1)


class ForumCase:
    post, neighbour = "post-1", "post-2"

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


@with_traits(Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def forum() -> Iterator[ForumCase]:
    yield ForumCase()


ANSWERERS = (forum,)
