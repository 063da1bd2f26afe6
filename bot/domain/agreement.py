"""Whether people do what the response flow recommends: its own word, before anybody corrected it, against their choice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.domain.lifecycle import Action
from bot.domain.triage import Outcome

RESPONSES = frozenset({Outcome.FIX_THE_FACTS, Outcome.RESTORATION, Outcome.SHARE_SUCCESS, Outcome.RESPOND})
"""The outcomes that lead to an answer; which of the four it was, no click tells."""

DECISIONS: Mapping[Outcome, Action] = MappingProxyType(
    {Outcome.LET_STAND: Action.LET_STAND, Outcome.MONITOR: Action.MONITOR}
)
"""The outcomes that say nothing, and the decision that follows them."""

_ANSWERS = frozenset({Action.ANSWER, Action.ANSWER_ELSEWHERE})


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What was recommended when somebody decided, and whether that is what they did."""

    recommended: Outcome
    agreed: bool

    @property
    def detail(self) -> dict[str, str]:
        """As the log keeps it."""
        return {"recommended": self.recommended.value, "agreed": "yes" if self.agreed else "no"}

    @classmethod
    def from_detail(cls, detail: Mapping[str, str]) -> "Agreement | None":
        """Back from the log; None for decisions that say nothing of it, and for those of earlier versions."""
        if "agreed" not in detail:
            return None
        return cls(recommended=Outcome(detail["recommended"]), agreed=detail["agreed"] == "yes")


def agreement(recommended: Outcome | None, action: Action) -> Agreement | None:
    """None where nothing was recommended, and for acts that the flow knows nothing of: "not about us", a release."""
    if recommended is None or action not in _ANSWERS | set(DECISIONS.values()):
        return None
    agreed = action in _ANSWERS if recommended in RESPONSES else action is DECISIONS[recommended]
    return Agreement(recommended=recommended, agreed=agreed)


@dataclass(frozen=True, kw_only=True)
class Following:
    """How often people did what one outcome recommends, of `decided` decisions taken on it."""

    outcome: Outcome
    decided: int
    followed: int

    @property
    def share(self) -> float:
        return self.followed / self.decided


def by_outcome(agreements: Iterable[Agreement]) -> tuple[Following, ...]:
    """A count for each outcome that was ever decided on, in the order of the outcomes."""
    listed = list(agreements)
    counts = {outcome: [each.agreed for each in listed if each.recommended is outcome] for outcome in Outcome}
    return tuple(
        Following(outcome=outcome, decided=len(agreed), followed=sum(agreed))
        for outcome, agreed in counts.items()
        if agreed
    )
