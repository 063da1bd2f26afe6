"""What whoever answers should know besides the post: the conversation that it stands in, and its author's earlier posts."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.card import AnswerState, Card
from bot.domain.lifecycle import State


@dataclass(frozen=True, kw_only=True)
class Past:
    """Another mention and how it ended. `by` is who decided, `answer` what the customer got; `permalink` leads to its card."""

    mention_id: int
    at: datetime
    words: str
    state: State
    by: str = ""
    answer: str = ""
    answer_state: AnswerState | None = None
    permalink: str = ""


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """`thread` is the rest of the conversation, oldest first; `author` the author's other posts, there and on linked
    accounts, newest first.

    Each is a page; `thread_total` and `author_total` count all there are.
    """

    card: Card
    thread: tuple[Past, ...] = ()
    thread_total: int = 0
    author: tuple[Past, ...] = ()
    author_total: int = 0
