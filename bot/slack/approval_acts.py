"""What an approver does with a waiting answer: let it go, change it first, or give it back."""

from dataclasses import replace

from bot.domain.card import Card
from bot.flow.desk import approving, looking
from bot.flow.desk.words import Overtaken
from bot.flow.dossier import dossier_of
from bot.slack import ids
from bot.slack.answer_checks import check_draft
from bot.slack.answer_page import findings_for, new_memory
from bot.slack.approvers import require_approver
from bot.slack.blocks.answer import AnswerPage, review_modal
from bot.slack.blocks.answer_memory import Memory, memory_of
from bot.slack.blocks.approvals import return_modal
from bot.slack.blocks.message import Json
from bot.slack.blocks.metadata import Origin
from bot.slack.blocks.stopped import stopped
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import Act, Form, two_numbers
from bot.slack.refusals import ShownInstead


def approve(floor: Floor, act: Act) -> None:
    """One click: the very text that was shown goes. Where the author wrote since, the approver reads that first."""
    mention_id, answer_id = two_numbers(act.value)
    card = looking.look(floor.desk, mention_id)
    require_approver(floor, act.user, card)
    try:
        approving.approve(floor.desk, click_of(act, mention_id), answer_id)
    except Overtaken as fault:
        memory = _begun(floor, fault.news.card, act.origin)
        floor.open(act.trigger, _review(floor, act.user, memory, _text(card), stop=stopped(fault.news)))


def review(floor: Floor, act: Act) -> None:
    """The dialog in which the answer can be changed before it goes."""
    card, _ = _waiting(floor, act)
    floor.open(act.trigger, _review(floor, act.user, _begun(floor, card, act.origin), _text(card)))


def ask_reason(floor: Floor, act: Act) -> None:
    card, _ = _waiting(floor, act)
    floor.open(act.trigger, return_modal(card, new_memory(floor, card, act.origin)))


def approve_edited(floor: Floor, form: Form) -> None:
    memory = memory_of(form.memory)
    text = form.text(ids.ANSWER_TEXT)
    card = looking.look(floor.desk, memory.mention_id)
    require_approver(floor, form.user, card)
    if text != _text(card).strip():
        check_draft(floor, form, memory)
    click = click_of(form, memory.mention_id)
    try:
        approving.approve(floor.desk, click, memory.seen.answer, text, seen=memory.seen)
    except Overtaken as fault:
        shown = _begun(floor, fault.news.card, memory.origin)
        raise ShownInstead(_review(floor, form.user, shown, text, stop=stopped(fault.news))) from fault


def give_back(floor: Floor, form: Form) -> None:
    memory = memory_of(form.memory)
    require_approver(floor, form.user, looking.look(floor.desk, memory.mention_id))
    click = click_of(form, memory.mention_id)
    approving.give_back(floor.desk, click, memory.seen.answer, form.text(ids.RETURN_REASON))


def _waiting(floor: Floor, act: Act) -> tuple[Card, int]:
    """The card, if this person may look after the answer that the button belongs to."""
    mention_id, answer_id = two_numbers(act.value)
    card = approving.to_approve(floor.desk, mention_id, answer_id, act.user)
    require_approver(floor, act.user, card)
    return card, answer_id


def _begun(floor: Floor, card: Card, origin: Origin) -> Memory:
    """An approver did not begin to write: the answer is as old as its writer made it."""
    memory = new_memory(floor, card, origin)
    return replace(memory, opened_at=card.answer.at) if card.answer else memory


def _review(floor: Floor, user: str, memory: Memory, draft: str, *, stop: list[Json] | None = None) -> Json:
    page = AnswerPage(
        dossier=dossier_of(floor.desk, memory.mention_id, permalink=floor.directory.permalink),
        memory=memory,
        draft=draft,
        stop=stop or [],
        findings=findings_for(floor, user, memory, draft),
    )
    return review_modal(page)


def _text(card: Card) -> str:
    return card.answer.text if card.answer else ""
