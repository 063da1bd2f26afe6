"""Rehearse learning: `python -m classifiers.rehearsal`. Prints a learning curve, and what becomes of a poisoned batch.

Shipped heads and encoder have seen all of the project's own mentions, so they cannot be rehearsed on them. Here other heads, on
the encoder as it was before it was tuned, are fitted to the mentions of some of the invented companies; those of the others
arrive one by one, in a seeded order, at a company that has moved one topic to another team. What the serving version gets
wrong a person corrects; most of what it gets right somebody works on without a word. After every 50 corrections a training is
held, with the real gate. The accuracy of a round is that of the version that served in it: on mentions that it had not learnt from.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import torch

from classifiers.corpus import Mention, column, is_detractor, is_promoter, own_mentions, topic_targets
from classifiers.correction import Correction
from classifiers.course import named
from classifiers.encoder import plain_encoder
from classifiers.fitting import fit_linear, fit_temperature
from classifiers.gate import Flags
from classifiers.heads import HEAD_LABELS, Head, Matrix
from classifiers.learning import Base
from classifiers.refit import DETRACTOR, LEARNT, PROMOTER, TOPIC, Candidate, Known, candidate_of, lessons_of
from classifiers.train import PENALTIES, Embedder
from classifiers.verdict import Subject

MOVED = ("account_access", "technical_issue")
"""What this company has changed: trouble with signing in goes to the technical team."""

PEOPLE = ("ana", "ben", "cleo", "dan", "eve")
POISONER = "mallory"
ROUND = 50
TAUGHT_SHARE, GATE_SHARE = 0.35, 0.1
"""Shares of the companies whose mentions the heads are fitted to, and whose mentions are the base gate."""

POISONED = 0.3
CONFIRMED = 0.7
"""Share of the mentions judged right that somebody works on."""

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Round:
    """One line of the curve: the corrections learnt so far, and the share judged right of what came next.

    `untaught` is what the heads would have got right of the same mentions without any learning.
    """

    learnt: int
    mentions: int
    right: float
    untaught: float
    moved_right: float
    promoted: bool


@dataclass(kw_only=True)
class Company:
    """A company in rehearsal: what serves, what it has been taught, and the clock."""

    mentions: Sequence[Mention]
    vectors: Matrix
    known: Known
    chance: random.Random
    corrections: list[Correction] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    now: datetime = BEGIN

    def topic(self, place: int) -> str:
        topic = self.mentions[place].topic
        return MOVED[1] if topic == MOVED[0] else topic

    def right(self, head: Head, place: int) -> bool:
        """Whether a person would leave the answer as it is; the second acceptable topic will do, but not for what moved."""
        said = head.labels[int(head.logits(self.vectors[place : place + 1]).argmax())]
        mention = self.mentions[place]
        return said == self.topic(place) or (mention.topic != MOVED[0] and said == mention.second)

    def say(self, place: int, by: str, topic: str, *, confirms: bool = False) -> None:
        subject = Subject(text=self.mentions[place].text, about=self.mentions[place].about)
        given = Correction(subject=subject, at=self.now, by=by, topic=topic, confirms=confirms)
        self.corrections.append(given)
        self.places.append(place)
        self.now += timedelta(minutes=30)

    def train(self) -> Candidate:
        """Hold a training on all that was said; what passes the gate serves from now on."""
        labels, base = self.known.shipped[TOPIC].labels, self.known.base
        vectors = self.vectors[self.places]
        candidate = candidate_of(self.known, lessons_of(self.corrections, vectors, labels, base, timedelta(days=180)))
        if candidate.passed:
            until = self.corrections[-1].at
            self.known = replace(self.known, served=candidate.heads, served_until=until)
        return candidate


def found_company(mentions: Sequence[Mention], vectors: Matrix, seed: int) -> tuple[Company, Iterator[int]]:
    """A company whose heads were fitted to other companies' mentions, and the mentions that will come to it, in their order."""
    chance = random.Random(seed)
    firms = sorted({each.about.lower() for each in mentions})
    chance.shuffle(firms)
    place_of = {firm: place / len(firms) for place, firm in enumerate(firms)}
    part = np.array([place_of[each.about.lower()] for each in mentions])
    taught = _places(part < TAUGHT_SHARE)
    kept = _places((part >= TAUGHT_SHARE) & (part < TAUGHT_SHARE + GATE_SHARE))
    heads = _heads(mentions, vectors, taught, kept)
    known = Known(
        shipped=heads,
        served=heads,
        served_until=None,
        base=Base(mean=vectors[taught].mean(axis=0), scale=vectors[taught].std(axis=0) + 1e-6, anchors=vectors[taught]),
        kept=vectors[kept],
        accepted=[frozenset({mentions[place].topic, mentions[place].second} - {""}) for place in kept],
        detractors=np.array([is_detractor(mentions[place]) >= 0.5 for place in kept]),
    )
    coming = _places(part >= TAUGHT_SHARE + GATE_SHARE)
    chance.shuffle(coming)
    return Company(mentions=mentions, vectors=vectors, known=known, chance=chance), iter(coming)


def _places(flags: Flags) -> list[int]:
    return [int(place) for place in np.flatnonzero(flags)]


def _heads(
    mentions: Sequence[Mention],
    vectors: Matrix,
    taught: list[int],
    kept: list[int],
) -> dict[str, Head]:
    targets = {
        TOPIC: topic_targets(mentions),
        DETRACTOR: column(mentions, is_detractor),
        PROMOTER: column(mentions, is_promoter),
    }
    heads = {}
    for name in LEARNT:
        wanted = targets[name]
        weight, bias = fit_linear(vectors[taught], wanted[taught], np.ones(len(taught)), penalty=PENALTIES[name])
        temperature = fit_temperature(vectors[kept] @ weight.T + bias, wanted[kept])
        heads[name] = Head(name=name, labels=HEAD_LABELS[name], weight=weight, bias=bias, temperature=temperature)
    return heads


def learn(company: Company, coming: Iterator[int], corrections: int) -> Iterator[Round]:
    """Rounds of ROUND corrections, and one more in which nothing is corrected, to see what the last training was worth."""
    learnt = 0
    while learnt <= corrections:
        seen, said = [], 0
        served = company.known.served[TOPIC]
        for place in coming:
            right = company.right(served, place)
            seen.append((right, company.right(company.known.shipped[TOPIC], place), _moved(company, place)))
            if not right:
                company.say(place, company.chance.choice(PEOPLE), company.topic(place))
                said += 1
            elif company.chance.random() < CONFIRMED:
                answer = served.labels[int(served.logits(company.vectors[place : place + 1]).argmax())]
                company.say(place, company.chance.choice(PEOPLE), answer, confirms=True)
            if said == ROUND:
                break
        else:
            raise ValueError(f"there are too few own mentions to rehearse {corrections} corrections")
        promoted = company.train().passed
        yield _round(learnt, seen, promoted=promoted)
        learnt += ROUND


def _moved(company: Company, place: int) -> bool:
    return company.mentions[place].topic == MOVED[0]


def _round(learnt: int, seen: Sequence[tuple[bool, bool, bool]], *, promoted: bool) -> Round:
    moved = [right for right, _, is_moved in seen if is_moved]
    return Round(
        learnt=learnt,
        mentions=len(seen),
        right=float(np.mean([right for right, _, _ in seen])),
        untaught=float(np.mean([untaught for _, untaught, _ in seen])),
        moved_right=float(np.mean(moved)) if moved else float("nan"),
        promoted=promoted,
    )


def poison(company: Company, coming: Iterator[int], batch: int, share: float) -> Candidate:
    """Train on a batch in which `share` of the corrections are one person's, at random; the others are honest."""
    served = company.known.served[TOPIC]
    for _ in range(batch):
        if company.chance.random() < share:
            place = next(coming, None)
            if place is None:
                raise ValueError("there are too few own mentions to rehearse a poisoned batch after that")
            company.say(place, POISONER, company.chance.choice(served.labels))
            continue
        for place in coming:
            if not company.right(served, place):
                company.say(place, company.chance.choice(PEOPLE), company.topic(place))
                break
            if company.chance.random() < CONFIRMED:
                company.say(place, company.chance.choice(PEOPLE), company.topic(place), confirms=True)
    return company.train()


def embed(mentions: Sequence[Mention], encoder: Embedder) -> Matrix:
    return encoder.encode([named(mention) for mention in mentions])


def rehearse(
    mentions: Sequence[Mention], vectors: Matrix, *, corrections: int, seed: int, say: Callable[[str], None]
) -> None:
    company, coming = found_company(mentions, vectors, seed)
    say("corrections learnt | mentions | judged right | without learning | of the moved topic | then promoted")
    rounds = []
    for each in learn(company, coming, corrections):
        rounds.append(each)
        say(
            f"{each.learnt:18} | {each.mentions:8} | {each.right:12.3f} | {each.untaught:16.3f} | "
            f"{each.moved_right:18.2f} | {'yes' if each.promoted else 'no'}"
        )
    half = (len(rounds) + 1) // 2
    say(f"\n{_pooled('First half', rounds[:half])}\n{_pooled('Second half', rounds[half:])}")
    serving = company.known.served
    candidate = poison(company, coming, 2 * ROUND, POISONED)
    say(f"\nA batch of {2 * ROUND} corrections, {POISONED:.0%} of them random, by {POISONER}:")
    for check in candidate.checks:
        told = f"{check.name}: {check.candidate:.3f} against {check.served:.3f}, {check.rows} rows"
        say(f"{'ok  ' if check.passed else 'FAIL'}  {told}")
    for suspect in candidate.doubted:
        told = f"{suspect.labels} labels, {suspect.plausible:.2f} plausible where {suspect.usual:.2f} is usual"
        say(f"doubted: {suspect.by}, {told}: they count {suspect.trust:.2f}")
    say("promoted" if company.known.served is not serving else "not promoted: the version before it serves on")


def _pooled(name: str, rounds: Sequence[Round]) -> str:
    """Rounds are short, so that a single one says little."""
    mentions = max(sum(each.mentions for each in rounds), 1)
    right = sum(each.right * each.mentions for each in rounds) / mentions
    untaught = sum(each.untaught * each.mentions for each in rounds) / mentions
    return f"{name}: {right:.3f} judged right, {untaught:.3f} without learning, {mentions} mentions"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classifiers.rehearsal", description=__doc__)
    parser.add_argument("--corrections", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args(arguments)
    torch.set_num_threads(asked.threads)
    mentions = own_mentions()
    rehearse(mentions, embed(mentions, plain_encoder()), corrections=asked.corrections, seed=asked.seed, say=print)
    return 0


if __name__ == "__main__":
    sys.exit(main())
