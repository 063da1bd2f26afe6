"""What people say at single questions of the response flow, against the model: the path goes on from there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.triage import FLIPPED, Answer, Finding, Node, Outcome, Triage


@dataclass(frozen=True, kw_only=True)
class Override:
    """A person's answer to one question. `by` is a Slack user. Raises ValueError without a reason: it is on record."""

    node: Node
    answer: Answer
    reason: str
    by: str
    at: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("an override needs a reason")


def with_overrides(triage: Triage, overrides: Iterable[Override]) -> Triage:
    """The triage as people see it. Of two for one question the later one of the iterable holds.

    One at a question that the path no longer asks changes nothing now, and counts again when the path comes back to it.
    """
    said = {each.node: each for each in overrides}
    return replace(triage, findings=tuple(_ruled(each, said.get(each.node)) for each in triage.findings))


def override(triage: Triage, ruling: Override) -> Triage:
    """The triage with one answer given by a person. Raises ValueError for a question that the path does not ask."""
    if ruling.node not in {asked.node for asked in triage.path}:
        raise ValueError(f"the path does not ask “{ruling.node}”")
    return with_overrides(triage, [ruling])


def otherwise(triage: Triage, node: Node) -> Outcome:
    """What would be recommended were this question answered the other way, all others staying as they are."""
    findings = tuple(
        replace(each, answer=FLIPPED[each.answer]) if each.node is node else each for each in triage.findings
    )
    return replace(triage, findings=findings).outcome


def _ruled(found: Finding, ruling: Override | None) -> Finding:
    if ruling is None:
        return found
    model = found.replaced or found
    return Finding(
        node=ruling.node, answer=ruling.answer, why=ruling.reason.strip(), by=ruling.by, at=ruling.at, replaced=model
    )
