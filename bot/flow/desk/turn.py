"""One act on a mention under way: what the steps of writing and approving an answer share."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.card import AnswerState
from bot.domain.lifecycle import Action, State
from bot.domain.promise import PromiseKind
from bot.flow.desk.act import Desk, claim_values
from bot.store import events, mentions, promises
from bot.store.database import Session
from bot.store.records import Record


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The act's transaction, the mention that it holds locked, and its time."""

    session: Session
    desk: Desk
    record: Record
    now: datetime

    @property
    def mention_id(self) -> int:
        return self.record.mention.id

    def note(self, actor: str, what: str, **detail: str) -> None:
        """A line in the log; what is empty says nothing and is left out."""
        told = {key: value for key, value in detail.items() if value}
        events.append(self.session, self.mention_id, actor, what, self.now, told)

    def redraw(self) -> None:
        mentions.touch(self.session, self.mention_id)


def hold_for(turn: Turn, writer: str, why: str) -> None:
    """Whoever writes the answer holds the mention; nothing where it is claimed already."""
    if turn.record.state is State.CLAIMED:
        return
    claim = claim_values(turn.desk, turn.record, writer, turn.now)
    mentions.change(turn.session, turn.record, Action.CLAIM, turn.now, claim)
    turn.note(writer, Action.CLAIM, by=why)
    promises.settle(turn.session, turn.mention_id, [PromiseKind.DECISION], turn.now)


def way_out(turn: Turn) -> AnswerState:
    """How an answer goes on that waits for nobody."""
    source = turn.record.mention.source
    return AnswerState.SENDING if source in turn.desk.policy.answerable else AnswerState.COPIED
