"""What the response flow recommends: its questions answered by what the model reads and by what people said against it.

A person's score goes before the model's. What people said at single questions comes after this: see `override`.
"""

from dataclasses import dataclass, replace

from bot.domain.label import Score
from bot.domain.triage import Answer, Finding, Node, Triage
from classifiers.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The least probability that answers a question with yes.

    Trolls and ragers need more than the others: they lead to silence, and silence towards a customer costs more than an
    answer too many. `detractor` is a veto: whoever is that likely a detractor is not praising us, whatever the words.
    """

    positive: float = 0.5
    detractor: float = 0.5
    troll: float = 0.6
    rager: float = 0.6
    misguided: float = 0.5
    unhappy: float = 0.5
    reply: float = 0.5
    promoter: float = 0.5


DEFAULT_THRESHOLDS = Thresholds()

IRONIC = 0.8
"""Irony from which it is doubted. Of held-out real mentions one in twenty stands above, of ironic ones written for the project
one in five: a hint, no more. A doubt costs a look, thanks for a complaint cost a customer."""

_ASKED_IN_ORDER = ("positive", "troll", "rager", "misguided", "unhappy")

_LEAST_LEFT_OVER = 0.2
"""Shares of less than this are noise: a text judged 95 % positive and vetoed is no troll for 4 of the other 5 %."""


def may_be_ironic(verdict: Verdict) -> bool:
    """It stays a doubt: no route, promise or report goes by it."""
    return verdict.irony >= IRONIC


def recommend(
    verdict: Verdict,
    *,
    said: Score | None = None,
    known_basher: bool = False,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Triage:
    """What the flow recommends on what the model reads and what we know.

    `said` is the score that a person gave in place of the model's. `known_basher`: the site or author is recorded as
    dedicated to bashing; a troll is a property of those, not of a post. Each class is weighed against what the earlier
    questions left over: P(rager) given neither positive nor troll.
    """
    reply = "a good company replies"
    findings = (
        _discovery(verdict, thresholds, said),
        _troll(verdict, thresholds, known_basher),
        _by_class(Node.RAGER, verdict, "rager", thresholds.rager),
        _by_class(Node.MISGUIDED, verdict, "misguided", thresholds.misguided),
        _unhappy(verdict, thresholds, said),
        _by_score(Node.CONCURRENCE, reply, verdict.reply, thresholds.reply),
        _by_score(Node.FIX_THE_FACTS, reply, verdict.reply, thresholds.reply),
        _by_score(Node.RESTORATION, reply, verdict.reply, thresholds.reply),
        _share_success(verdict, thresholds, said),
        _by_score(Node.FINAL_EVALUATION, reply, verdict.reply, thresholds.reply),
    )
    return Triage(findings=findings)


def _discovery(verdict: Verdict, thresholds: Thresholds, said: Score | None) -> Finding:
    """Passive settles only how much the author likes us: whether the post asks for something is still to be found out."""
    found = _by_class(Node.DISCOVERY, verdict, "positive", thresholds.positive)
    if said is Score.PROMOTER:
        return _as_said(Node.DISCOVERY, Answer.YES, said)
    if found.answer is Answer.NO or said is Score.PASSIVE:
        return found
    if said is Score.DETRACTOR:
        return _as_said(Node.DISCOVERY, Answer.NO, said)
    if verdict.detractor >= thresholds.detractor:
        why = f"{found.why}, but detractor (estimated) {verdict.detractor:.0%}"
        return replace(found, answer=Answer.NO, why=why)
    if may_be_ironic(verdict):
        return replace(found, why=f"{found.why}, but irony {verdict.irony:.0%}", proviso="if meant seriously")
    return found


def _troll(verdict: Verdict, thresholds: Thresholds, known_basher: bool) -> Finding:
    if known_basher:
        return Finding(node=Node.TROLL, answer=Answer.YES, why="recorded as a site or author dedicated to bashing")
    return _by_class(Node.TROLL, verdict, "troll", thresholds.troll)


def _unhappy(verdict: Verdict, thresholds: Thresholds, said: Score | None) -> Finding:
    """A detractor by a person's word who is no troll, no ranter and not mistaken is an unhappy customer."""
    if said is Score.DETRACTOR:
        return _as_said(Node.UNHAPPY_CUSTOMER, Answer.YES, said)
    return _by_class(Node.UNHAPPY_CUSTOMER, verdict, "unhappy", thresholds.unhappy)


def _share_success(verdict: Verdict, thresholds: Thresholds, said: Score | None) -> Finding:
    if said is not None:
        return _as_said(Node.SHARE_SUCCESS, Answer.YES if said is Score.PROMOTER else Answer.NO, said)
    return _by_score(Node.SHARE_SUCCESS, "promoter (estimated)", verdict.promoter, thresholds.promoter)


def _as_said(node: Node, answer: Answer, said: Score) -> Finding:
    return Finding(node=node, answer=answer, why=f"a person said {said}")


def _by_class(node: Node, verdict: Verdict, name: str, threshold: float) -> Finding:
    """Whether the post is of this class, given that it is of none that was asked before."""
    earlier = _ASKED_IN_ORDER[: _ASKED_IN_ORDER.index(name)]
    left_over = sum(share for each, share in verdict.triage.items() if each not in earlier)
    if name not in verdict.triage or left_over < _LEAST_LEFT_OVER:
        return Finding(node=node, answer=Answer.NO, why="no evidence")
    return _by_score(node, name, min(verdict.triage[name] / left_over, 1.0), threshold)


def _by_score(node: Node, label: str, probability: float, threshold: float) -> Finding:
    answer = Answer.YES if probability >= threshold else Answer.NO
    why = f"{label} {probability:.0%}"
    return Finding(node=node, answer=answer, why=why, probability=probability, threshold=threshold)
