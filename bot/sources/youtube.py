"""Comments under the videos of one's own YouTube channel, by the YouTube Data API v3.

Reading takes an API key, answering the channel's own consent (OAuth). Google grants so many units a day: a page of comments
is one, an answer 50. Polls count theirs and stop before they have used up what is meant for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Found, Listening, Looked, Replied, Source
from bot.sources.formats.fields import digest, line, prose
from bot.sources.formats.google_day import Spent, day_ends
from bot.sources.formats.json_values import inner, list_at, text_at, whole_number
from bot.sources.formats.newest_first import Mark, Opened, Page, Reach, walk
from bot.sources.formats.youtube_comments import (
    COMMENTS,
    THREADS,
    address,
    author_of,
    comment_of,
    entries,
    read_comment,
    read_comments,
    thread_of,
    video_of,
    words_of,
    written,
)
from bot.sources.net.fetch import PAUSE
from bot.sources.table import Secret, SourceTable, needs_extra
from bot.values import ApiUrl, Duration, HttpUrl, Label

if TYPE_CHECKING:
    from bot.sources.net.door_google import GoogleDoor

BASE = "https://youtube.googleapis.com/"
TOKEN_ADDRESS = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
A_PAGE = 100
LONGEST_ANSWER = 10_000
OVERLAP = timedelta(minutes=10)
REPLIES = "replies:"
"""Before a thread's id: the shelf of all its replies; a page of threads shows five of each at the most."""
MOST_REPLY_PAGES = 10


@dataclass(frozen=True, kw_only=True)
class YouTubeSource:
    """All comments and replies under one channel's videos. Neither `key` nor what `door` holds shows.

    `external_id` is the video's id, a colon and the comment's; a reply's own id begins with that of its thread.
    """

    name: str
    channel: str
    key: str = field(repr=False)
    door: "GoogleDoor" = field(repr=False)
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    replies_for: timedelta = timedelta(days=3)
    daily_units: int = 8_000
    base: str = BASE
    kind: ClassVar[str] = "youtube"
    looks_at_once: ClassVar[int] = 25
    """Half of what YouTube gives at once: the other half are the comments that they answer."""

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says, and Retry until tomorrow where the units are used up."""
        mark = Mark.parse(cursor, place=digest(self.channel)[:12], start=now - self.first_lookback)
        spent = Spent.parse(mark.aside, now)
        deep = spent.is_deep(now) and not mark.rests
        reading = _Reading(source=self, service=self._service(self.key), now=now, units=spent.units)
        reach = Reach(overlap=self.replies_for if deep else OVERLAP)
        walked = walk(mark, [""], reading.page, now=now, reach=reach)
        deep_at = now.isoformat() if deep else spent.deep_at
        return walked.batch(aside=replace(spent, units=reading.units, deep_at=deep_at).text())

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does."""

        comments = [comment_of(id_) for id_ in external_ids]
        wanted = dict.fromkeys([*comments, *map(thread_of, comments)])
        shown = {text_at(each, "id"): each for each in self.by_id(list(wanted), now)}
        given = [(id_, shown[comment_of(id_)]) for id_ in external_ids if comment_of(id_) in shown]
        read = [self._again(id_, each, shown, now) for id_, each in given]
        gone = tuple(id_ for id_ in external_ids if comment_of(id_) not in shown)
        return Looked(items=tuple(item for item in read if item), gone=gone)

    def _again(self, external_id: str, comment: Any, shown: dict[str, Any], now: datetime) -> Incoming | None:
        own = comment_of(external_id)
        parent = words_of(shown.get(thread_of(own))) if thread_of(own) != own else ""
        return read_comment(comment, now, video=video_of(external_id), parent=parent)

    def by_id(self, ids: Sequence[str], now: datetime) -> list[Any]:
        from bot.sources.net.door_google import asked

        request = self._service(self.key).comments().list(part="snippet", id=",".join(ids), textFormat="plainText")
        return entries(asked(request, day_ends=lambda: day_ends(now)), COMMENTS)

    def replies(self, thread: str, page: str, now: datetime) -> dict[str, Any] | None:
        """A page of the replies in a thread, as YouTube gives it; None where the thread is gone."""
        from bot.sources.net.door_google import found

        request = (
            self._service(self.key)
            .comments()
            .list(
                part="snippet",
                parentId=comment_of(thread),
                maxResults=A_PAGE,
                pageToken=page or None,
                textFormat="plainText",
            )
        )
        return found(request, day_ends=lambda: day_ends(now))

    def _service(self, key: str) -> Any:
        from bot.sources.net.door_google import Api, GoogleDoor

        door = GoogleDoor(allow_private=self.door.allow_private) if key else self.door
        return Api(name="youtube", version="v3", base=self.base, door=door, key=key).service()


@dataclass(frozen=True, kw_only=True)
class AnsweringYouTube(YouTubeSource):
    """A channel in whose name we may write, because `door` holds its consent."""

    max_answer: ClassVar[int] = LONGEST_ANSWER

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:  # noqa: ARG002 - YouTube knows none
        """Raises as the contract of an answerable source says."""
        from bot.sources.net.door_google import sent

        snippet = {"parentId": thread_of(comment_of(external_id)), "textOriginal": text}
        request = self._service("").comments().insert(part="snippet", body={"snippet": snippet})
        answer = sent(request, day_ends=_until_midnight)
        if not text_at(answer, "id"):
            raise Retry("YouTube does not say that it took the answer", after=PAUSE, ambiguous=True)
        return Replied(permalink=address(video_of(external_id), text_at(answer, "id")))

    def find_replies(self, external_id: str, text: str, *, since: datetime) -> Found:
        """Ours among the thread's replies, where every answer in it stands. Raises Retry and GiveUp as `reply` does."""
        video, thread, page = video_of(external_id), thread_of(comment_of(external_id)), ""
        ours: list[str] = []
        for _ in range(MOST_REPLY_PAGES):
            answer = self.replies(f"{video}:{thread}", page, datetime.now(UTC))
            if answer is None:
                raise GiveUp("the comment is not there any more")
            said = (each for each in entries(answer, COMMENTS) if self._is_ours(each, text, since))
            ours += [text_at(each, "id") for each in said]
            page = text_at(answer, "nextPageToken")
            if not page:
                return Found(permalinks=[address(video, id_) for id_ in ours])
        raise GiveUp("the thread is so long that it cannot be told whether our answer is in it: look there")

    def _is_ours(self, comment: Any, text: str, since: datetime) -> bool:
        said = inner(comment, "snippet")
        shown = (text_at(said, "textOriginal"), text_at(said, "textDisplay"))
        at = written(comment)
        is_late = at is None or at >= since
        return is_late and author_of(comment) == self.channel and prose(text) in map(prose, shown)


@dataclass(kw_only=True)
class _Reading:
    """One poll: it counts the units that its pages take."""

    source: YouTubeSource
    service: Any
    now: datetime
    units: int

    def page(self, shelf: str, token: str) -> Page:
        self._pay()
        return self._replies(shelf.removeprefix(REPLIES), token) if shelf else self._threads(token)

    def _pay(self) -> None:
        if self.units >= self.source.daily_units:
            said = f"today's {self.source.daily_units} units for polls are used up (daily_units)"
            raise Retry(said, after=day_ends(self.now))
        self.units += 1

    def _threads(self, token: str) -> Page:
        from bot.sources.net.door_google import asked

        request = self.service.commentThreads().list(
            part="snippet,replies",
            allThreadsRelatedToChannelId=self.source.channel,
            order="time",
            maxResults=A_PAGE,
            pageToken=token or None,
            textFormat="plainText",
        )
        answer = asked(request, day_ends=lambda: day_ends(self.now))
        threads = entries(answer, THREADS)
        begun = [moment for each in threads if (moment := written(inner(each, "snippet", "topLevelComment")))]
        pages = [self._thread(each) for each in threads]
        return Page(
            found=[found for page in pages for found in page.found],
            next=text_at(answer, "nextPageToken"),
            reaches=min(begun, default=None),
            opens=tuple(opened for page in pages for opened in page.opens),
            problems=tuple(problem for page in pages for problem in page.problems),
        )

    def _thread(self, thread: Any) -> Page:
        top = inner(thread, "snippet", "topLevelComment")
        shown = list_at(thread, "replies", "comments")
        hidden = (whole_number(inner(thread, "snippet", "totalReplyCount")) or 0) > len(shown)
        video = line(text_at(thread, "snippet", "videoId") or text_at(top, "snippet", "videoId"))
        page = self._read([top], video)
        answers = self._read([] if hidden else shown, video, words_of(top))
        opens = (Opened(shelf=f"{REPLIES}{video}:{text_at(top, 'id')}"),) if hidden and text_at(top, "id") else ()
        # Pages are read from their end, where the older is: a thread is older than what is said in it.
        return Page(found=[*answers.found, *page.found], opens=opens, problems=(*page.problems, *answers.problems))

    def _replies(self, thread: str, token: str) -> Page:
        self._pay()
        answer = self.source.replies(thread, token, self.now)
        if answer is None:
            return Page(found=())
        tops = self.source.by_id([comment_of(thread)], self.now)
        found = self._read(entries(answer, COMMENTS), video_of(thread), words_of(next(iter(tops), None)))
        return replace(found, next=text_at(answer, "nextPageToken"))

    def _read(self, comments: Sequence[Any], video: str, parent: str = "") -> Page:
        return read_comments(comments, self.now, own=self.source.channel, video=video, parent=parent)


def _until_midnight() -> timedelta:
    return day_ends(datetime.now(UTC))


class YouTubeTable(SourceTable):
    """A channel. The three keys of the consent come together; without them comments are read and not answered."""

    kind: Literal["youtube"]
    channel: Label
    api_key: Secret
    client_id: Secret = ""
    client_secret: Secret = ""
    refresh_token: Secret = ""
    api_url: ApiUrl = BASE
    login_url: HttpUrl = TOKEN_ADDRESS
    replies_for: Duration = timedelta(days=3)
    daily_units: Annotated[int, Field(ge=1, le=10_000_000)] = 8_000

    extra: ClassVar[str] = "google"

    @model_validator(mode="after")
    def _consent_is_whole(self) -> Self:
        consent = (self.client_id, self.client_secret, self.refresh_token)
        if any(consent) and not all(consent):
            raise ValueError(
                "add all of client_id, client_secret and refresh_token, or none: answering needs the three"
            )
        return self

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - a channel is read whole
        with needs_extra(self.extra):
            from google.oauth2.credentials import Credentials

            from bot.sources.net.door_google import GoogleDoor, Login
        reader = YouTubeSource(
            name=self.name,
            channel=self.channel,
            key=self.api_key,
            door=GoogleDoor(allow_private=self.allow_private),
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            replies_for=self.replies_for,
            daily_units=self.daily_units,
            base=self.api_url,
        )
        if not self.refresh_token:
            return reader
        credentials = Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=self.refresh_token,
            token_uri=self.login_url,
            client_id=self.client_id,
            client_secret=self.client_secret,
            scopes=[SCOPE],
        )
        login = Login(credentials, allow_private=self.allow_private)
        return AnsweringYouTube(**{**vars(reader), "door": GoogleDoor(login=login, allow_private=self.allow_private)})
