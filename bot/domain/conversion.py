"""Do answers win detractors over? Detractors who were answered, against comparable ones who were not.

An observation and no experiment: who is answered is chosen by people. Comparable means of the same source and topic, and each
group of those weighs as much as it has answered authors (direct standardisation), so that an easy source does not look like
good work.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.facts import MentionFacts

LOOK_BACK = timedelta(days=180)
WITHIN = timedelta(days=90)
"""An author who writes as a promoter within this time of the first complaint has come round."""

ENOUGH = 10
"""Authors on each side, below which a share says nothing."""

_THRESHOLD = 0.5


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """`unanswered_rate` is that of comparable authors, weighted as the answered ones are; None where there are none.

    `answered` counts only authors whose source and topic has unanswered ones too; `left_out` are the answered ones without.
    """

    answered: int
    answered_won: int
    unanswered: int
    unanswered_won: int
    unanswered_rate: float | None
    left_out: int

    @property
    def answered_rate(self) -> float | None:
        return self.answered_won / self.answered if self.answered else None

    @property
    def enough(self) -> bool:
        """Whether there are enough on both sides to say anything."""
        return min(self.answered, self.unanswered) >= ENOUGH


@dataclass(frozen=True, kw_only=True)
class _Author:
    stratum: tuple[str, str]
    answered: bool
    won: bool


def conversion_of(facts: Iterable[MentionFacts], now: datetime) -> Conversion:
    """Each author counts once, from the first mention as a detractor in LOOK_BACK; both sides are watched equally long.

    Whoever never wrote again was not won: that is how silence is counted on both sides. Anonymous mentions are left out.
    """
    written: dict[tuple[str, str], list[MentionFacts]] = defaultdict(list)
    for each in facts:
        if each.author and now - LOOK_BACK <= each.received_at <= now:
            written[each.source, each.author].append(each)
    authors = [found for those in written.values() if (found := _author(those)) is not None]
    return _compare(authors)


def _author(mentions: Sequence[MentionFacts]) -> _Author | None:
    """None for somebody who never spoke as a detractor."""
    ordered = sorted(mentions, key=lambda each: (each.received_at, each.mention_id))
    first = next((each for each in ordered if _is_detractor(each)), None)
    if first is None:
        return None
    later = [each for each in ordered if first.received_at < each.received_at <= first.received_at + WITHIN]
    won = next((each for each in later if (each.promoter or 0.0) >= _THRESHOLD), None)
    until = won.received_at if won is not None else first.received_at + WITHIN
    answered = any(each.answered_at is not None and each.answered_at < until for each in (first, *later))
    return _Author(stratum=(first.source, first.topic), answered=answered, won=won is not None)


def _is_detractor(mention: MentionFacts) -> bool:
    return (mention.detractor or 0.0) >= _THRESHOLD and (mention.detractor or 0.0) > (mention.promoter or 0.0)


def _compare(authors: Sequence[_Author]) -> Conversion:
    groups: dict[tuple[str, str], list[_Author]] = defaultdict(list)
    for each in authors:
        groups[each.stratum].append(each)
    both = [those for those in groups.values() if len({each.answered for each in those}) == 2]
    compared = [each for those in both for each in those]
    answered, unanswered = _sides(compared)
    expected = 0.0
    for those in both:
        ours, others = _sides(those)
        expected += len(ours) * sum(each.won for each in others) / len(others)
    return Conversion(
        answered=len(answered),
        answered_won=sum(each.won for each in answered),
        unanswered=len(unanswered),
        unanswered_won=sum(each.won for each in unanswered),
        unanswered_rate=expected / len(answered) if answered else None,
        left_out=len(_sides(authors)[0]) - len(answered),
    )


def _sides(authors: Sequence[_Author]) -> tuple[list[_Author], list[_Author]]:
    return [each for each in authors if each.answered], [each for each in authors if not each.answered]
