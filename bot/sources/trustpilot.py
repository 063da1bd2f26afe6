"""Reviews of a company on Trustpilot, read and answered by its business API: one reply a review, so none stands there twice."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Replied, Source
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import digest, language, line, prose, sentence, stars
from bot.sources.formats.json_values import list_at, text_at
from bot.sources.formats.newest_first import Mark, Page, walk
from bot.sources.net.api import Api, Query
from bot.sources.net.fetch import PAUSE, Limits
from bot.sources.net.oauth import Client, Manner, Tokens
from bot.sources.table import Secret, SourceTable
from bot.values import Said, Span

SITE = "https://www.trustpilot.com/"
REFUSED = frozenset({400, 403, 404, 409, 422})
LIMITS = Limits(deadline=timedelta(seconds=10))


@dataclass(frozen=True, kw_only=True)
class TrustpilotSource:
    """The reviews of one business unit; `user` is the business user in whose name replies stand."""

    name: str
    unit: str
    user: str
    api: Api = field(repr=False)
    every: timedelta = timedelta(minutes=15)
    first_lookback: timedelta = timedelta(hours=24)
    kind: ClassVar[str] = "trustpilot"
    max_answer: ClassVar[int] = 2_000

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""

        def read(_: str, page: str) -> Page:
            query: Query = {"orderBy": "createdat.desc", "perPage": 100, "page": page or "1"}
            return _page(self.api.get(f"private/business-units/{self.unit}/reviews", query).value, int(page or 1), now)

        mark = Mark.parse(cursor, place=digest(self.unit)[:12], start=now - self.first_lookback)
        return walk(mark, [""], read, now=now).batch()

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:  # noqa: ARG002 - a review has one reply
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        body = {"authorBusinessUserId": self.user, "message": text}
        sent = self.api.send("POST", f"private/reviews/{external_id}/reply", body, accept=REFUSED)
        if sent.status in REFUSED:
            raise GiveUp(sentence(text_at(sent.value, "message")) or f"Trustpilot refuses our answer ({sent.status})")
        return Replied(permalink=f"{SITE}reviews/{external_id}")


def _page(answer: Any, number: int, now: datetime) -> Page:
    if not isinstance(answer, dict) or "reviews" not in answer:
        raise Retry("Trustpilot answers with something else than reviews", after=PAUSE)
    reviews = list_at(answer, "reviews")
    read = [(read_date(text_at(each, "createdAt")), _review(each, now)) for each in reviews]
    return Page(
        found=[(moment, item) for moment, item in read if item],
        next=str(number + 1) if reviews else "",
        reaches=min((moment for moment, _ in read if moment), default=None),
        problems=() if all(item for _, item in read) else ("a review had no text or no id",),
    )


def _review(said: Any, now: datetime) -> Incoming | None:
    id_, text, consumer = text_at(said, "id"), prose(text_at(said, "text")), text_at(said, "consumer", "id")
    if not text or not 0 < len(id_) <= 300 or id_ != line(id_):
        return None
    name = line(text_at(said, "consumer", "displayName"))
    return Incoming(
        external_id=id_,
        text=text,
        title=line(text_at(said, "title")),
        url=f"{SITE}reviews/{id_}",
        author=line(consumer) or name,
        author_name=name,
        author_url=f"{SITE}users/{consumer}" if consumer.isalnum() else "",
        rating=stars(text_at(said, "stars")),
        language=language(text_at(said, "language")),
        posted_at=believed(read_date(text_at(said, "createdAt")), now),
    )


def open_api(base: str, key: str, secret: str, *, allow_private: bool = False) -> Api:
    """The API as an application of ours, which shows its key and secret where it is given tokens."""
    client = Client(
        address=f"{base}oauth/oauth-business-users-for-applications/accesstoken",
        client_id=key,
        client_secret=secret,
        manner=Manner.BASIC,
        advice="are key and secret those of your application?",
        allow_private=allow_private,
    )
    return Api(base=base, tokens=Tokens(client), allow_private=allow_private, limits=LIMITS)


class TrustpilotTable(SourceTable):
    """`key` and `secret` are those of the application at Trustpilot."""

    kind: Literal["trustpilot"]
    unit: Said
    user: Said
    key: Secret
    secret: Secret
    every: Span = timedelta(minutes=15)

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - all its reviews are ours
        api = open_api("https://api.trustpilot.com/v1/", self.key, self.secret, allow_private=self.allow_private)
        times = {"every": self.every, "first_lookback": self.first_lookback}
        return TrustpilotSource(name=self.name, unit=self.unit, user=self.user, api=api, **times)
