"""Reviews of one's own app on Google Play, by the Google Play Developer API (androidpublisher v3).

The API shows reviews with text that were written or changed within the last week. A review has one answer; another one takes
its place, so that an answer can be sent twice and stands there once.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from urllib.parse import urlencode

from pydantic import AfterValidator

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Looked, Replied, Source
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import count, digest, language, line, prose, stars
from bot.sources.formats.json_values import inner, list_at, text_at
from bot.sources.formats.newest_first import Mark, Page, Reach, walk
from bot.sources.net.fetch import PAUSE
from bot.sources.table import Secret, SourceTable, needs_extra
from bot.values import ApiUrl, Label, Span

if TYPE_CHECKING:
    from bot.sources.net.door_google import GoogleDoor

BASE = "https://androidpublisher.googleapis.com/"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
PAGE = "https://play.google.com/store/apps/details"
A_PAGE = 100
LATE = timedelta(days=1)
"""Every page is read anyway, so what turns up late costs nothing."""
SHOWN = timedelta(days=6)
"""A day less than Google shows a review: one that is not shown any more for its age is not one that was taken down."""
NO_FIELDS = frozenset({"reviews", "tokenPagination", "pageInfo"})
"""What an answer may hold. Google leaves out what is empty, so an app without reviews this week is `{}`."""


@dataclass(frozen=True, kw_only=True)
class GooglePlaySource:
    """The reviews of one app. `door` holds the login; nothing of it shows."""

    name: str
    package: str
    door: "GoogleDoor" = field(repr=False)
    every: timedelta = timedelta(minutes=15)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    base: str = BASE
    kind: ClassVar[str] = "google_play"
    max_answer: ClassVar[int] = 350
    looks_at_once: ClassVar[int] = 20

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        mark = Mark.parse(cursor, place=digest(self.package)[:12], start=now - self.first_lookback)
        read = partial(self._page, self._reviews(), now)
        return walk(mark, [""], read, now=now, reach=Reach(overlap=LATE)).batch()

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does."""
        from bot.sources.net.door_google import asked, found

        reviews = self._reviews()
        told = {id_: found(reviews.get(packageName=self.package, reviewId=id_)) for id_ in external_ids}
        read = [self._item(review, now) for review in told.values() if review is not None]
        gone = tuple(id_ for id_, review in told.items() if review is None)
        if gone:
            # An app that we may not see any more has no review of any id; nobody took them down then.
            asked(reviews.list(packageName=self.package, maxResults=1))
        return Looked(items=tuple(item for item in read if item), gone=gone)

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:  # noqa: ARG002 - a review has one answer
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        from bot.sources.net.door_google import sent

        body = {"replyText": text}
        answer = sent(self._reviews().reply(packageName=self.package, reviewId=external_id, body=body))
        if not isinstance(inner(answer, "result", "replyText"), str):
            raise Retry("Google Play does not say that it took the answer", after=PAUSE, ambiguous=True)
        return Replied(permalink=self._address(external_id))

    def find_reply(self, external_id: str, text: str, *, key: str) -> Replied | None:  # noqa: ARG002
        """Raises Retry and GiveUp as `reply` does."""
        from bot.sources.net.door_google import found

        review = found(self._reviews().get(packageName=self.package, reviewId=external_id))
        answers = [text_at(each, "developerComment", "text") for each in list_at(review, "comments")]
        return Replied(permalink=self._address(external_id)) if prose(text) in map(prose, answers) else None

    def _reviews(self) -> Any:
        from bot.sources.net.door_google import Api

        return Api(name="androidpublisher", version="v3", base=self.base, door=self.door).service().reviews()

    def _page(self, reviews: Any, now: datetime, _: str, token: str) -> Page:
        """Reads every page: of their order Google says only that the one written or changed last comes first."""
        from bot.sources.net.door_google import asked

        answer = asked(reviews.list(packageName=self.package, maxResults=A_PAGE, token=token or None))
        if not set(answer) <= NO_FIELDS or not isinstance(answer.get("reviews", []), list):
            raise Retry("Google Play answers with something else than reviews", after=PAUSE)
        written = list_at(answer, "reviews")
        items = [(item, review) for review in written if (item := self._item(review, now))]
        return Page(
            found=[(_changed(review), item) for item, review in items],
            next=text_at(answer, "tokenPagination", "nextPageToken"),
            problems=("a review had no text or no id",) if len(items) < len(written) else (),
        )

    def _item(self, review: Any, now: datetime) -> Incoming | None:
        """None for what has no text or no id."""
        id_, said = text_at(review, "reviewId"), _by_the_user(review)
        title, text = _split(text_at(said, "text"))
        if not text or not 0 < len(id_) <= 500 or id_ != line(id_):
            return None
        return Incoming(
            external_id=id_,
            text=text,
            title=line(" · ".join(filter(None, (title, _used(said))))),
            url=self._address(id_),
            # Names there are not unique; a person has one review of an app, so its id is theirs. It is too long to show.
            author=f"reviewer {digest(id_)[:8]}",
            author_name=line(text_at(review, "authorName")),
            reach=count(text_at(said, "thumbsUpCount")),
            rating=stars(text_at(said, "starRating")),
            language=language(text_at(said, "reviewerLanguage")),
            posted_at=believed(_changed(review), now),
        )

    def _address(self, review_id: str) -> str:
        return f"{PAGE}?{urlencode({'id': self.package, 'reviewId': review_id})}"


def _by_the_user(review: Any) -> Any:
    return next(_comments(review), {})


def _comments(review: Any) -> Iterator[Any]:
    return (said for each in list_at(review, "comments") if (said := inner(each, "userComment")))


def _changed(review: Any) -> datetime | None:
    return read_date(text_at(_by_the_user(review), "lastModified", "seconds"))


def _split(written: str) -> tuple[str, str]:
    """Title and text: Google joins them with a tab where a review has both."""
    head, _, tail = written.partition("\t")
    return (line(head), prose(tail)) if tail.strip() else ("", prose(head))


def _used(said: Any) -> str:
    """What the app ran on, "version 3.2, Pixel 8": whoever answers has to know, and the card has no other place for it."""
    version = line(text_at(said, "appVersionName") or text_at(said, "appVersionCode"))
    device = line(text_at(said, "deviceMetadata", "productName") or text_at(said, "device"))
    return ", ".join(filter(None, (version and f"version {version}", device)))


def check_service_account(text: str) -> str:
    """The JSON key of a service account as it is; ValueError says what is wrong with it, without a sign of it."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if any(not text_at(told, key) for key in ("client_email", "private_key", "token_uri")):
        raise ValueError(
            "it must hold the JSON key of a service account, as the Google Cloud console gives it to download"
        )
    return text


class GooglePlayTable(SourceTable):
    """One app. The variable holds the whole JSON key; with _FILE behind its name, the path to it."""

    kind: Literal["google_play"]
    package: Label
    service_account: Annotated[Secret, AfterValidator(check_service_account)]
    api_url: ApiUrl = BASE
    every: Span = timedelta(minutes=15)

    extra: ClassVar[str] = "google"

    def secrets(self) -> tuple[str, ...]:
        return (*super().secrets(), text_at(json.loads(self.service_account), "private_key"))

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - an app's reviews are read whole
        with needs_extra(self.extra):
            from google.oauth2.service_account import Credentials

            from bot.sources.net.door_google import GoogleDoor, Login
        try:
            told = json.loads(self.service_account)
            credentials = Credentials.from_service_account_info(told, scopes=[SCOPE])  # type: ignore[no-untyped-call]
        except (ValueError, TypeError):
            raise GiveUp("the service account's key cannot be read: download it again as JSON") from None
        login = Login(credentials, allow_private=self.allow_private)
        return GooglePlaySource(
            name=self.name,
            package=self.package,
            door=GoogleDoor(login=login, allow_private=self.allow_private),
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=min(self.look_again, SHOWN),
            base=self.api_url,
        )
