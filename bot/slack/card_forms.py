"""The card's dialogs, submitted. A refusal is shown under the input it concerns, and the dialog stays open."""

from collections.abc import Callable

from bot.domain.label import Score
from bot.domain.lifecycle import Action
from bot.errors import Refused
from bot.flow.desk import answering, correcting, deciding, moving, raising
from bot.slack import ids
from bot.slack.blocks.corrections import AS_ESTIMATED
from bot.slack.blocks.escalation import CALL_NOW
from bot.slack.blocks.why import why_modal
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import Form, moment_of


def answer_elsewhere(floor: Floor, form: Form) -> None:
    click = click_of(form, form.mention_id)
    text, link = form.text(ids.ELSEWHERE_TEXT), form.text(ids.ELSEWHERE_LINK)
    answering.answer_elsewhere(floor.desk, click, text=text, link=link)


def escalate(floor: Floor, form: Form) -> None:
    call_now = CALL_NOW in form.several(ids.ESCALATE_NOW)
    raising.escalate(floor.desk, click_of(form, form.mention_id), form.text(ids.ESCALATE_REASON), call_now=call_now)


def reroute(floor: Floor, form: Form) -> None:
    moving.reroute(
        floor.desk,
        click_of(form, form.mention_id),
        form.text(ids.REROUTE_DEPARTMENT),
        topic=form.text(ids.REROUTE_TOPIC),
        reason=form.text(ids.REROUTE_REASON),
    )


def correct_score(floor: Floor, form: Form) -> Callable[[], None] | None:
    """Where the dialog lay over "Why here?", that one tells the new score."""
    chosen = form.text(ids.SCORE_CHOICE)
    score = None if chosen == AS_ESTIMATED else Score(chosen)
    card = correcting.correct_score(floor.desk, click_of(form, form.mention_id), score)
    return (lambda: floor.change({"id": form.beneath}, why_modal(card))) if form.beneath else None


def decide(floor: Floor, form: Form) -> None:
    action = Action(form.callback_id.removeprefix("mention."))
    reason = form.reason(ids.DECISION_PRESET, ids.DECISION_REASON)
    deciding.decide(floor.desk, click_of(form, form.mention_id), action, reason)


def snooze(floor: Floor, form: Form) -> None:
    chosen = form.text(ids.SNOOZE_UNTIL) or form.text(ids.SNOOZE_PRESET)
    if not chosen:
        raise Refused("Choose when it should come back.")
    click = click_of(form, form.mention_id)
    if chosen == deciding.CUSTOMER:
        until = floor.desk.clock() + floor.policy.customer_wait
        deciding.snooze(floor.desk, click, until, waiting_for=deciding.CUSTOMER)
    else:
        deciding.snooze(floor.desk, click, moment_of(chosen))


ERROR_AT = {
    ids.HAND_OVER: ids.HAND_OVER_TO,
    ids.DECLINE: ids.DECLINE_REASON,
    ids.ANSWER: ids.ANSWER_TEXT,
    ids.REVIEW: ids.ANSWER_TEXT,
    ids.RETURN: ids.RETURN_REASON,
    ids.ANSWER_ELSEWHERE: ids.ELSEWHERE_LINK,
    ids.ESCALATE: ids.ESCALATE_REASON,
    ids.DUTY: ids.DUTY_UNTIL,
    ids.REROUTE: ids.REROUTE_DEPARTMENT,
    ids.SCORE: ids.SCORE_CHOICE,
    ids.OVERRIDE: ids.OVERRIDE_REASON,
    ids.BULK: ids.BULK_DECISION,
    ids.LET_STAND: ids.DECISION_REASON,
    ids.MONITOR: ids.DECISION_REASON,
    ids.DISMISS: ids.DECISION_REASON,
    ids.SNOOZE: ids.SNOOZE_UNTIL,
    ids.SIGNAL_NO_PATTERN: ids.SIGNAL_REASON,
    ids.REPLY: ids.REPLY_TEXT,
    ids.ISSUE: ids.ISSUE_KEY,
    ids.ISSUE_OUT: ids.ISSUE_RELEASE,
    ids.RATING: ids.RATING_WORDS,
    ids.SUBSCRIBE: ids.SUBSCRIBE_TOPICS,
    ids.FIND: ids.FIND_TEXT,
    ids.LINK: ids.LINK_HANDLE,
    ids.ADD: ids.ADD_TEXT,
    ids.BRING_BACK: ids.BRING_BACK_DEPARTMENT,
}
"""The input under which a dialog says why it was refused."""
