"""A training from beginning to end: embed, fit, ask the gate, write the version, let it serve.

Uses one core and an encoder of its own, that it gives back; the one that judges is not kept waiting.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from classifiers.corpus import Mention, is_detractor, own_mentions
from classifiers.correction import Correction, LearningSettings, Training
from classifiers.course import named
from classifiers.encoder import Encoder, encoder_of
from classifiers.heads import Heads, Matrix, load_heads
from classifiers.language import detect
from classifiers.learning import Base
from classifiers.refit import LEARNT, TOPIC, Candidate, Known, candidate_of, lessons_of
from classifiers.settings import ModelSettings
from classifiers.text import readable, with_name
from classifiers.topics import company_head
from classifiers.verdict import ModelFault, Subject
from classifiers.versions import LEARNT_TOPICS, Pointer, VersionError, Versions, learnt_topics, with_learnt

MOST_CORRECTED, MOST_CONFIRMED = 3_000, 2_000
"""How many are learnt from, the newest of each kind: they take a minute to embed, and an older one counts little."""

MOST_ANCHORS, MOST_KEPT = 2_500, 800
"""Own mentions that the fit is held to, and that the base gate asks."""

CHUNK = 64
"""Texts between two looks at whether to stop."""


class Stopped(Exception):
    """The process ends: nothing was written, the next one trains."""


@dataclass(frozen=True, kw_only=True)
class _Served:
    """What a training starts from: the pointer, and the version it names if that can be used with this encoder."""

    pointer: Pointer
    heads: Heads
    until: datetime | None
    folder: str = ""


class Learner:
    """Makes versions. `own` and `open_encoder` are for tests; `stopping` is asked often and ends a training early."""

    def __init__(
        self,
        versions: Versions,
        settings: ModelSettings,
        learning: LearningSettings,
        *,
        stopping: Callable[[], bool] = lambda: False,
        open_encoder: Callable[[], Encoder] | None = None,
        own: Callable[[], Sequence[Mention]] = own_mentions,
    ) -> None:
        self._versions = versions
        self._settings = settings
        self._learning = learning
        self._stopping = stopping
        self._open_encoder = open_encoder or partial(encoder_of, settings)
        self._own = own

    def train(self, corrections: Sequence[Correction], now: datetime, *, by_hand: bool) -> Training:
        """Hold a training and note it in the journal; one by hand also ends a hold. Raises Busy, Stopped, ModelFault."""
        with self._versions.writing():
            training, until = self._train(corrections, now, by_hand=by_hand)
            self._versions.note(_entry(training, until, by_hand=by_hand))
            self._versions.prune()
        return training

    def _train(
        self, corrections: Sequence[Correction], now: datetime, *, by_hand: bool
    ) -> tuple[Training, datetime | None]:
        shipped = load_heads(self._settings.heads)
        served = self._served(shipped)
        chosen = self._chosen(corrections)
        new = [each for each in chosen if not each.confirms and (served.until is None or each.at > served.until)]
        until = max((each.at for each in chosen), default=None)
        training = Training(at=now, served=served.pointer.version, counts=_counts(corrections, chosen, new), why="")
        if served.pointer.held and not by_hand:
            return replace(training, why="a person holds the version that serves: `earshot train` ends that"), until
        if len(new) < self._learning.min_new:
            said = f"{len(new)} new corrections, {self._learning.min_new} are needed (`min_new`)"
            return replace(training, why=said), until
        candidate = self._candidate(shipped, served, chosen)
        version = self._write(shipped, served, candidate, training, until)
        training = replace(training, version=version, checks=candidate.checks, doubted=candidate.doubted)
        if not candidate.passed:
            failed = ", ".join(check.name for check in candidate.checks if not check.passed)
            return replace(training, why=f"the gate refused it: {failed}"), until
        self._versions.promote(version, held=False)
        return replace(training, promoted=True, why=f"no worse in {len(candidate.checks)} checks"), until

    def _served(self, shipped: Heads) -> _Served:
        """A version that is damaged, or was made for another encoder, teaches nothing: the shipped heads stand in."""
        try:
            pointer = self._versions.pointer()
            if not pointer.version:
                return _Served(pointer=pointer, heads=shipped, until=None)
            version, heads = self._versions.version(pointer.version), self._versions.heads(pointer.version)
        except (ModelFault, VersionError):
            return _Served(pointer=Pointer(), heads=shipped, until=None)
        if heads.encoder != shipped.encoder:
            return _Served(pointer=pointer, heads=shipped, until=None)
        folder = self._versions.path(pointer.version)
        return _Served(pointer=pointer, heads=heads, until=version.until, folder=folder)

    def _chosen(self, corrections: Sequence[Correction]) -> list[Correction]:
        """In order of time, without people left out, topics that the company does not have, and another model's languages."""
        topics = {spec.name for spec in self._settings.topics}
        usable = [
            each
            for each in corrections
            if each.by not in self._learning.leave_out
            and (each.topic in topics or each.detractor is not None)
            and not self._is_elsewhere(each.subject)
        ]
        ordered = sorted(usable, key=lambda each: each.at)
        corrected = [each for each in ordered if not each.confirms][-MOST_CORRECTED:]
        confirmed = [each for each in ordered if each.confirms][-MOST_CONFIRMED:]
        return sorted([*corrected, *confirmed], key=lambda each: each.at)

    def _is_elsewhere(self, subject: Subject) -> bool:
        elsewhere = self._learning.elsewhere
        return bool(elsewhere) and detect(readable(subject.text)) in elsewhere

    def _candidate(self, shipped: Heads, served: _Served, chosen: Sequence[Correction]) -> Candidate:
        encoder = self._open_encoder()
        if encoder.fingerprint != shipped.encoder:
            raise ModelFault(
                f"the heads {shipped.model} were trained on another encoder: nothing can be learnt with this one"
            )
        anchors, kept = _parted(self._own())
        base = Base(
            mean=shipped.mean, scale=shipped.scale, anchors=self._embed(encoder, [named(each) for each in anchors])
        )
        prior = company_head(shipped, self._settings.topics, encoder)
        heads = {name: shipped[name] for name in LEARNT} | {TOPIC: prior}
        serving = {name: served.heads[name] for name in LEARNT}
        known = Known(
            shipped=heads,
            served=serving | {TOPIC: with_learnt(prior, learnt_topics(served.folder))},
            served_until=served.until,
            base=base,
            kept=self._embed(encoder, [named(each) for each in kept]),
            accepted=[frozenset({each.topic, each.second} - {""}) for each in kept],
            detractors=np.array([is_detractor(each) >= 0.5 for each in kept]),
        )
        vectors = self._embed(encoder, [prompt(each.subject) for each in chosen])
        lessons = lessons_of(chosen, vectors, prior.labels, base, self._learning.half_life)
        return candidate_of(known, lessons, vouched=self._learning.vouched)

    def _embed(self, encoder: Encoder, texts: Sequence[str]) -> Matrix:
        parts = [np.zeros((0, encoder.width), dtype=np.float32)]
        for start in range(0, len(texts), CHUNK):
            if self._stopping():
                raise Stopped
            parts.append(encoder.encode(texts[start : start + CHUNK]))
        return np.concatenate(parts)

    def _write(
        self, shipped: Heads, served: _Served, candidate: Candidate, training: Training, until: datetime | None
    ) -> str:
        heads = {**shipped.heads, **{name: candidate.heads[name] for name in LEARNT if name != TOPIC}}
        heads[LEARNT_TOPICS] = replace(candidate.heads[TOPIC], name=LEARNT_TOPICS)
        learnt = {
            "parent": served.pointer.version,
            "base": shipped.version,
            "at": training.at.isoformat(),
            "until": until.isoformat() if until else "",
            "counts": dict(training.counts),
            "checks": [asdict(check) | {"passed": check.passed} for check in candidate.checks],
            "doubted": [asdict(each) for each in candidate.doubted],
        }
        return self._versions.add(shipped, heads, learnt)


def prompt(subject: Subject) -> str:
    """What the encoder reads of a subject, the same when it is learnt as when it is judged."""
    return with_name(readable(subject.text), readable(subject.about)[:80])


def _parted(own: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Anchors, and the base gate's mentions; those of one company are on one side. Always the same for the same mentions."""
    spread = {each.about.lower(): _place(each.about.lower()) for each in own}
    anchors = [each for each in own if spread[each.about.lower()] >= 0.2]
    kept = [each for each in own if spread[each.about.lower()] < 0.2]
    anchors, kept = (sorted(part, key=lambda each: _place(each.text)) for part in (anchors, kept))
    return anchors[:MOST_ANCHORS], kept[:MOST_KEPT]


def _place(text: str) -> float:
    return zlib.crc32(text.encode()) / 2**32


def _counts(all_: Sequence[Correction], chosen: Sequence[Correction], new: Sequence[Correction]) -> Mapping[str, int]:
    return {
        "topics": sum(bool(each.topic) and not each.confirms for each in chosen),
        "scores": sum(each.detractor is not None for each in chosen),
        "confirmed": sum(each.confirms for each in chosen),
        "new": len(new),
        "left_out": len(all_) - len(chosen),
    }


def _entry(training: Training, until: datetime | None, *, by_hand: bool) -> dict[str, Any]:
    checks = [asdict(check) | {"passed": check.passed} for check in training.checks]
    entry = asdict(training) | {"checks": checks, "at": training.at.isoformat(), "counts": dict(training.counts)}
    return entry | {"until": until.isoformat() if until else "", "by_hand": by_hand}
