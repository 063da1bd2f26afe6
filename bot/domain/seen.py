"""What the writer of an answer had before them when they began, and what has happened to it since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.card import Card
from bot.domain.event import Event


class Change(StrEnum):
    """What stops an answer until its writer has seen it."""

    ANSWERED = "answered"
    EDITED = "edited"
    FOLLOWED_UP = "followed_up"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The newest answer (0: there was none) and when the author last touched the post, as a dialog showed them."""

    answer: int = 0
    edited_at: datetime | None = None
    withdrawn_at: datetime | None = None
    followed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What the author wrote before and now. `before` is empty where the log does not have it."""

    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class News:
    """Why an answer was stopped: the card as it stands now, and what of it its writer has not seen."""

    card: Card
    changes: tuple[Change, ...]
    edit: Edit


def seen_of(card: Card) -> Seen:
    return Seen(
        answer=card.answer.id if card.answer else 0,
        edited_at=card.mention.edited_at,
        withdrawn_at=card.mention.withdrawn_at,
        followed_at=card.followed_at,
    )


def changes_since(seen: Seen, card: Card) -> tuple[Change, ...]:
    """What the writer has not seen yet, the gravest first."""
    now = seen_of(card)
    found = (
        (Change.ANSWERED, now.answer != seen.answer),
        (Change.WITHDRAWN, now.withdrawn_at != seen.withdrawn_at),
        (Change.EDITED, now.edited_at != seen.edited_at),
        (Change.FOLLOWED_UP, now.followed_at != seen.followed_at),
    )
    return tuple(change for change, happened in found if happened)


def edit_since(seen: Seen, events: Iterable[Event], text: str) -> Edit:
    """The words that the writer saw, from the first edit after it, and those that stand there now."""
    edits = (event for event in events if event.what == "edited")
    later = [event for event in edits if seen.edited_at is None or event.at > seen.edited_at]
    return Edit(before=str(later[0].detail.get("before", "")) if later else "", after=text)
