"""Timeliness: too fast for a heated post, or so late that the answer should say so."""

from collections.abc import Iterator
from datetime import timedelta

from bot.domain.preflight.finding import Concern, Finding
from bot.domain.preflight.phrases import any_line, typed
from bot.domain.preflight.situation import Situation
from bot.domain.triage import Outcome

BREATH = timedelta(seconds=30)
"""An answer to a heated post takes longer than that."""

OLD = timedelta(days=2)
HEATED = 0.9

_DELAY = any_line(
    r"""
    delay(?:ed|s)?
    late
    later than
    sooner
    earlier (?:answer|reply|response)
    wait(?:ed|ing)?
    took (?:us|me|so|this|too)
    (?:been|taken) (?:a while|so long|too long|this long|\w+ days|days)
    slow(?:ly)?
    (?:your patience|patient)
    only now
    silence
    overdue
    should have (?:answered|replied|written|been in touch)
    missed your
    overlooked
    catching up
    (?:days|weeks?) (?:ago|late)
    """
)
"""What tells the customer that we know how long it took."""


def look_at_timeliness(draft: str, situation: Situation) -> Iterator[Finding]:
    spent = situation.now - situation.opened_at if situation.opened_at else BREATH
    if heated(situation) and spent < BREATH:
        said = "The post is heated and you began a moment ago: read it once more, and your answer aloud, before you send it."
        yield Finding(concern=Concern.TIMELINESS, rule="hasty", sentence=said)
    if not _DELAY.search(typed(draft)):
        yield from _late(situation)


def heated(situation: Situation) -> bool:
    return situation.outcome is Outcome.MONITOR or situation.detractor >= HEATED


def _late(situation: Situation) -> Iterator[Finding]:
    missed = situation.due_at is not None and situation.due_at <= situation.now
    age = situation.now - situation.posted_at if situation.posted_at else timedelta(0)
    if missed or age >= OLD:
        since = f"They wrote {age.days} days ago" if age >= OLD else "The answer is later than promised"
        said = f"{since} and the answer does not say so: a word about the wait costs little."
        yield Finding(concern=Concern.TIMELINESS, rule="late", sentence=said)
