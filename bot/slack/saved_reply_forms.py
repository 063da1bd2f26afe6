"""Saved replies: the dialog that lists them, and the form over it in which one is written."""

import json
from collections.abc import Callable
from typing import Any

from bot.domain.saved_reply import Written
from bot.flow import saved_replies
from bot.slack import ids
from bot.slack.blocks.message import Json
from bot.slack.blocks.saved_replies import EVERYBODY, replies_modal, reply_modal
from bot.slack.floor import Floor
from bot.slack.payloads import Act, Command, Form, two_numbers, whole_number

RETIRED = "retired"


def list_replies(floor: Floor, command: Command) -> None:
    """/mentions replies"""
    floor.open(command.trigger, _list(floor))


def turn_page(floor: Floor, act: Act) -> None:
    """Another page, or the retired ones; the value is `<kind>:<page>`."""
    kind, _, page = act.value.partition(":")
    floor.change(act.view, _list(floor, retired=kind == RETIRED, page=whole_number(page)), unless_changed=True)


def write_new(floor: Floor, act: Act) -> None:
    floor.show(act, _form(floor, act.user, Written(over_list=True)))


def edit(floor: Floor, act: Act) -> None:
    reply = saved_replies.reply_of(floor.desk, two_numbers(act.value)[0])
    written = Written(
        id=reply.id,
        version=reply.version,
        title=reply.title,
        text=reply.text,
        department=reply.department,
        over_list=True,
    )
    floor.show(act, _form(floor, act.user, written))


def write_from_answer(floor: Floor, act: Act) -> None:
    """The answer that a mention was given, as a reply for the next ones: a person looks it over before it is saved."""
    text, department = saved_replies.out_of_answer(floor.desk, whole_number(act.value))
    floor.show(act, _form(floor, act.user, Written(text=text, department=department)))


def preview(floor: Floor, act: Act) -> None:
    """The form while somebody types: the preview follows."""
    values = (act.view.get("state") or {}).get("values") or {}
    chosen = ((values.get(ids.REPLY_DEPARTMENT) or {}).get(ids.REPLY_DEPARTMENT) or {}).get("selected_option") or {}
    title = ((values.get(ids.REPLY_TITLE) or {}).get(ids.REPLY_TITLE) or {}).get("value")
    memory = _memory(act)
    written = Written(
        id=int(memory["reply_id"]),
        version=int(memory["version"]),
        title=str(title or ""),
        text=act.value,
        department=_department(str(chosen.get("value") or "")),
        over_list=bool(memory["over_list"]),
    )
    floor.change(act.view, _form(floor, act.user, written))


def retire(floor: Floor, act: Act) -> None:
    reply_id, version = two_numbers(act.value)
    saved_replies.retire(floor.desk, reply_id, version, by=act.user, key=act.key)
    floor.change(act.view, _list(floor, page=int(_memory(act).get("page") or 0)))


def bring_back(floor: Floor, act: Act) -> None:
    reply_id, version = two_numbers(act.value)
    saved_replies.bring_back(floor.desk, reply_id, version, by=act.user, key=act.key)
    floor.change(act.view, _list(floor, retired=True, page=int(_memory(act).get("page") or 0)))


def save(floor: Floor, form: Form) -> Callable[[], None] | None:
    """Where the form lay over the list, the list shows it."""
    written = Written(
        id=int(form.memory["reply_id"]),
        version=int(form.memory["version"]),
        title=form.text(ids.REPLY_TITLE),
        text=form.text(ids.REPLY_TEXT),
        department=_department(form.text(ids.REPLY_DEPARTMENT)),
    )
    saved_replies.save(floor.desk, written, by=form.user, key=form.key)
    return (lambda: floor.change({"id": form.beneath}, _list(floor))) if form.memory.get("over_list") else None


def _list(floor: Floor, *, retired: bool = False, page: int = 0) -> Json:
    shelf = saved_replies.listing(floor.desk, retired=retired, page=page)
    return replies_modal(shelf, list(floor.policy.routing.departments.values()))


def _form(floor: Floor, user: str, written: Written) -> Json:
    name = floor.directory.names_of([user]).get(user, "")
    shown = saved_replies.preview(floor.desk, written.text, written.department, name)
    return reply_modal(written, list(floor.policy.routing.departments.values()), shown.text, shown.who)


def _memory(act: Act) -> dict[str, Any]:
    return dict(json.loads(act.view.get("private_metadata") or "{}"))


def _department(choice: str) -> str:
    return "" if choice == EVERYBODY else choice
