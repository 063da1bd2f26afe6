"""What the log alone tells of a mention: its state, and who holds it. A step that was undone leads back to before it."""

from dataclasses import dataclass

from bot.domain.event import Event
from bot.domain.lifecycle import Action, State, after
from bot.domain.undo import UNDONE


@dataclass(frozen=True)
class Told:
    """`owner` is empty where nobody holds it."""

    state: State
    owner: str = ""


def replayed(log: tuple[Event, ...]) -> Told:
    return ([Told(State.NEW), *replay(log)])[-1]


def replay(log: tuple[Event, ...]) -> list[Told]:
    """What holds after each line. Fails on one that cannot follow those before it, and on a claim of what somebody held."""
    now = before = Told(State.NEW)
    found = []
    for event in log:
        if event.what == "unjudged":
            now = Told(State.JUDGED)
        elif event.what == UNDONE:
            assert event.detail["state_after"] == before.state
            assert after(before.state, Action(event.detail["undone"])) is now.state
            now = before
        elif event.what in set(Action):
            before, now = now, _after(now, event)
        found.append(now)
    return found


def _after(now: Told, event: Event) -> Told:
    action = Action(event.what)
    moved = after(now.state, action)
    assert moved is not None, f"{action} cannot come after {now.state}"
    if action is Action.CLAIM:
        assert now.owner == "", "claimed although somebody had it"
    if action is Action.ACCEPT:
        assert now.owner == event.detail["before"] != event.actor
    taken = action in (Action.CLAIM, Action.ACCEPT)
    return Told(moved, (event.actor if taken else now.owner) if moved is State.CLAIMED else "")
