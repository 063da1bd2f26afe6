"""The answer dialog, submitted. Nothing that its writer has not seen is passed over, and no draft is ever lost."""

from dataclasses import replace

from bot.domain.card import Card
from bot.domain.seen import News, seen_of
from bot.errors import Taken
from bot.flow.desk import answering, approving, looking
from bot.flow.desk.answering import Writing
from bot.flow.desk.words import NotSendable, Overtaken
from bot.slack import ids
from bot.slack.answer_checks import check_draft
from bot.slack.answer_page import page_for
from bot.slack.approvers import authored_rules, people_who_approve
from bot.slack.blocks.answer import answer_modal
from bot.slack.blocks.answer_memory import Memory, memory_of
from bot.slack.blocks.message import Json
from bot.slack.blocks.stopped import refused, stopped
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import Form
from bot.slack.refusals import Misfilled, ShownInstead


def answer(floor: Floor, form: Form) -> None:
    """Send, or ask for approval. What happened meanwhile is shown in the dialog, which stays open with the draft."""
    memory = memory_of(form.memory)
    text = form.text(ids.ANSWER_TEXT)
    if not text:
        raise Misfilled({memory.input_id: "The answer is empty: write what the customer should read."})
    click, writing = click_of(form, memory.mention_id), _writing(floor, form, memory)
    try:
        answering.allow_answer(floor.desk, click, writing)
        answering.write_answer(floor.desk, click, text, replace(writing, checks=check_draft(floor, form, memory)))
    except Overtaken as fault:
        raise ShownInstead(_with_news(floor, form, memory, fault.news)) from fault
    except Taken as fault:
        sentence = floor.sentence(fault, form.user)
        raise ShownInstead(_with_refusal(floor, form, memory, sentence)) from fault
    except NotSendable as fault:
        raise Misfilled({memory.input_id: str(fault)}) from fault


def _writing(floor: Floor, form: Form, memory: Memory) -> Writing:
    authored = authored_rules(floor, form.user)
    need = approving.approval_for(floor.desk, memory.mention_id, authored)
    return Writing(
        seen=memory.seen,
        authored=authored,
        approvers=people_who_approve(floor, need.rule, but=form.user) if need else (),
        looked=bool(form.several(ids.ANSWER_LOOKED)),
        saved_reply=memory.saved or None,
    )


def _with_news(floor: Floor, form: Form, memory: Memory, news: News) -> Json:
    """What changed, beside the draft; submitted once more, it goes."""
    shown = replace(memory, seen=seen_of(news.card), version=news.card.version)
    page = page_for(floor, form.user, shown, form.text(ids.ANSWER_TEXT), stop=stopped(news), goes_on=True)
    return answer_modal(page)


def _with_refusal(floor: Floor, form: Form, memory: Memory, sentence: str) -> Json:
    """Somebody else answers or decided: nothing of this dialog can be sent, and its words are still there."""
    card: Card = looking.look(floor.desk, memory.mention_id)
    return answer_modal(page_for(floor, form.user, memory, form.text(ids.ANSWER_TEXT), stop=refused(sentence, card)))
