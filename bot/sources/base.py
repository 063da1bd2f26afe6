"""The contract that every source passes (tests/contracts): what it gives, how it can be answered, and what else it may do.

`Source` is the least. The others are each for what a place can do beyond it; `flow` asks by `isinstance`, so a source says
what it can do by having the methods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from bot.domain.mention import Incoming


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one poll brought. `cursor` is an opaque text to hand in next time; it is stored with the rows or not at all.

    `gone` are ids of posts that their authors took down. `more` says that the place has more to give at once: after an
    outage a source goes on from the oldest that it has not given yet. `retry_after` is the least time before the next poll,
    where the place asked for one. `problems` are bad entries that were left out, one sentence each, without customer text;
    the rest of the batch is good. `access_ends_at` is when our token runs out, where the place says so. `cost` is what the
    place charges for this poll, in millionths of a US dollar.
    """

    items: Sequence[Incoming]
    cursor: str
    gone: Sequence[str] = ()
    more: bool = False
    retry_after: timedelta | None = None
    problems: tuple[str, ...] = ()
    access_ends_at: datetime | None = None
    cost: int = 0


@runtime_checkable
class Source(Protocol):
    """A place where customers write. Implementations are frozen dataclasses.

    `poll` raises `Retry` when the place may answer later and `GiveUp` when only a person can mend it (gone, refused, a bad
    token, not a feed). It may give the same item again, and gives an edited one again: the store keeps (source, external
    id) unique. An empty cursor, and one that it cannot read, starts over at `first_lookback` before `now`.
    """

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def every(self) -> timedelta:
        """Time between two polls when nothing is wrong."""
        ...

    @property
    def first_lookback(self) -> timedelta:
        """How far back a poll without a cursor reaches."""
        ...

    def poll(self, cursor: str, now: datetime) -> Batch: ...


@dataclass(frozen=True, kw_only=True)
class Replied:
    """Where our answer stands at the source; `cost` as in a batch.

    `permalink` may be empty where answers there have no address of their own.
    """

    permalink: str
    cost: int = 0


@runtime_checkable
class Answerable(Source, Protocol):
    """A source that can carry our answer. Sending the same text under the same `key` twice must leave one answer there;
    where it cannot do that, because the place has no room for a key of ours, the source is `Keyless`.

    A fault is `ambiguous` wherever the answer may stand there all the same. `max_answer` is how many characters the place takes,
    None where it does not say.
    """

    @property
    def max_answer(self) -> int | None: ...

    def reply(self, external_id: str, text: str, *, key: str) -> Replied: ...


@runtime_checkable
class Rehearsed(Answerable, Protocol):
    """An answerable source whose way out is another than its way in, so that a poll says nothing of it."""

    def try_way_out(self) -> None:
        """As far as it goes without an answer being sent. Raises Retry and GiveUp as `reply` does."""
        ...


@runtime_checkable
class Traceable(Answerable, Protocol):
    """An answerable source that can say what became of an answer whose sending ended without a word, because it is known there
    by its key, or because a post has one answer.
    """

    def find_reply(self, external_id: str, text: str, *, key: str) -> Replied | None:
        """Where the answer sent under `key` stands; None where there certainly is none. Raises Retry and GiveUp as `reply`
        does where that cannot be told.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Found:
    """The addresses at which answers of ours with one text stand, each once; `cost` as in a batch, also of finding none."""

    permalinks: Sequence[str] = ()
    cost: int = 0


@runtime_checkable
class Keyless(Answerable, Protocol):
    """An answerable source whose place tells two answers of the same text apart by nothing that we give it.

    `reply` sends, and twice leaves two. So before a second try the flow asks where such answers stand, and takes for its own
    what is not known as another mention's: two customers may be given the same words in one thread.
    """

    def find_replies(self, external_id: str, text: str, *, since: datetime) -> Found:
        """Our answers of this text where one to this post would stand; what is older than `since` may be left out.

        Addresses are those that `reply` gives. Raises Retry and GiveUp as `reply` does where it cannot be told.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Looked:
    """How posts that were given earlier stand now: `items` as they read today, `gone` the ids that are not there any more.

    An id in neither is one of which the place said nothing.
    """

    items: Sequence[Incoming] = ()
    gone: Sequence[str] = ()
    cost: int = 0


@runtime_checkable
class Revisable(Source, Protocol):
    """A source whose polls do not tell of all edits and deletes, and that can look single posts up again.

    `look_again` takes at most `looks_at_once` ids and raises as `poll` does. Posts younger than `look_again_for` are looked
    up; none where it is zero.
    """

    @property
    def look_again_for(self) -> timedelta: ...

    @property
    def looks_at_once(self) -> int: ...

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked: ...


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What a place sent us by itself. `id` is its own id of the delivery: what comes twice under it is taken once."""

    id: str
    items: Sequence[Incoming] = ()
    gone: Sequence[str] = ()
    problems: tuple[str, ...] = ()


@runtime_checkable
class Receiving(Source, Protocol):
    """A source to which its place sends: `poll` has nothing to ask and gives an empty batch."""

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Delivery:
        """Check and read one request; header names are in lower case. Raises GiveUp where it is not to be believed or not to
        be read; the reason goes back to the sender, so it says nothing about us.
        """
        ...


@runtime_checkable
class Priced(Source, Protocol):
    """A source that costs money. Where its `monthly_cap` (millionths of a US dollar) is reached nothing more is asked of it
    until the next month.
    """

    @property
    def monthly_cap(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Listening:
    """What is listened for: what a source that searches asks its place for. Words are as the configuration has them.

    `names` are all that mean us: names, products, handles, hashtags, misspellings. `own` are handles of the
    company and of its people. What they write is given like any other post: the flow keeps it out, and counts it. They are
    there for a place at which somebody else's words come under one of them, as in a mail that a contact form sends.
    """

    names: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    own: frozenset[str] = field(default=frozenset())
