"""From corrections to a candidate and the gate's opinion of it. Numbers in, numbers out: no files, no encoder, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from classifiers import gate
from classifiers.correction import Check, Correction, Doubted
from classifiers.heads import Head, Matrix
from classifiers.learning import Base, Rows, alike, doubted, fit_near

TOPIC, DETRACTOR, PROMOTER = "topic", "detractor", "promoter"
LEARNT = (TOPIC, DETRACTOR, PROMOTER)
"""The heads that corrections move. Nobody corrects `triage` or `reply`."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What there is before a training: the heads as shipped and as they serve, by name, and the base they are held to.

    `accepted` and `detractors` are the truth of the own mentions whose vectors are `kept`: the base gate's.
    """

    shipped: Mapping[str, Head]
    served: Mapping[str, Head]
    served_until: datetime | None
    base: Base
    kept: Matrix
    accepted: Sequence[frozenset[str]]
    detractors: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """Corrections as rows, each part in order of time. `topic_at` and `score_at` are when they were made."""

    topics: Rows
    topic_at: tuple[datetime, ...]
    detractors: Rows
    promoters: Rows
    score_at: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Heads fitted to all corrections, and what the gate says of them."""

    heads: Mapping[str, Head]
    checks: tuple[Check, ...]
    doubted: tuple[Doubted, ...]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)


def lessons_of(
    corrections: Sequence[Correction], vectors: Matrix, labels: Sequence[str], base: Base, half_life: timedelta
) -> Lessons:
    """`vectors` are those of the corrections, in their order, which is that of time; topics that are no `labels` are left out."""
    topics = [place for place, each in enumerate(corrections) if each.topic in labels]
    scores = [place for place, each in enumerate(corrections) if each.detractor is not None]
    newest = max((each.at for each in corrections), default=None)

    def rows(places: Sequence[int], targets: NDArray[np.float64]) -> Rows:
        chosen = [corrections[place] for place in places]
        found = vectors[np.array(places, dtype=np.intp)]
        return Rows(
            vectors=found,
            targets=targets,
            age=np.array([(newest - each.at) / half_life for each in chosen if newest]),
            confirms=np.array([each.confirms for each in chosen], dtype=bool),
            by=tuple(each.by for each in chosen),
            alike=alike(found, base),
        )

    chosen_labels = [labels.index(corrections[place].topic) for place in topics]
    detractor = np.array([[corrections[place].detractor or 0.0] for place in scores]).reshape(len(scores), 1)
    promoter = np.array([[corrections[place].promoter or 0.0] for place in scores]).reshape(len(scores), 1)
    return Lessons(
        topics=rows(topics, np.eye(len(labels))[chosen_labels]),
        topic_at=tuple(corrections[place].at for place in topics),
        detractors=rows(scores, detractor),
        promoters=rows(scores, promoter),
        score_at=tuple(corrections[place].at for place in scores),
    )


def candidate_of(known: Known, lessons: Lessons, *, vouched: frozenset[str] = frozenset()) -> Candidate:
    """Doubt, try on the newest, then fit on all and try on the base. `vouched` people are never doubted."""
    suspects = doubted(known.shipped[TOPIC], known.base, lessons.topics)
    found = tuple(each for each in suspects if each.by not in vouched)
    trust = {each.by: each.trust for each in found}
    checks = [*_on_newest(known, lessons, trust), *_from_whom(known, lessons, found)]
    heads = {
        TOPIC: fit_near(known.shipped[TOPIC], known.base, lessons.topics, trust),
        DETRACTOR: fit_near(known.shipped[DETRACTOR], known.base, lessons.detractors, trust),
        PROMOTER: fit_near(known.shipped[PROMOTER], known.base, lessons.promoters, trust),
    }
    checks += gate.base_topics(heads[TOPIC], known.shipped[TOPIC], known.kept, known.accepted)
    checks += gate.base_scores(heads[DETRACTOR], known.shipped[DETRACTOR], known.kept, known.detractors)
    return Candidate(heads=heads, checks=tuple(checks), doubted=found)


def _on_newest(known: Known, lessons: Lessons, trust: dict[str, float]) -> list[Check]:
    checks = []
    rows, begin = lessons.topics, gate.held_from(lessons.topic_at, known.served_until)
    if begin < len(rows):
        head = fit_near(known.shipped[TOPIC], known.base, rows.take(range(begin)), trust)
        checks += gate.newest_topics(head, known.served[TOPIC], rows.take(range(begin, len(rows))), trust)
    rows, begin = lessons.detractors, gate.held_from(lessons.score_at, known.served_until)
    if begin < len(rows):
        head = fit_near(known.shipped[DETRACTOR], known.base, rows.take(range(begin)), trust)
        checks += gate.newest_scores(head, known.served[DETRACTOR], rows.take(range(begin, len(rows))))
    return checks


def _from_whom(known: Known, lessons: Lessons, found: Sequence[Doubted]) -> list[Check]:
    until = known.served_until
    new = [place for place, at in enumerate(lessons.topic_at) if until is None or at > until]
    return gate.from_whom(lessons.topics.take(new), found)
