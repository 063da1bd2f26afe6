"""What an author does after we have read them: writing again in the same conversation, or changing the post."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """A later post of the conversation, kept on the card of the first. `detractor` is None until the model has read it."""

    mention_id: int
    external_id: str
    author: str
    text: str
    url: str
    at: datetime
    detractor: float | None = None


@dataclass(frozen=True, kw_only=True)
class FollowUps:
    """How often they wrote again, and the newest of it, oldest first."""

    total: int = 0
    newest: tuple[FollowUp, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Revision:
    """The words as they stood when somebody last decided on them, or first of all; `at` is the latest change since."""

    before: str
    at: datetime
