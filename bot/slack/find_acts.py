"""/mentions find and author: searching, and what is done with what was found."""

import json
from collections.abc import Callable
from functools import partial

from bot.domain.query import LONGEST
from bot.errors import Refused
from bot.flow.desk import claiming, deciding, looking
from bot.flow.desk.bringing_back import bring_back
from bot.flow.search import Asked, author_history, find
from bot.slack import ids
from bot.slack.blocks.author import author_history_modal
from bot.slack.blocks.find import bring_back_modal, find_modal
from bot.slack.blocks.message import Json
from bot.slack.blocks.standing import ANSWERED, TROUBLE
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import Act, Command, Form, typed_words, whole_number
from bot.slack.refusals import ShownInstead

_AT_ONCE = {ids.FIND_CLAIM: claiming.claim, ids.FIND_REOPEN: deciding.reopen}


def find_command(floor: Floor, command: Command) -> None:
    """/mentions find WORDS: what fits, in a dialog that searches on."""
    text = typed_words(command.text.partition(" ")[2])
    floor.open(command.trigger, _view(floor, command.user, text))


def author_command(floor: Floor, command: Command) -> None:
    """/mentions author NAME: what is known of them, source by source."""
    name = typed_words(command.text.partition(" ")[2]).removeprefix("@").strip('"')
    if not name:
        raise Refused("Whose history? Type /mentions author and a handle or name as the source shows it.")
    history = author_history(floor.desk, name, permalink=floor.directory.permalink)
    floor.open(command.trigger, author_history_modal(history, command.user))


def open_search(floor: Floor, act: Act) -> None:
    """From Home: nothing is looked for yet."""
    floor.show(act, find_modal("", None, act.user))


def search(floor: Floor, form: Form) -> None:
    """The dialog's own button: the same dialog with what fits now."""
    raise ShownInstead(_view(floor, form.user, form.text(ids.FIND_TEXT)))


def turn_found(floor: Floor, act: Act) -> None:
    text, _ = _asked(act)
    floor.change(act.view, _view(floor, act.user, text, whole_number(act.value)), unless_changed=True)


def act_on_found(floor: Floor, act: Act) -> None:
    """Claim or reopen beside what was found. The list is read again also where that was refused: it had grown old."""
    try:
        _AT_ONCE[act.action_id](floor.desk, click_of(act, whole_number(act.value)))
    except Refused as fault:
        note = f"{TROUBLE} {floor.sentence(fault, act.user)}"
    else:
        note = ""
    text, page = _asked(act)
    floor.change(act.view, _view(floor, act.user, text, page, note=note))


def show_author(floor: Floor, act: Act) -> None:
    """Beside any mention: its author, over all sources."""
    mention = looking.look(floor.desk, whole_number(act.value)).mention
    name = mention.author or mention.author_name
    if not name:
        raise Refused("The source did not say who wrote this.")
    floor.show(
        act, author_history_modal(author_history(floor.desk, name, permalink=floor.directory.permalink), act.user)
    )


def show_all_of_author(floor: Floor, act: Act) -> None:
    floor.show(act, _view(floor, act.user, act.value))


def ask_where_to(floor: Floor, act: Act) -> None:
    """Bring back what a rule kept out: into which team's channel?"""
    card = looking.look(floor.desk, whole_number(act.value))
    departments = list(floor.policy.routing.departments.values())
    text, page = _asked(act)
    memory = {"text": text, "page": page}
    floor.show(act, bring_back_modal(card.mention.id, departments, card.place.name, memory))


def submit_bring_back(floor: Floor, form: Form) -> Callable[[], None] | None:
    """Brings it in; the search beneath is read again."""
    department = form.text(ids.BRING_BACK_DEPARTMENT)
    bring_back(floor.desk, click_of(form, form.mention_id), department, form.text(ids.BRING_BACK_REASON))
    if not form.beneath:
        return None
    text, page, title = str(form.memory["text"]), int(form.memory["page"]), floor.policy.department(department).title
    view = partial(_view, floor, form.user, text, page, note=f"{ANSWERED} Brought to {title}.")
    return lambda: floor.change({"id": form.beneath}, view())


def _asked(act: Act) -> tuple[str, int]:
    memory = json.loads(str(act.view.get("private_metadata") or "{}"))
    return str(memory.get("text") or ""), int(memory.get("page") or 0)


def _view(floor: Floor, user: str, text: str, page: int = 0, *, note: str = "") -> Json:
    text = " ".join(text.split())[:LONGEST]
    if not text:
        return find_modal("", None, user, note=note)
    asked = Asked(text=text, zone=floor.zone_of(user), page=page)
    try:
        found = find(floor.desk, asked, permalink=floor.directory.permalink)
    except Refused as fault:
        return find_modal(text, None, user, note=f"{TROUBLE} {fault}")
    return find_modal(text, found, user, note=note)
