"""What can be read at a moment: the story's posts as time releases them, and what people write themselves."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandbox.places.stream import Place, Post, Stream

MAX_TEXT = 20_000
"""Characters that the form takes; one more is refused, never cut."""

CONTROLS = re.compile("[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry (section 2.2), and what readers change on the way: a carriage return becomes a line feed,
and feedparser takes U+0080 to U+009F for Windows' letters."""

OWN = "you-"
"""How the ids of posts begin that a person wrote in the browser: only those can be edited there."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A post as it reads now. `updated` is the time of the last edit, or of publication."""

    post: Post
    published: datetime
    updated: datetime
    text: str
    stars: int | None

    @property
    def is_edited(self) -> bool:
        return self.updated != self.published

    @property
    def is_own(self) -> bool:
        return self.post.id.startswith(OWN)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a person fills into the form."""

    author_name: str
    text: str
    title: str = ""
    followers: int | None = None
    stars: int | None = None
    reply_to: str = ""


class RefusedDraft(ValueError):
    """The form cannot be taken as it is; the message is for the person who wrote it."""


class Board:
    """All places of one demo. Not safe for threads: it is used from the server's event loop only."""

    def __init__(self, stream: Stream, *, speed: float, clock: Callable[[], datetime]) -> None:
        """`speed` is story minutes per real minute; the story starts now."""
        if not speed > 0:
            raise ValueError(f"speed {speed} is not above 0")
        self._places = stream.places
        self._posts = {post.id: post for post in stream.posts}
        self._own: dict[str, Shown] = {}
        self._speed = speed
        self._clock = clock
        self.started = clock()

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(self._places.values())

    def place(self, name: str) -> Place | None:
        return self._places.get(name)

    def visible(self, place: str) -> list[Shown]:
        """What has been published in a place, newest first."""
        now = self._clock()
        told = [self._shown(post, now) for post in self._posts.values() if post.place == place]
        own = [shown for shown in self._own.values() if shown.post.place == place]
        published = [shown for shown in told if shown is not None] + own
        return sorted(published, key=lambda shown: (shown.published, shown.post.id), reverse=True)

    def find(self, place: str, post_id: str) -> Shown | None:
        return next((shown for shown in self.visible(place) if shown.post.id == post_id), None)

    def to_come(self) -> int:
        """How many posts of the story are still to be released."""
        now = self._clock()
        return sum(self._shown(post, now) is None for post in self._posts.values())

    def add(self, place: Place, draft: Draft) -> Shown:
        """Publish what a person wrote; raises RefusedDraft."""
        text = written(draft.text)
        post_id = OWN + secrets.token_hex(4)
        now = self._clock()
        name = _one_line(draft.author_name) or "You"
        post = Post(
            id=post_id,
            place=place.name,
            kind=place.kind,
            author=re.sub(r"\W+", "_", name.casefold()).strip("_") or "you",
            author_name=name,
            text=text,
            url=f"/places/{place.name}/{post_id}",
            at=self._minutes(now),
            lang="und",
            title=_one_line(draft.title) if place.titles else "",
            followers=draft.followers,
            stars=draft.stars,
            reply_to=draft.reply_to if self.find(place.name, draft.reply_to) else "",
        )
        self._own[post_id] = Shown(post=post, published=now, updated=now, text=text, stars=draft.stars)
        return self._own[post_id]

    def edit(self, shown: Shown, text: str) -> Shown:
        """Change a post that a person wrote here; raises RefusedDraft."""
        if not shown.is_own:
            raise RefusedDraft("Only what you wrote yourself can be edited.")
        edited = replace(shown, text=written(text), updated=self._clock())
        self._own[shown.post.id] = edited
        return edited

    def _minutes(self, now: datetime) -> float:
        return (now - self.started) / timedelta(minutes=1) * self._speed

    def _time_of(self, at: float) -> datetime:
        """Story minutes after the start go by at the demo's speed; those before it are real."""
        return self.started + timedelta(minutes=at / self._speed if at > 0 else at)

    def _shown(self, post: Post, now: datetime) -> Shown | None:
        published = self._time_of(post.at)
        if published > now:
            return None
        shown = Shown(post=post, published=published, updated=published, text=post.text, stars=post.stars)
        for edit in post.edits:
            if (when := self._time_of(edit.at)) <= now:
                shown = replace(shown, updated=when, text=edit.text, stars=edit.stars)
        return shown


def written(text: str) -> str:
    """What a person put into a form, without what no feed can carry; raises RefusedDraft."""
    kept = CONTROLS.sub("", text.replace("\r\n", "\n")).strip()
    if not kept:
        raise RefusedDraft("There is nothing in it yet: write a few words.")
    if len(kept) > MAX_TEXT:
        raise RefusedDraft(f"{len(kept):,} characters are too many; {MAX_TEXT:,} is the most.")
    return kept


def _one_line(text: str) -> str:
    return " ".join(CONTROLS.sub("", text).split())
