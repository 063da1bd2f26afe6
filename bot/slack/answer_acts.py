"""What people touch in the answer dialog before they send: the text, what can be inserted, the author's other posts."""

import json
from typing import Any

from bot.domain.card import Card
from bot.flow.desk import claiming, looking
from bot.flow.dossier import PAGE, author_page
from bot.slack.answer_page import begun, findings_for, new_memory, page_for, text_of
from bot.slack.blocks.answer import answer_modal, inserted, retyped
from bot.slack.blocks.answer_memory import Memory, memory_of
from bot.slack.blocks.message import Json
from bot.slack.blocks.past import author_modal
from bot.slack.blocks.preflight import ticked_in
from bot.slack.floor import Floor
from bot.slack.payloads import Act, two_numbers


def answer_dialog(floor: Floor, act: Act, card: Card) -> Json:
    """A new dialog for whoever clicked; it goes on with an answer that no customer has got."""
    return answer_modal(page_for(floor, act.user, new_memory(floor, card, act.origin), begun(card)))


def preview(floor: Floor, act: Act) -> None:
    """While somebody types: the preview and what there is to think of follow."""
    memory = _memory(act)
    card = looking.look(floor.desk, memory.mention_id)
    findings = findings_for(floor, act.user, memory, act.value, ticked_in(act.view))
    floor.change(act.view, retyped(act.view, card, act.value, findings))
    claiming.renew(floor.desk, card, act.user)  # whoever types is at work on it


def insert(floor: Floor, act: Act) -> None:
    """A saved reply or a draft goes into the text, after what was typed already."""
    memory = _memory(act)
    text, saved = text_of(floor, memory.mention_id, act.user, act.value)
    typed = _typed(act, memory)
    draft = f"{typed.rstrip()}\n\n{text}" if typed.strip() else text
    card = looking.look(floor.desk, memory.mention_id)
    findings = findings_for(floor, act.user, memory, draft, ticked_in(act.view))
    floor.change(act.view, inserted(act.view, memory.after_inserting(saved), card, draft, findings))


def show_author(floor: Floor, act: Act) -> None:
    floor.show(act, _author(floor, act))


def turn_author(floor: Floor, act: Act) -> None:
    """Another page, in the dialog that is open."""
    floor.change(act.view, _author(floor, act), unless_changed=True)


def _author(floor: Floor, act: Act) -> Json:
    mention_id, page = two_numbers(act.value)
    found = author_page(floor.desk, mention_id, page, permalink=floor.directory.permalink)
    return author_modal(found, page, PAGE)


def _typed(act: Act, memory: Memory) -> str:
    """What stands in the text input now."""
    values: dict[str, Any] = (act.view.get("state") or {}).get("values") or {}
    inputs = values.get(memory.input_id) or {}
    return next((str(element.get("value") or "") for element in inputs.values()), "")


def _memory(act: Act) -> Memory:
    return memory_of(json.loads(act.view.get("private_metadata") or "{}"))
