"""What people said against the model: corrections, each with its time and person, to learn from and to judge it by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.routing import Topic


class LabelKind(StrEnum):
    """What a correction is about. A mention has one label of each kind at the most that holds: the latest."""

    TOPIC = "topic"
    NOT_ABOUT_US = "not_about_us"
    SCORE = "score"


class Score(StrEnum):
    """How its author speaks of us, in the three groups of the Net Promoter Score."""

    DETRACTOR = "detractor"
    PASSIVE = "passive"
    PROMOTER = "promoter"

    @property
    def detractor(self) -> float:
        return float(self is Score.DETRACTOR)

    @property
    def promoter(self) -> float:
        return float(self is Score.PROMOTER)


class Dismissal(StrEnum):
    """Why a mention is closed as "not about us"; the value is what people read and what the log keeps."""

    NAMESAKE = "Another company or product of the same name"
    SPAM = "Spam or advertising"
    OWN = "Our own post or that of a partner"
    NO_CUSTOMER = "A job, share price or news item, no customer"


UNTAUGHT = frozenset({Dismissal.OWN})
"""Reasons that say nothing about the words of a post: our own read like those of customers, only their author differs."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """One correction. `model` had judged the mention, and had said `topic_before`; both are empty where it could not.

    `topic` is set for the kind TOPIC; `score` for SCORE. `by` is a Slack user.
    """

    mention_id: int
    at: datetime
    by: str
    kind: LabelKind
    model: str
    topic_before: str
    topic: str = ""
    score: Score | None = None


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A label with what it is about: `text` is what the model was given, title and text."""

    label: Label
    text: str
    source: str


def topic_meant(topics: Mapping[str, Topic], department: str, chosen: str) -> str:
    """What a move to `department` says of the topic: the one chosen, else the only one that department owns, else nothing."""
    owned = [topic.name for topic in topics.values() if topic.department == department]
    return chosen or (owned[0] if len(owned) == 1 else "")


def teaches_not_about_us(reason: str) -> bool:
    """Whether a dismissal says of the words themselves that they are none of ours; `reason` begins with the preset."""
    return not reason.startswith(tuple(UNTAUGHT))
