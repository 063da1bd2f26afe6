"""Reviews of an app in Apple's App Store: by the public RSS, or with keys by App Store Connect, which takes answers, too.

A review has one answer there; another one takes its place, so that an answer can be sent twice and stands there once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Looked, Replied, Source
from bot.sources.formats.app_store_reviews import connect_page, from_connect, page_address, rss_page, why
from bot.sources.formats.fields import digest, prose
from bot.sources.formats.json_values import inner, text_at
from bot.sources.formats.newest_first import Mark, Page, Reach, walk
from bot.sources.net.api import Answered, Api, Query
from bot.sources.net.fetch import PAUSE, TRY_AGAIN, Limits
from bot.sources.table import Secret, SourceTable, needs_extra
from bot.values import ApiUrl, Filled, Several, Span

RSS = "https://itunes.apple.com/"
CONNECT = "https://api.appstoreconnect.apple.com/v1/"
LIMITS = Limits(deadline=timedelta(seconds=10))
LAST_PAGE = 10
"""The RSS has ten pages of 50 and no more."""
LATE = timedelta(days=3)
"""A review is dated when it was sent in, and shown when Apple has passed it: a day later, as a rule."""
TOKEN_LIVES = timedelta(minutes=15)
"""Apple takes 20 at the most; a clock may be wrong."""
REFUSED = frozenset(range(400, 500)) - TRY_AGAIN
MISSING = 404


@dataclass(frozen=True, kw_only=True)
class AppStoreSource:
    """One app in the RSS of some storefronts, `countries`. `api` is where the RSS is."""

    name: str
    app: str
    countries: tuple[str, ...]
    api: Api = field(repr=False)
    every: timedelta = timedelta(minutes=15)
    first_lookback: timedelta = timedelta(hours=24)
    kind: ClassVar[str] = "app_store"

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        place = digest(f"rss {self.app}")[:12]
        mark = Mark.parse(cursor, place=place, start=now - self.first_lookback)

        def read(country: str, page: str) -> Page:
            return self._page(country, int(page or 1), now)

        return walk(mark, self.countries, read, now=now, reach=Reach(overlap=LATE)).batch()

    def _page(self, country: str, number: int, now: datetime) -> Page:
        path = f"{country}/rss/customerreviews/page={number}/id={self.app}/sortby=mostrecent/json"
        page = rss_page(self.api.get(path).value, now, address=page_address(self.app, country))
        is_last = number >= LAST_PAGE or not (page.found or page.problems)
        return page if is_last else Page(**{**vars(page), "next": str(number + 1)})


@dataclass(frozen=True, kw_only=True)
class AppleKey:
    """A key of App Store Connect; what it signs is believed for a quarter of an hour."""

    issuer: str
    id: str
    private: str = field(repr=False)

    def token(self, now: datetime) -> str:
        """Raises GiveUp where the private key is none."""
        import jwt

        said = {"iss": self.issuer, "iat": now, "exp": now + TOKEN_LIVES, "aud": "appstoreconnect-v1"}
        try:
            return jwt.encode(said, self.private, algorithm="ES256", headers={"kid": self.id})
        except (ValueError, TypeError, jwt.PyJWTError):
            raise GiveUp("the private key of App Store Connect cannot be read: it is the whole .p8 file") from None


@dataclass(frozen=True, kw_only=True)
class AppStoreConnectSource:
    """One app in App Store Connect, in all storefronts, read and answered. `api` is where that is."""

    name: str
    app: str
    key: AppleKey = field(repr=False)
    api: Api = field(repr=False)
    every: timedelta = timedelta(minutes=15)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    kind: ClassVar[str] = "app_store"
    max_answer: ClassVar[int] = 5_970
    looks_at_once: ClassVar[int] = 10

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        place = digest(f"connect {self.app}")[:12]
        mark = Mark.parse(cursor, place=place, start=now - self.first_lookback)

        def read(_: str, page: str) -> Page:
            query: Query = {"sort": "-createdDate", "limit": 200, **({"cursor": page} if page else {})}
            answer = self._get(f"apps/{self.app}/customerReviews", query)
            return connect_page(self._granted(answer).value, now, address=self._address)

        return walk(mark, [""], read, now=now, reach=Reach(overlap=LATE)).batch()

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does."""
        asked = {id_: self._get(f"customerReviews/{id_}") for id_ in external_ids}
        gone = tuple(id_ for id_, answer in asked.items() if answer.status == MISSING)
        if gone:
            # A key that may not see the app any more finds no review of it; nobody took them down then.
            self._granted(self._get(f"apps/{self.app}/customerReviews", {"sort": "-createdDate", "limit": 1}))
        items = [self._again(answer, now) for answer in asked.values() if answer.status != MISSING]
        return Looked(items=tuple(item for item in items if item), gone=gone)

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:  # noqa: ARG002 - a review has one answer
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        review = {"data": {"type": "customerReviews", "id": external_id}}
        said = {"attributes": {"responseBody": text}, "relationships": {"review": review}}
        body = {"data": {"type": "customerReviewResponses", **said}}
        sent = self._signed().send("POST", "customerReviewResponses", body, accept=REFUSED)
        answer = self._granted(sent)
        if not text_at(answer.value, "data", "id"):
            raise Retry("App Store Connect does not say that it took the answer", after=PAUSE, ambiguous=True)
        return Replied(permalink=self._address)

    def find_reply(self, external_id: str, text: str, *, key: str) -> Replied | None:  # noqa: ARG002
        """Raises Retry and GiveUp as `reply` does."""
        answer = self._get(f"customerReviews/{external_id}/response")
        if answer.status == MISSING:
            return None
        standing = text_at(self._granted(answer).value, "data", "attributes", "responseBody")
        return Replied(permalink=self._address) if prose(standing) == prose(text) else None

    @property
    def _address(self) -> str:
        return page_address(self.app)

    def _again(self, answer: Answered, now: datetime) -> Incoming | None:
        return from_connect(inner(self._granted(answer).value, "data"), now, address=self._address)

    def _signed(self) -> Api:
        token = ("authorization", f"Bearer {self.key.token(datetime.now(UTC))}")
        return Api(**{**vars(self.api), "headers": (*self.api.headers, token)})

    def _get(self, path: str, query: Query | None = None) -> Answered:
        return self._signed().get(path, query, accept=REFUSED)

    def _granted(self, answer: Answered) -> Answered:
        if answer.status not in REFUSED:
            return answer
        advice = {
            401: "are issuer_id, key_id and private_key of one key?",
            403: "give the key a role that may do this, Admin where Customer Support may not",
        }
        reason = "; ".join(filter(None, (why(answer.value), advice.get(answer.status))))
        raise GiveUp(f"App Store Connect refuses ({answer.status}){reason and ': '}{reason}")


def check_country(text: str) -> str:
    if re.fullmatch(r"[a-z]{2}", text) is None:
        raise ValueError('write a storefront by its two letters, such as "us" or "de"')
    return text


def check_app(text: str) -> str:
    if re.fullmatch(r"[0-9]{1,20}", text) is None:
        raise ValueError('write the digits behind "id" in the app\'s address, such as "123456789"')
    return text


def check_private_key(text: str) -> str:
    """The .p8 file as it is, also where its line ends were written as \\n; nothing of it shows."""
    key = text.replace("\\n", "\n").strip()
    if text and not key.startswith("-----BEGIN PRIVATE KEY-----"):
        raise ValueError("it must hold the whole .p8 file that App Store Connect gives to download")
    return key


class AppStoreTable(SourceTable):
    """An app. With the three keys it is read by App Store Connect and can be answered, without them by the RSS."""

    kind: Literal["app_store"]
    app_id: Annotated[str, AfterValidator(check_app)]
    countries: Annotated[Several[Annotated[str, AfterValidator(check_country)]], Filled] = ("us",)
    issuer_id: Annotated[str, Field(max_length=100)] = ""
    key_id: Annotated[str, Field(max_length=100)] = ""
    private_key: Annotated[Secret, AfterValidator(check_private_key)] = ""
    rss_url: ApiUrl = RSS
    api_url: ApiUrl = CONNECT
    every: Span = timedelta(minutes=15)

    extra: ClassVar[str] = "appstore"

    @model_validator(mode="after")
    def _keys_are_whole(self) -> Self:
        keys = (self.issuer_id, self.key_id, self.private_key)
        if any(keys) and not all(keys):
            raise ValueError("add all of issuer_id, key_id and private_key, or none: answering needs the three")
        return self

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - an app's reviews are read whole
        times: dict[str, Any] = {"every": self.every, "first_lookback": self.first_lookback}
        if not self.private_key:
            api = Api(base=self.rss_url, allow_private=self.allow_private, limits=LIMITS)
            return AppStoreSource(name=self.name, app=self.app_id, countries=self.countries, api=api, **times)
        with needs_extra(self.extra):
            import cryptography
            import jwt

            _ = jwt, cryptography
        key = AppleKey(issuer=self.issuer_id, id=self.key_id, private=self.private_key)
        key.token(datetime.now(UTC))
        api = Api(base=self.api_url, allow_private=self.allow_private, limits=LIMITS)
        again = self.look_again
        return AppStoreConnectSource(name=self.name, app=self.app_id, key=key, api=api, look_again_for=again, **times)
