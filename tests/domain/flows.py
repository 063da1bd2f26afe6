"""Verdicts and triages to try the response flow on, and what holds for each triage however it came about."""

from bot.domain.triage import QUESTIONS, TITLES, Answer, Finding, Node, Outcome, Triage
from classifiers.verdict import TRIAGE_CLASSES, Verdict

YES, NO = Answer.YES, Answer.NO


def verdict(*, detractor: float = 0.1, promoter: float = 0.1, reply: float = 0.9, **triage: float) -> Verdict:
    """Named classes have the given share; "other" has the rest."""
    shares = dict.fromkeys(TRIAGE_CLASSES, 0.0) | triage
    shares["other"] = 1.0 - sum(triage.values())
    return Verdict(
        topics={"brand": 1.0},
        detractor=detractor,
        promoter=promoter,
        triage=shares,
        reply=reply,
        language="en",
        why=(),
        model="test",
    )


def answered(**answers: Answer) -> Triage:
    """A triage with these answers; every other question is answered with no."""
    return Triage(findings=tuple(Finding(node=node, answer=answers.get(node, NO), why="given") for node in QUESTIONS))


def asked(triage: Triage) -> list[Node]:
    return [finding.node for finding in triage.path]


def any_path(triage: Triage) -> None:
    """What holds for every triage, however it came about."""
    nodes = asked(triage)
    assert nodes[0] is Node.DISCOVERY
    assert len(set(nodes)) == len(nodes) == len(triage.edges)
    order = [Node.DISCOVERY, Node.TROLL, Node.RAGER, Node.MISGUIDED, Node.UNHAPPY_CUSTOMER]
    evaluated = [node for node in nodes if node in order]
    assert evaluated == order[: len(evaluated)]
    for step, following in zip(triage.edges, triage.edges[1:], strict=False):
        assert step.target is following.source
    assert triage.edges[-1].target in {Node.MONITOR_ONLY, Node.LET_STAND, Node.CONSIDERATIONS}
    assert triage.outcome in Outcome
    assert triage.summary.startswith(TITLES[triage.outcome])
