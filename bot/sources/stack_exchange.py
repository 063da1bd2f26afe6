"""Stack Overflow and the other sites of Stack Exchange: questions and answers by words and tags. Reading only.

A search only says which posts there are; each is then read whole, in one way for polls and later looks
(https://api.stackexchange.com/docs). Of everything the place says how long to wait, and how much may be asked today.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Looked, Source
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import count, line, prose, shortened, web_address
from bot.sources.formats.json_values import object_of, objects_of, text_of, whole_number
from bot.sources.formats.markup import plain_text
from bot.sources.formats.searching import quoted, searched_words
from bot.sources.formats.since import next_since, oldest_first, read_since, write_since
from bot.sources.net.api import Api
from bot.sources.net.fetch import LONGEST_PAUSE, PAUSE, Limits
from bot.sources.table import Secret, SourceTable
from bot.values import ApiUrl, Several, Span

PAGE = 100
"""The most that the place gives, and takes ids, at once."""
OVERLAP = timedelta(minutes=30)
"""Its search learns of posts later than its lists do (from memory)."""
LIMITS = Limits(deadline=timedelta(seconds=10))
THROTTLED = frozenset({502, 503})
"""`error_id`s, which come with the status 400."""

_SECONDS = re.compile(r"(\d{1,9}) seconds")


@dataclass(frozen=True, kw_only=True)
class Ref:
    """A post that a search found. `id` is "question:1" or "answer:2"."""

    at: datetime
    id: str


@dataclass(kw_only=True)
class Manners:
    """What the place asked of us in the answers to one poll."""

    wait: timedelta = timedelta(0)
    asked: int = 0
    quota: int | None = None

    def heed(self, answered: Mapping[str, Any]) -> None:
        seconds = whole_number(answered.get("backoff")) or 0
        self.wait = max(self.wait, min(timedelta(seconds=min(max(seconds, 0), 10**6)), LONGEST_PAUSE))
        self.asked += 1
        self.quota = whole_number(answered.get("quota_remaining"))

    def pause(self, now: datetime) -> timedelta | None:
        """Before the next poll; until the quota is new, at midnight UTC, where it does not reach for another one."""
        if self.quota is not None and self.quota < self.asked:
            return timedelta(days=1) - (now.astimezone(UTC) - _midnight(now))
        return self.wait or None


@dataclass(frozen=True, kw_only=True)
class StackExchange:
    """What the words find in questions and answers, and all questions with one of the tags, from the oldest on."""

    name: str
    site: str
    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    key: str = field(default="", repr=False)
    every: timedelta = timedelta(minutes=30)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    api: Api = field(default_factory=lambda: Api(base="https://api.stackexchange.com/2.3/", limits=LIMITS))
    kind: ClassVar[str] = "stack_exchange"
    looks_at_once: ClassVar[int] = PAGE

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        since = read_since(cursor, now, otherwise=self.first_lookback)
        manners = Manners()
        refs, until, left_out = self._refs(since, manners)
        read = self._posts([ref.id for ref in refs], now, manners)
        items = oldest_first(item for item in read.values() if item.text)
        empty = (f"the {known.replace(':', ' ')} has no text" for known, item in read.items() if not item.text)
        following = next_since(since, items, overlap=OVERLAP) if until is None else max(until, since)
        return Batch(
            items=items,
            cursor=write_since(following),
            more=until is not None,
            retry_after=manners.pause(now),
            problems=(*left_out, *empty),
        )

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does."""
        read = self._posts(external_ids, now, Manners())
        gone = tuple(known for known in external_ids if known not in read)
        return Looked(items=tuple(item for item in read.values() if item.text), gone=gone)

    def _refs(self, since: datetime, manners: Manners) -> tuple[list[Ref], datetime | None, tuple[str, ...]]:
        """The oldest posts since then, about a page; up to when that is all there is, None for until now; and what is not."""
        from_date = int(since.timestamp())
        asked: dict[str, str | int] = {"sort": "creation", "order": "asc", "fromdate": from_date, "pagesize": PAGE}
        pages = [self._ask("search/excerpts", asked | {"q": quoted(word)}, manners) for word in self.words]
        pages += [self._ask("questions", asked | {"tagged": tag}, manners) for tag in self.tags]
        shown = [[ref for each in objects_of(page["items"]) if (ref := _ref(each))] for page in pages]
        ends = [refs[-1].at for refs, page in zip(shown, pages, strict=True) if refs and page.get("has_more") is True]
        found = sorted({ref.id: ref for refs in shown for ref in refs}.values(), key=lambda ref: (ref.at, ref.id))
        is_cut = any(end <= since for end in ends)
        if len(found) > PAGE:
            ends.append(found[PAGE - 1].at)
        if not ends:
            return found, None, ()
        until = min(ends)
        wanted = [ref for ref in found if ref.at <= until]
        left_out = (f"more than {PAGE} posts of one second; others of it are left out",) if is_cut else ()
        return wanted, max(until, since + timedelta(seconds=1)), left_out

    def _posts(self, ids: Iterable[str], now: datetime, manners: Manners) -> dict[str, Incoming]:
        """The posts that are there, by id: with the question that an answer answers."""
        wanted = [known.partition(":") for known in ids]
        answers = self._whole("answers", [id for sort, _, id in wanted if sort == "answer"], manners)
        asked = [id for sort, _, id in wanted if sort == "question"]
        parents = [text_of(answer.get("question_id")) for answer in answers.values()]
        questions = self._whole("questions", [*asked, *filter(str.isdecimal, parents)], manners)
        read = {}
        for sort, _, id in wanted:
            if sort == "question" and id in questions:
                read[f"question:{id}"] = _question(questions[id], id, now)
            if sort == "answer" and id in answers:
                parent = questions.get(text_of(answers[id].get("question_id")), {})
                read[f"answer:{id}"] = _answer(answers[id], parent, id, now)
        return read

    def _whole(self, path: str, ids: Sequence[str], manners: Manners) -> dict[str, dict[str, Any]]:
        once = list(dict.fromkeys(ids))
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(once), PAGE):
            some = ";".join(once[start : start + PAGE])
            page = self._ask(f"{path}/{some}", {"filter": "withbody", "pagesize": PAGE}, manners)
            found |= {text_of(each.get(f"{path[:-1]}_id")): each for each in objects_of(page["items"])}
        return found

    def _ask(self, path: str, query: Mapping[str, str | int], manners: Manners) -> dict[str, Any]:
        known = {"site": self.site} | ({"key": self.key} if self.key else {})
        answer = self.api.get(path, {**query, **known}, accept=frozenset({400}))
        answered = object_of(answer.value)
        if answer.status == 400:
            raise self._refusal(answered)
        if not isinstance(answered.get("items"), list):
            raise Retry(f"{self.api.host} answers without a list of posts", after=PAUSE)
        manners.heed(answered)
        return answered

    def _refusal(self, answered: Mapping[str, Any]) -> Retry | GiveUp:
        reason = line(text_of(answered.get("error_message"))) or "without saying why"
        if answered.get("error_id") in THROTTLED:
            seconds = _SECONDS.search(reason)
            wait = min(timedelta(seconds=int(seconds[1])), LONGEST_PAUSE) if seconds else PAUSE
            return Retry(f"{self.api.host} is not able to answer now ({reason})", after=wait, asked=True)
        return GiveUp(f"{self.api.host} refuses the question: {reason}")


def _ref(found: Mapping[str, Any]) -> Ref | None:
    sort = "answer" if found.get("item_type") == "answer" else "question"
    id, at = whole_number(found.get(f"{sort}_id")), read_date(text_of(found.get("creation_date")))
    return Ref(at=at, id=f"{sort}:{id}") if id is not None and at else None


def _question(post: Mapping[str, Any], id: str, now: datetime) -> Incoming:
    title, text = line(unescape(text_of(post.get("title")))), _text(post)
    return Incoming(
        external_id=f"question:{id}",
        text=text or title,
        title=title if text else "",
        url=web_address(text_of(post.get("link")), ""),
        thread=f"question:{id}",
        **_of_both(post, now),
    )


def _answer(post: Mapping[str, Any], question: Mapping[str, Any], id: str, now: datetime) -> Incoming:
    place = urlsplit(web_address(text_of(question.get("link")), ""))
    asked = "\n".join(part for part in (line(unescape(text_of(question.get("title")))), _text(question)) if part)
    return Incoming(
        external_id=f"answer:{id}",
        text=_text(post),
        url=f"{place.scheme}://{place.netloc}/a/{id}" if place.netloc else "",
        parent=shortened(asked),
        thread=f"question:{whole_number(post.get('question_id')) or ''}",
        **_of_both(post, now),
    )


def _of_both(post: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    owner = object_of(post.get("owner"))
    shown = line(unescape(text_of(owner.get("display_name"))))
    return {
        # Names are not unique there, and people change them.
        "author": line(text_of(owner.get("user_id"))) or shown,
        "author_name": shown,
        "author_url": web_address(text_of(owner.get("link")), ""),
        "reach": count(text_of(post.get("score"))),
        "posted_at": believed(read_date(text_of(post.get("creation_date"))), now),
    }


def _text(post: Mapping[str, Any]) -> str:
    return prose(plain_text(text_of(post.get("body"))).text)


def _midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


class StackExchangeTable(SourceTable):
    """`words` are searched for beside what is listened for; `names` takes what is listened for out where it is false."""

    kind: Literal["stack_exchange"]
    search: bool = True
    every: Span = timedelta(minutes=30)
    site: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,60}$")] = "stackoverflow"
    words: Several[str] = ()
    names: bool = True
    tags: Several[str] = ()
    key: Secret = ""
    api_url: ApiUrl = "https://api.stackexchange.com/2.3/"

    @model_validator(mode="after")
    def _looks_for_something(self) -> Self:
        if not self.names and not self.words and not self.tags:
            raise ValueError("write words or tags to look for, or leave names = false out")
        return self

    def build(self, listening: Listening) -> Source:
        heard = listening if self.names else Listening()
        words = searched_words(self.words, heard) if self.names or self.words else ()
        return StackExchange(
            name=self.name,
            site=self.site,
            words=words,
            tags=self.tags,
            key=self.key,
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            api=Api(base=self.api_url, allow_private=self.allow_private, limits=LIMITS),
        )
