"""Where a mention stands and what may happen to it next: the one transition table."""

from enum import StrEnum


class State(StrEnum):
    """`filtered` is a mention that a rule keeps out of every channel; it stays in the ledger and can be rescued.

    `folded` is a later post of a conversation, or one that says the same as another, shown on the card of the first.
    """

    NEW = "new"
    JUDGED = "judged"
    FILTERED = "filtered"
    FOLDED = "folded"
    OPEN = "open"
    CLAIMED = "claimed"
    SNOOZED = "snoozed"
    ANSWERED = "answered"
    LET_STAND = "let_stand"
    MONITORED = "monitored"
    DISMISSED = "dismissed"


class Action(StrEnum):
    """What moves a mention; people's actions give Slack its action ids."""

    JUDGE = "judge"
    ROUTE = "route"
    FILTER = "filter"
    FOLD = "fold"
    UNFOLD = "unfold"
    CLAIM = "claim"
    ACCEPT = "accept"
    RELEASE = "release"
    EXPIRE = "expire"
    ANSWER = "answer"
    ANSWER_ELSEWHERE = "answer_elsewhere"
    ESCALATE = "escalate"
    ACKNOWLEDGE = "acknowledge"
    REROUTE = "reroute"
    LET_STAND = "let_stand"
    MONITOR = "monitor"
    DISMISS = "dismiss"
    SNOOZE = "snooze"
    WAKE = "wake"
    REOPEN = "reopen"


CLOSED = frozenset({State.ANSWERED, State.LET_STAND, State.MONITORED, State.DISMISSED})
LIVE = frozenset({State.OPEN, State.CLAIMED, State.SNOOZED})

_FROM_LIVE = {
    Action.ANSWER: State.ANSWERED,
    Action.ANSWER_ELSEWHERE: State.ANSWERED,
    Action.LET_STAND: State.LET_STAND,
    Action.MONITOR: State.MONITORED,
    Action.DISMISS: State.DISMISSED,
    Action.REROUTE: State.OPEN,
}

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.NEW, Action.JUDGE): State.JUDGED,
    (State.NEW, Action.FOLD): State.FOLDED,
    (State.JUDGED, Action.ROUTE): State.OPEN,
    (State.JUDGED, Action.FILTER): State.FILTERED,
    (State.JUDGED, Action.FOLD): State.FOLDED,
    (State.FOLDED, Action.UNFOLD): State.JUDGED,
    (State.FILTERED, Action.REOPEN): State.OPEN,
    (State.OPEN, Action.CLAIM): State.CLAIMED,
    (State.OPEN, Action.SNOOZE): State.SNOOZED,
    (State.OPEN, Action.ESCALATE): State.OPEN,
    (State.OPEN, Action.ACKNOWLEDGE): State.OPEN,
    (State.CLAIMED, Action.ACKNOWLEDGE): State.CLAIMED,
    (State.CLAIMED, Action.ACCEPT): State.CLAIMED,
    (State.CLAIMED, Action.RELEASE): State.OPEN,
    (State.CLAIMED, Action.EXPIRE): State.OPEN,
    (State.CLAIMED, Action.SNOOZE): State.SNOOZED,
    (State.CLAIMED, Action.ESCALATE): State.CLAIMED,
    (State.SNOOZED, Action.CLAIM): State.CLAIMED,
    (State.SNOOZED, Action.WAKE): State.OPEN,
    (State.SNOOZED, Action.ESCALATE): State.OPEN,
    **{(state, action): target for state in LIVE for action, target in _FROM_LIVE.items()},
    **{(state, Action.REOPEN): State.OPEN for state in CLOSED},
}

PEOPLES = (
    Action.CLAIM,
    Action.ANSWER,
    Action.ESCALATE,
    Action.ACKNOWLEDGE,
    Action.ANSWER_ELSEWHERE,
    Action.REROUTE,
    Action.LET_STAND,
    Action.MONITOR,
    Action.DISMISS,
    Action.SNOOZE,
    Action.WAKE,
    Action.RELEASE,
    Action.REOPEN,
)

OWNERS_ONLY = frozenset(
    {
        Action.RELEASE,
        Action.ANSWER,
        Action.ANSWER_ELSEWHERE,
        Action.LET_STAND,
        Action.MONITOR,
        Action.DISMISS,
        Action.SNOOZE,
        Action.REROUTE,
    }
)
"""While a mention is claimed only its owner decides; anybody may escalate, and say that they are on it."""


def after(state: State, action: Action) -> State | None:
    """The state that `action` leads to, or None where it is not possible."""
    return TRANSITIONS.get((state, action))


def available(state: State) -> tuple[Action, ...]:
    """What people can do now, in the order in which a card shows it."""
    return tuple(action for action in PEOPLES if (state, action) in TRANSITIONS)
