"""Mastodon: a hand-written server with the paging of real ones, and mastodon_mock, which was written by somebody else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from typing import Any

import httpx
from mastodon_mock.db.models import Notification, Status

from bot.sources.formats.markup import plain_text
from bot.sources.mastodon import MastodonSource
from tests.contracts.case import Trait, number_of, with_traits
from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.mastodon_place import LOST, TOKEN, MastodonPlace, account, mastodon_place, status
from tests.sources.mock_of_mastodon import CUSTOMER, STATUSES, MockOfMastodon, forget_all, mock_of_mastodon
from tests.sources.mock_of_mastodon import TOKEN as TOKEN_OF_MOCK
from tests.sources.wire import said


class MastodonCase:
    post, neighbour = "7", "8"

    def __init__(self, place: MastodonPlace) -> None:
        self._place = place
        source = MastodonSource(name="social", server=place.served.url, token=TOKEN, allow_private=True)
        self.source: Any = source

    def publish(self, posts: Sequence[Post]) -> None:
        self._place.statuses = {number_of(each): self._status(each) for each in posts}
        self._place.notified = {number_of(each) + 5_000: number_of(each) for each in posts}

    def _status(self, post: Post) -> dict[str, Any]:
        author = account("2", "jo", display_name=post.author)
        link = {"url": post.link} if post.link else {}
        return status(number_of(post), post.text, post.at, spoiler_text=post.title, account=author, **link)

    def external_id(self, post: Post) -> str:
        return str(number_of(post))

    def say(self, body: bytes) -> None:
        self._place.instead = Answer(body=body)

    def refuse(self, status: int, retry_after: str = "") -> None:
        self._place.instead = Answer(status=status, headers={"Retry-After": retry_after} if retry_after else {})

    def standing(self) -> list[str]:
        return [plain_text(each["content"]).text.removeprefix("@jo ") for each in self._place.answers]

    def lose_next_reply(self) -> None:
        self._place.turns.append(LOST)

    def be_busy_once(self) -> None:
        self._place.turns.append(Answer(status=503))

    def refuse_once(self, reason: str) -> None:
        self._place.turns.append(said({"error": reason}, 422))


TRAITS = (
    Trait.TITLES,
    Trait.LINKS,
    Trait.UNDATED,
    Trait.EMPTY,
    Trait.LATE,
    Trait.LOOKS_AGAIN,
    Trait.OVER_HTTP,
)


@with_traits(*TRAITS)
@contextmanager
def mastodon() -> Iterator[MastodonCase]:
    with mastodon_place() as place:
        yield MastodonCase(place)


@with_traits(*TRAITS)
@contextmanager
def mastodon_that_pages_back() -> Iterator[MastodonCase]:
    """A server that takes min_id for since_id, and does not know how to give many posts at once."""
    with mastodon_place() as place:
        place.pages_back, place.gives_many = True, False
        yield MastodonCase(place)


@with_traits(Trait.KEYLESS, Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def mastodon_answers() -> Iterator[MastodonCase]:
    with mastodon_place() as place:
        place.statuses[7] = status(7, "@support it broke", None, visibility="unlisted")
        place.statuses[8] = status(8, "@support mine too", None, visibility="unlisted", in_reply_to_id="7")
        yield MastodonCase(place)


class MockCase:
    """A mention is put into the server's database, because it dates what it is sent by its own clock."""

    def __init__(self, mock: MockOfMastodon) -> None:
        self._mock = mock
        self.source: Any = MastodonSource(name="mock", server=mock.url, token=TOKEN_OF_MOCK, allow_private=True)
        self.post = self.neighbour = ""

    def publish(self, posts: Sequence[Post]) -> None:
        us, jo = self._mock.account_id("support"), self._mock.account_id("jo")
        with self._mock.session() as session:
            forget_all(session)
            for each in posts:
                assert each.at is not None
                times = {"created_at": each.at.astimezone(UTC).replace(tzinfo=None)}
                content = status(number_of(each), writable(each.text), each.at)["content"]
                told = {"content": content, "spoiler_text": writable(each.title), "language": "en"}
                session.add(Status(id=number_of(each), account_id=jo, **told, **times))
                session.add(
                    Notification(
                        id=number_of(each) + 5_000,
                        account_id=us,
                        from_account_id=jo,
                        type="mention",
                        status_id=number_of(each),
                        **times,
                    )
                )
            session.commit()

    def external_id(self, post: Post) -> str:
        return str(number_of(post))

    def complain(self) -> None:
        self.post = self._posted("@support it broke")
        self.neighbour = self._posted("@support mine too", in_reply_to_id=self.post)

    def _posted(self, text: str, **more: str) -> str:
        url, token = f"{self._mock.url}{STATUSES}", {"Authorization": f"Bearer {CUSTOMER}"}
        posted = httpx.post(url, data={"status": text, **more}, headers=token, trust_env=False)
        return str(posted.json()["id"])

    def standing(self) -> list[str]:
        return [plain_text(each.content).text.removeprefix("@jo ") for each in self._mock.statuses_of("support")]

    def lose_next_reply(self) -> None:
        self._mock.lost.append(True)

    def be_busy_once(self) -> None:
        self._mock.fault(503)

    def refuse_once(self, reason: str) -> None:
        self._mock.fault(422, reason)


def writable(text: str) -> str:
    """SQLite takes no lone surrogates."""
    return text.encode("utf-8", "replace").decode()


@with_traits(Trait.TITLES, Trait.EMPTY, Trait.LATE, Trait.LOOKS_AGAIN)
@contextmanager
def mastodon_mock() -> Iterator[MockCase]:
    with mock_of_mastodon() as mock:
        yield MockCase(mock)


@with_traits(Trait.KEYLESS, Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def mastodon_mock_answers() -> Iterator[MockCase]:
    with mock_of_mastodon() as mock:
        case = MockCase(mock)
        case.complain()
        yield case


READERS = (mastodon, mastodon_that_pages_back, mastodon_mock)
ANSWERERS = (mastodon_answers, mastodon_mock_answers)
