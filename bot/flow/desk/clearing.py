"""One decision on many mentions: each in a transaction of its own, so that one that is not possible stops no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.backlog import MOST, TOGETHER, BacklogPage, Pick
from bot.domain.card import Card
from bot.domain.lifecycle import Action
from bot.errors import Refused, Retry
from bot.flow.desk import claiming, deciding, undoing
from bot.flow.desk.act import Click, Desk, card_now
from bot.store import outbox
from bot.store.backlog import backlog
from bot.store.lists import Window

PAGE = 30
"""Mentions that a dialog shows at once: three lists of the ten choices that Slack takes in each."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Who decides what on all of them. `key` is the same for every delivery, and stands in each event as its bulk.

    `reason` is for decisions, `until` for a snooze.
    """

    user: str
    key: str
    action: Action
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Undone:
    """A mention on which it was not possible, and why."""

    mention_id: int
    fault: Refused | Retry


@dataclass(frozen=True, kw_only=True)
class Cleared:
    """What became of it. A mention that an earlier delivery did is done."""

    done: tuple[int, ...]
    undone: tuple[Undone, ...]


def backlog_of(desk: Desk, user: str, pick: Pick, page: int) -> BacklogPage:
    with desk.db.read() as session:
        return backlog(session, user, pick, Window(page=page, size=PAGE), desk.clock())


def card_at(desk: Desk, mention_id: int) -> tuple[str, str] | None:
    """Channel id and ts of a mention's card, once it is posted."""
    with desk.db.read() as session:
        card = card_now(session, desk, mention_id)
        posting = outbox.live_card(session, mention_id, desk.policy.department(card.place.name).channel)
    return (posting.channel_id, posting.ts) if posting else None


def refuse_in_vain(desk: Desk, sweep: Sweep, mention_ids: Sequence[int]) -> None:
    """What would be refused for every one of them, said before the first."""
    if not mention_ids:
        raise Refused("Tick the mentions that this is about.")
    if len(mention_ids) > MOST:
        raise Refused(f"Tick at most {MOST} at a time: {len(mention_ids)} are ticked.")
    if sweep.action not in TOGETHER:
        raise ValueError(f"{sweep.action} is nothing to do to many at once")
    if sweep.action is Action.SNOOZE:
        if sweep.until is None:
            raise Refused("Choose when they should come back.")
        if sweep.until <= desk.clock():
            raise Refused("That time has passed: choose a later one.")
    elif sweep.action is not Action.RELEASE and not sweep.reason.strip():
        raise Refused("Please give a reason: whoever reads the history will want to know why.")


def clear(desk: Desk, sweep: Sweep, mention_ids: Sequence[int]) -> Cleared:
    """Carry it out; a second delivery finds each of them done and changes nothing."""
    refuse_in_vain(desk, sweep, mention_ids)
    beside = len(set(mention_ids)) - 1
    return _each(mention_ids, lambda mention_id: _one(desk, sweep, mention_id, beside=beside))


def undo_together(desk: Desk, user: str, key: str, mention_ids: Sequence[int]) -> Cleared:
    """Take the last step on each of them back, where that is still possible."""

    def undo(mention_id: int) -> Card:
        return undoing.undo_last(desk, Click(mention_id=mention_id, user=user, key=f"{key}:{mention_id}"))

    return _each(mention_ids, undo)


def _each(mention_ids: Sequence[int], act_on: Callable[[int], Card]) -> Cleared:
    done, undone = list[int](), list[Undone]()
    for mention_id in dict.fromkeys(mention_ids):
        try:
            act_on(mention_id)
            done.append(mention_id)
        except (Refused, Retry) as fault:
            undone.append(Undone(mention_id=mention_id, fault=fault))
    return Cleared(done=tuple(done), undone=tuple(undone))


def _one(desk: Desk, sweep: Sweep, mention_id: int, *, beside: int) -> Card:
    click = Click(
        mention_id=mention_id,
        user=sweep.user,
        key=f"{sweep.key}:{mention_id}",
        also={"bulk": sweep.key, "together_with": f"{beside} other{'s' if beside > 1 else ''}" if beside else ""},
    )
    if sweep.action is Action.RELEASE:
        return claiming.release(desk, click)
    if sweep.action is Action.SNOOZE:
        assert sweep.until is not None
        return deciding.snooze(desk, click, sweep.until)
    return deciding.decide(desk, click, sweep.action, sweep.reason)
