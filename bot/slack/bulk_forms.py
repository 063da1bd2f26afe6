"""Clearing a backlog: /mentions decide, the dialog while somebody chooses, and what became of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from bot.domain.backlog import Age, Pick, Whose
from bot.domain.lifecycle import Action
from bot.domain.roles import needed_for
from bot.errors import Refused
from bot.flow.desk.act import first_delivery
from bot.flow.desk.clearing import (
    PAGE,
    Cleared,
    Sweep,
    Undone,
    backlog_of,
    card_at,
    clear,
    refuse_in_vain,
    undo_together,
)
from bot.flow.desk.looking import look
from bot.slack import ids
from bot.slack.blocks.bulk import Choosing, Titles, bulk_modal, cleared_message, words_of
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.post import author_of, excerpt
from bot.slack.floor import Floor
from bot.slack.payloads import Act, Command, Form, filled_in, moment_of, whole_number


def bulk_command(floor: Floor, command: Command) -> None:
    """/mentions decide: what is unclaimed in this channel's team, else in the person's first, else everywhere."""
    departments = floor.policy.routing.departments
    here = [name for name, each in departments.items() if floor.directory.ids_of([each.channel]) == [command.channel]]
    own = floor.directory.departments_of(command.user, departments.values())
    pick = Pick(department=next(iter([*here, *own]), ""))
    floor.open(command.trigger, _view(floor, command.user, Choosing(channel=command.channel, pick=pick), 0))


def open_bulk(floor: Floor, act: Act) -> None:
    """A button anywhere; its value is a department, or nothing for all."""
    known = act.value if act.value in floor.policy.routing.departments else ""
    floor.open(
        act.trigger, _view(floor, act.user, Choosing(channel=act.origin.channel, pick=Pick(department=known)), 0)
    )


def choose(floor: Floor, act: Act) -> None:
    """Another filter shows its first page with nothing ticked; another decision asks its own questions below."""
    draft = _draft(act.view)
    if act.action_id == ids.BULK_DECISION:
        _redraw(floor, act, draft, _page_of(act.view))
    else:
        _redraw(floor, act, replace(draft, ticked=(), turn=draft.turn + 1), 0)


def turn_page(floor: Floor, act: Act) -> None:
    """What is ticked stays so."""
    draft = _draft(act.view)
    _redraw(floor, act, replace(draft, turn=draft.turn + 1), whole_number(act.value))


def tick_all(floor: Floor, act: Act) -> None:
    draft, page = _draft(act.view), _page_of(act.view)
    shown = [each.mention_id for each in backlog_of(floor.desk, act.user, draft.pick, page).waiting]
    ticked = tuple(dict.fromkeys([*draft.ticked, *shown]))
    _redraw(floor, act, replace(draft, ticked=ticked, turn=draft.turn + 1), page)


def submit(floor: Floor, form: Form) -> Callable[[], None]:
    """What is wrong with the form is said at once; the work follows the ack, which Slack wants within three seconds."""
    draft = _draft(form.view)
    if draft.action is None:
        raise Refused("Choose what to do.")
    floor.permit(form.user, needed_for(draft.action))
    sweep = Sweep(user=form.user, key=form.key, action=draft.action, reason=_reason(form), until=_until(form))
    refuse_in_vain(floor.desk, sweep, draft.ticked)
    return partial(_carry_out, floor, sweep, draft)


def _carry_out(floor: Floor, sweep: Sweep, draft: Choosing) -> None:
    if not first_delivery(floor.desk, sweep.key):
        return
    cleared = clear(floor.desk, sweep, draft.ticked)
    message = _result(floor, sweep.user, words_of(sweep.action, sweep.reason), cleared, undo_within=floor.policy.undo)
    if draft.channel:
        floor.tell_in(draft.channel, sweep.user, message)
    else:
        floor.tell(sweep.user, message)


def undo_all(floor: Floor, act: Act) -> None:
    """While there is time, and where nothing else has happened since."""
    mention_ids = [whole_number(each) for each in act.value.split(",")]
    if first_delivery(floor.desk, act.key):
        undone = undo_together(floor.desk, act.user, act.key, mention_ids)
        floor.whisper(act, _result(floor, act.user, "Undo", undone))


def _result(floor: Floor, user: str, words: str, cleared: Cleared, *, undo_within: timedelta = timedelta(0)) -> Message:
    undone = [_told(floor, each, user) for each in cleared.undone]
    return cleared_message(words, cleared.done, undone, undo_within=undo_within)


def _told(floor: Floor, undone: Undone, user: str) -> tuple[str, str, str]:
    """A mention in a few words, where its card is, and why nothing was done."""
    why = floor.sentence(undone.fault, user)
    try:
        mention = look(floor.desk, undone.mention_id).mention
    except Refused:  # it was erased meanwhile, which is what the sentence says
        return "A mention", "", why
    place = card_at(floor.desk, undone.mention_id)
    url = floor.directory.permalink(*place) if place else ""
    return f"{author_of(mention)}: “{excerpt(mention, 60)}”", url, why


def _redraw(floor: Floor, act: Act, draft: Choosing, page: int) -> None:
    floor.change(act.view, _view(floor, act.user, draft, page))


def _view(floor: Floor, user: str, draft: Choosing, page: int) -> Json:
    routing = floor.policy.routing
    titles = Titles(
        departments={name: each.title for name, each in routing.departments.items()},
        topics=list(routing.topics),
        sources=floor.policy.source_titles,
    )
    now = floor.desk.clock().astimezone(floor.zone_of(user))
    return bulk_modal(draft, backlog_of(floor.desk, user, draft.pick, page), titles, now=now)


def _draft(view: Any) -> Choosing:
    """What the dialog holds now: the ticks of the page shown and of those turned over, the filters and the decision."""
    memory, chosen = _memory(view), filled_in(view)
    shown = [each for name, boxes in chosen.items() if name.startswith(ids.BULK_PICKED) for each in boxes or ()]
    action = chosen.get(ids.BULK_DECISION)
    return Choosing(
        channel=str(memory.get("channel") or ""),
        pick=_pick(chosen),
        ticked=tuple(dict.fromkeys([*memory["kept"], *(whole_number(each) for each in shown)])),
        action=Action(action) if action else None,
        turn=int(memory["turn"]),
    )


def _pick(chosen: dict[str, Any]) -> Pick:
    def named(name: str) -> str:
        value = str(chosen.get(name) or "")
        return "" if value == ids.BULK_ALL else value

    return Pick(
        whose=Whose(chosen.get(ids.BULK_WHOSE) or Whose.UNCLAIMED),
        department=named(ids.BULK_DEPARTMENT),
        topic=named(ids.BULK_TOPIC),
        outcome=named(ids.BULK_OUTCOME),
        age=Age(chosen.get(ids.BULK_AGE) or Age.ANY),
    )


def _page_of(view: Any) -> int:
    return int(_memory(view)["first"]) // PAGE


def _memory(view: Any) -> dict[str, Any]:
    return dict(json.loads(view.get("private_metadata") or "{}"))


def _reason(form: Form) -> str:
    preset = next((name for name in form.values if name.startswith(ids.BULK_PRESET)), "")
    return form.reason(preset, ids.BULK_REASON)


def _until(form: Form) -> Any:
    chosen = form.text(ids.BULK_UNTIL)
    return moment_of(chosen) if chosen else None
