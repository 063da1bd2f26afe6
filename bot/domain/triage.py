"""The response flow: what to do about a post, and the questions that lead there.

After the US Air Force "Web Posting Response Assessment" v2 (January 2009): twelve boxes, sixteen edges and a checklist.
The chart leaves open what follows a NO in its four last boxes; OURS completes it. The order of the questions is the
method: a rant that also holds a wrong fact stops at the rant. Letting a post stand and only monitoring it are
decisions, not missed replies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Node(StrEnum):
    """The twelve boxes in the chart's order, and the checklist that every answer passes."""

    DISCOVERY = "discovery"
    TROLL = "troll"
    RAGER = "rager"
    MISGUIDED = "misguided"
    UNHAPPY_CUSTOMER = "unhappy_customer"
    CONCURRENCE = "concurrence"
    MONITOR_ONLY = "monitor_only"
    FIX_THE_FACTS = "fix_the_facts"
    RESTORATION = "restoration"
    LET_STAND = "let_stand"
    SHARE_SUCCESS = "share_success"
    FINAL_EVALUATION = "final_evaluation"
    CONSIDERATIONS = "considerations"


class Answer(StrEnum):
    """What a question of the flow is answered with."""

    YES = "yes"
    NO = "no"


FLIPPED: Mapping[Answer, Answer] = MappingProxyType({Answer.YES: Answer.NO, Answer.NO: Answer.YES})


class Outcome(StrEnum):
    """What the flow recommends: four ways to respond, two ways to say nothing."""

    FIX_THE_FACTS = "fix_the_facts"
    RESTORATION = "restoration"
    SHARE_SUCCESS = "share_success"
    RESPOND = "respond"
    LET_STAND = "let_stand"
    MONITOR = "monitor"


Edges = Mapping[tuple[Node, Answer], Node]

CHART: Edges = MappingProxyType(
    {
        (Node.DISCOVERY, Answer.YES): Node.CONCURRENCE,
        (Node.DISCOVERY, Answer.NO): Node.TROLL,
        (Node.TROLL, Answer.YES): Node.MONITOR_ONLY,
        (Node.TROLL, Answer.NO): Node.RAGER,
        (Node.RAGER, Answer.YES): Node.MONITOR_ONLY,
        (Node.RAGER, Answer.NO): Node.MISGUIDED,
        (Node.MISGUIDED, Answer.YES): Node.FIX_THE_FACTS,
        (Node.MISGUIDED, Answer.NO): Node.UNHAPPY_CUSTOMER,
        (Node.UNHAPPY_CUSTOMER, Answer.YES): Node.RESTORATION,
        (Node.UNHAPPY_CUSTOMER, Answer.NO): Node.FINAL_EVALUATION,
        (Node.CONCURRENCE, Answer.YES): Node.SHARE_SUCCESS,
        (Node.CONCURRENCE, Answer.NO): Node.LET_STAND,
        (Node.FIX_THE_FACTS, Answer.YES): Node.CONSIDERATIONS,
        (Node.RESTORATION, Answer.YES): Node.CONSIDERATIONS,
        (Node.SHARE_SUCCESS, Answer.YES): Node.CONSIDERATIONS,
        (Node.FINAL_EVALUATION, Answer.YES): Node.CONSIDERATIONS,
    }
)
"""The sixteen edges of the chart."""

OURS: Edges = MappingProxyType(
    {
        (Node.FIX_THE_FACTS, Answer.NO): Node.FINAL_EVALUATION,
        (Node.RESTORATION, Answer.NO): Node.FINAL_EVALUATION,
        (Node.SHARE_SUCCESS, Answer.NO): Node.LET_STAND,
        (Node.FINAL_EVALUATION, Answer.NO): Node.LET_STAND,
    }
)
"""Where a NO goes that the chart leaves open."""

FLOW: Edges = MappingProxyType({**CHART, **OURS})

QUESTIONS: Mapping[Node, str] = MappingProxyType(
    {
        Node.DISCOVERY: "Is the post positive or balanced?",
        Node.TROLL: "Is this a site or an author dedicated to bashing and degrading others?",
        Node.RAGER: "Is the post a rant, rage, joke or satire?",
        Node.MISGUIDED: "Are there erroneous facts in the post?",
        Node.UNHAPPY_CUSTOMER: "Is the post the result of a negative experience?",
        Node.CONCURRENCE: "The post is factual; it may agree or disagree. Do we want to respond?",
        Node.FIX_THE_FACTS: "Do we wish to answer with the facts, there, in the open?",
        Node.RESTORATION: "Do we wish to put it right with a reasonable solution?",
        Node.SHARE_SUCCESS: "Do we wish to share our story?",
        Node.FINAL_EVALUATION: "For the present circumstances only: will we respond?",
    }
)
"""The ten boxes that ask; the other two are where a path ends."""

_RESPONSES: Mapping[Node, Outcome] = MappingProxyType(
    {
        Node.FIX_THE_FACTS: Outcome.FIX_THE_FACTS,
        Node.RESTORATION: Outcome.RESTORATION,
        Node.SHARE_SUCCESS: Outcome.SHARE_SUCCESS,
        Node.FINAL_EVALUATION: Outcome.RESPOND,
    }
)


_CLOSE = 0.1


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One question's answer. `why` is the model's probability, a known fact, "no evidence", or a person's reason.

    `proviso` is what the answer depends on and nobody knows: "if meant seriously". `probability` is the model's that the
    answer is yes, which it is from `threshold` on; None where the answer does not come from one. `by` is the person who
    answered at `at` in place of `replaced`; empty where no person did.
    """

    node: Node
    answer: Answer
    why: str
    proviso: str = ""
    probability: float | None = None
    threshold: float = 0.0
    by: str = ""
    at: datetime | None = None
    replaced: "Finding | None" = None

    @property
    def phrase(self) -> str:
        """The answer in two or three words: `no rant`."""
        return _PHRASES[self.node, self.answer]

    @property
    def by_hand(self) -> bool:
        return bool(self.by)

    @property
    def is_close(self) -> bool:
        """Whether a little more or less of the model's probability would have given the other answer."""
        return self.probability is not None and abs(self.probability - self.threshold) < _CLOSE

    @property
    def question(self) -> str:
        return QUESTIONS[self.node]


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One step taken through the flow."""

    source: Node
    answer: Answer
    target: Node


@dataclass(frozen=True, kw_only=True)
class Triage:
    """The flow's recommendation for one mention.

    `findings` answers every question, in the chart's order, also those that the path never reaches: so that an override
    can go on from any of them. All else follows from it; who stores a triage stores the findings. Raises ValueError where
    a question is missing, doubled or out of order.
    """

    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        if tuple(finding.node for finding in self.findings) != tuple(QUESTIONS):
            raise ValueError("a triage answers each of the ten questions once, in the chart's order")

    @property
    def path(self) -> tuple[Finding, ...]:
        """The questions asked, first to last."""
        by_node = {finding.node: finding for finding in self.findings}
        node, asked = Node.DISCOVERY, []
        while node in by_node:
            asked.append(by_node[node])
            node = FLOW[node, by_node[node].answer]
        return tuple(asked)

    @property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(
            Edge(source=asked.node, answer=asked.answer, target=FLOW[asked.node, asked.answer]) for asked in self.path
        )

    @property
    def outcome(self) -> Outcome:
        last = self.edges[-1]
        if last.target is Node.CONSIDERATIONS:
            return _RESPONSES[last.source]
        return Outcome.MONITOR if last.target is Node.MONITOR_ONLY else Outcome.LET_STAND

    @property
    def proviso(self) -> str:
        """What the recommendation depends on and nobody knows; empty where nothing does."""
        return ", ".join(asked.proviso for asked in self.path if asked.proviso)

    @property
    def title(self) -> str:
        """The recommendation for people, with its proviso: `Share our story (share success), if meant seriously`."""
        return ", ".join(filter(None, (TITLES[self.outcome], self.proviso)))

    @property
    def grounds(self) -> str:
        """What the post is, and what we do not wish to do about it, which is what turned the path from there."""
        kind = next(
            (_KINDS[asked.node] for asked in self.path if asked.node in _KINDS and asked.answer is Answer.YES), ""
        )
        ours = (asked for asked in self.path if asked.node not in _KINDS and asked.answer is Answer.NO)
        refused = [asked.phrase for asked in ours]
        return " → ".join([kind or "Neither praise nor complaint", *refused])

    @property
    def short(self) -> str:
        """What the post is and what follows: `Unhappy customer → Put it right (restoration)`."""
        return f"{self.grounds} → {self.title}"

    @property
    def overrides(self) -> tuple[Finding, ...]:
        """The answers on the path that people gave."""
        return tuple(asked for asked in self.path if asked.by_hand)

    @property
    def summary(self) -> str:
        """One line for people: `Put it right (restoration): not positive → no troll → … → bad experience`."""
        steps = (
            asked.phrase + (" (by hand)" if asked.by_hand else "")
            for asked in self.path
            if FLOW[asked.node, asked.answer] is not Node.CONSIDERATIONS or asked.by_hand
        )
        return f"{self.title}: {' → '.join(steps)}"


class Consideration(StrEnum):
    """What every draft answer is held against."""

    TRANSPARENCY = "transparency"
    SOURCING = "sourcing"
    TIMELINESS = "timeliness"
    TONE = "tone"
    INFLUENCE = "influence"


CONSIDERATIONS: Mapping[Consideration, str] = MappingProxyType(
    {
        Consideration.TRANSPARENCY: "Say that you belong to the company.",
        Consideration.SOURCING: "Show where it can be checked: a link, a document, an image.",
        Consideration.TIMELINESS: "Take the time that a meaningful answer needs; say when there will be more.",
        Consideration.TONE: "Write as the company wants to be heard.",
        Consideration.INFLUENCE: "Weigh the effort by the reach of the place and of the author.",
    }
)

TITLES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.FIX_THE_FACTS: "Answer with the facts (fix the facts)",
        Outcome.RESTORATION: "Put it right (restoration)",
        Outcome.SHARE_SUCCESS: "Share our story (share success)",
        Outcome.RESPOND: "Reply (final evaluation)",
        Outcome.LET_STAND: "Let it stand",
        Outcome.MONITOR: "Monitor only",
    }
)

_ADVICE: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.FIX_THE_FACTS: "Correct what is wrong, there and in the open; leave opinions alone.",
        Outcome.RESTORATION: "Put it right: own the problem and offer a reasonable solution.",
        Outcome.SHARE_SUCCESS: "Thank them and add our side of the story; do not sell.",
        Outcome.RESPOND: "Answer what was asked, for the present circumstances only.",
        Outcome.LET_STAND: "The flow advises to let this stand: no answer is needed. If you answer, keep it short.",
        Outcome.MONITOR: "The flow advises not to answer: watch for what matters and notify headquarters.",
    }
)


def advice(triage: Triage) -> tuple[str, ...]:
    """What the answer dialog says: the outcome's own sentence, then the five considerations in the chart's order."""
    first = _ADVICE[triage.outcome]
    return (f"{triage.proviso.capitalize()}: {first}" if triage.proviso else first, *CONSIDERATIONS.values())


_KINDS: Mapping[Node, str] = MappingProxyType(
    {
        Node.DISCOVERY: "Positive or balanced",
        Node.TROLL: "Troll",
        Node.RAGER: "Rant or joke",
        Node.MISGUIDED: "Wrong facts",
        Node.UNHAPPY_CUSTOMER: "Unhappy customer",
    }
)
"""What a post is found to be; the other questions ask what we wish to do."""

_PHRASES: Mapping[tuple[Node, Answer], str] = MappingProxyType(
    {
        (Node.DISCOVERY, Answer.YES): "positive or balanced",
        (Node.DISCOVERY, Answer.NO): "not positive",
        (Node.TROLL, Answer.YES): "troll",
        (Node.TROLL, Answer.NO): "no troll",
        (Node.RAGER, Answer.YES): "rant",
        (Node.RAGER, Answer.NO): "no rant",
        (Node.MISGUIDED, Answer.YES): "wrong facts",
        (Node.MISGUIDED, Answer.NO): "no wrong facts",
        (Node.UNHAPPY_CUSTOMER, Answer.YES): "bad experience",
        (Node.UNHAPPY_CUSTOMER, Answer.NO): "no bad experience",
        (Node.CONCURRENCE, Answer.YES): "worth a reply",
        (Node.CONCURRENCE, Answer.NO): "needs no reply",
        (Node.FIX_THE_FACTS, Answer.YES): "facts to give",
        (Node.FIX_THE_FACTS, Answer.NO): "no facts to give",
        (Node.RESTORATION, Answer.YES): "ours to put right",
        (Node.RESTORATION, Answer.NO): "not ours to put right",
        (Node.SHARE_SUCCESS, Answer.YES): "a story to share",
        (Node.SHARE_SUCCESS, Answer.NO): "no story to share",
        (Node.FINAL_EVALUATION, Answer.YES): "reply",
        (Node.FINAL_EVALUATION, Answer.NO): "no reply",
    }
)
