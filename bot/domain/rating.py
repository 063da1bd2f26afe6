"""Whether what Earshot posts in a channel is of use there, as people say; and what would make it more so."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.card import Subscription
from classifiers.verdict import Verdict

BOUNDS = (0.5, 0.7, 0.8, 0.9)
"""Least detractor scores that a subscription can ask for."""

FEW = 2
"""As many words against a topic it takes before leaving it out is suggested."""


class Unhelpful(StrEnum):
    """Why something is not useful here; the value is what people read and what the log keeps."""

    NOISY = "too noisy"
    WRONG_TOPIC = "wrong topic"
    DUPLICATE = "a duplicate"
    KNOWN = "already known"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Rating:
    """What one person says of one mention in one channel (an id). `reason` is empty for what is useful."""

    mention_id: int
    channel: str
    by: str
    at: datetime
    useful: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Rated:
    """A rating, and what the mention was to a subscription."""

    rating: Rating
    source: str
    verdict: Verdict | None


@dataclass(frozen=True, kw_only=True)
class Usefulness:
    """What people said of what a subscription brought. `top_reason` is the commonest one against it."""

    useful: int = 0
    not_useful: int = 0
    top_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Narrower:
    """A subscription that brings less, and what of the ratings speaks for it, in a sentence."""

    wish: Subscription
    why: str


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What people say of what a subscription brings, and a narrower one where that would help."""

    usefulness: Usefulness
    narrower: Narrower | None = None


def usefulness(wish: Subscription, rated: Iterable[Rated]) -> Usefulness:
    """Counted are ratings of what this subscription lets through, since it was made."""
    mine = brought_by(wish, rated)
    reasons = Counter(reason_of(each.rating) for each in mine if not each.rating.useful)
    return Usefulness(
        useful=sum(each.rating.useful for each in mine),
        not_useful=sum(reasons.values()),
        top_reason=max(sorted(reasons), key=lambda reason: reasons[reason], default=""),
    )


def brought_by(wish: Subscription, rated: Iterable[Rated]) -> list[Rated]:
    return [each for each in rated if each.rating.at >= wish.created_at and wish.wants(each.source, each.verdict)]


def reason_of(rating: Rating) -> str:
    """The preset, or that somebody used words of their own."""
    return rating.reason if rating.reason in set(Unhelpful) else Unhelpful.OTHER


def narrower(wish: Subscription, rated: Iterable[Rated], topics: Sequence[str]) -> Narrower | None:
    """What to leave out, where ratings speak for it: a topic, else low scores. `topics` are all there are.

    None where nothing would keep away more of what is not useful than twice what is.
    """
    mine = brought_by(wish, rated)
    return _without_topics(wish, mine, topics) or _above_a_score(wish, mine)


def _without_topics(wish: Subscription, mine: Sequence[Rated], topics: Sequence[str]) -> Narrower | None:
    against, kept = (Counter(_topic(each) for each in mine if each.rating.useful is good) for good in (False, True))
    bad = [topic for topic, count in against.most_common() if topic and count >= FEW and count > 2 * kept[topic]]
    rest = tuple(topic for topic in (wish.topics or topics) if topic not in bad)
    if not bad or not rest:
        return None
    worst = bad[0]
    why = f"{against[worst]} of {sum(against.values())} that were not useful are about {worst.replace('_', ' ')}"
    return Narrower(wish=replace(wish, topics=rest), why=f"{why}, {kept[worst]} of the useful ones.")


def _above_a_score(wish: Subscription, mine: Sequence[Rated]) -> Narrower | None:
    judged = [each for each in mine if each.verdict is not None]

    def gain(bound: float) -> int:
        gone = [each for each in judged if each.verdict is not None and each.verdict.detractor < bound]
        return sum(-2 if each.rating.useful else 1 for each in gone)

    higher = [bound for bound in BOUNDS if bound > wish.min_detractor]
    best = max(higher, key=gain, default=None)
    if best is None or gain(best) < FEW:
        return None
    gone = sum(not each.rating.useful for each in judged if each.verdict and each.verdict.detractor < best)
    total = sum(not each.rating.useful for each in mine)
    why = f"{gone} of {total} that were not useful are less than {best:.0%} detractor (estimated)."
    return Narrower(wish=replace(wish, min_detractor=best), why=why)


def _topic(rated: Rated) -> str:
    return rated.verdict.topic if rated.verdict else ""
