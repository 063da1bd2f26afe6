"""Ask the model about mentions, and find out whose fault it is where it does not answer."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.mention import Mention, subject_text
from bot.domain.policy import Policy
from classifiers.verdict import Classifier, ModelFault, Subject, Verdict

log = logging.getLogger(__name__)

PROBE = Subject(text="The order arrived on time, thank you.")
"""A text that every model can judge: one that fails at it is down."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """Verdicts by mention id. Where the model is `down`, what has none has it through no fault of its own."""

    verdicts: Mapping[int, Verdict]
    down: bool = False


def ask(classifier: Classifier, batch: Sequence[Mention], policy: Policy) -> Said:
    """Judge a batch. Where it fails and the model works, each mention is tried alone: one bad text must not hold the others."""
    found = _judged(classifier, batch, policy)
    if len(found) == len(batch):
        return Said(verdicts=found)
    if not _works(classifier):
        return Said(verdicts={}, down=True)
    for mention in batch if len(batch) > 1 else ():
        alone = _judged(classifier, [mention], policy)
        if not alone and not _works(classifier):
            return Said(verdicts=found, down=True)
        found |= alone
    return Said(verdicts=found)


def reads_like(mention: Mention) -> str:
    return subject_text(mention.title, mention.text)


def _judged(classifier: Classifier, batch: Sequence[Mention], policy: Policy) -> dict[int, Verdict]:
    """All verdicts or none."""
    if not batch:
        return {}
    try:
        verdicts = classifier.classify([_subject(mention, policy) for mention in batch])
    except ModelFault as fault:
        log.warning("model_fault", extra={"mentions": len(batch), "reason": str(fault)})
        return {}
    return {mention.id: verdict for mention, verdict in zip(batch, verdicts, strict=True)}


def _works(classifier: Classifier) -> bool:
    try:
        classifier.classify([PROBE])
    except ModelFault as fault:
        log.warning("model_down", extra={"reason": str(fault)})
        return False
    return True


def _subject(mention: Mention, policy: Policy) -> Subject:
    return Subject(text=reads_like(mention), about=policy.about.get(mention.source, policy.company))
