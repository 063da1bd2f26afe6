"""Which listener answers which click, dialog, command and event. Each is: ack, parse, desk, return."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import App
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from bot.domain.lifecycle import PEOPLES
from bot.errors import EarshotError
from bot.flow.desk.act import first_delivery
from bot.slack import (
    add_acts,
    answer_acts,
    answer_forms,
    approval_acts,
    bulk_forms,
    card_acts,
    card_forms,
    commands,
    find_acts,
    flow_acts,
    home_acts,
    ids,
    issue_acts,
    kudos_acts,
    link_acts,
    offer_acts,
    on_call_forms,
    preflight_acts,
    rating_acts,
    repeat_acts,
    report_command,
    saved_reply_forms,
    signal_acts,
    subscription_acts,
)
from bot.slack.blocks.dialogs import notice_modal
from bot.slack.blocks.notices import sentence_message
from bot.slack.floor import Ack, ActListener, CommandListener, Floor, FormListener
from bot.slack.home_tab import draw_after, open_home
from bot.slack.payloads import Act, Form, act_of, command_of, form_of, shortcut_of
from bot.slack.permissions import FORMS as FORMS_NEED
from bot.slack.permissions import needed_by_act, needed_by_command, unthought_of
from bot.slack.refusals import Misfilled, ShownInstead, input_for

log = logging.getLogger(__name__)

WORKERS = 16
"""Bolt's own default of 5 listener threads is less than the people of one busy channel."""

HOMES_OWN: dict[str, ActListener] = {
    **dict.fromkeys(ids.HOME_CHOICES, home_acts.choose_what_to_see),
    **dict.fromkeys((ids.HOME_BACK, ids.HOME_MORE), home_acts.turn_page),
    ids.HOME_AGAIN: home_acts.try_again,
}
"""These draw Home themselves; after anything else that somebody did, a Home that is open is drawn anew."""

ACTS: dict[str, ActListener] = {
    **{ids.action_id(action): card_acts.act_on_card for action in PEOPLES},
    ids.MENU: card_acts.choose_from_menu,
    ids.RETRY_REPLY: card_acts.send_again,
    ids.UNDO: offer_acts.undo,
    ids.ACCEPT: offer_acts.accept,
    ids.DECLINE: offer_acts.ask_why_not,
    **dict.fromkeys(ids.GUESSES, card_acts.settle_doubt),
    ids.SCORE: card_acts.ask_score,
    ids.FLOW: flow_acts.show_flow,
    ids.OVERRIDE: flow_acts.ask_why_otherwise,
    ids.OVERRIDE_BACK: flow_acts.take_back,
    ids.BULK: bulk_forms.open_bulk,
    **dict.fromkeys((*ids.BULK_FILTERS, ids.BULK_DECISION), bulk_forms.choose),
    **dict.fromkeys((ids.BULK_OLDER, ids.BULK_NEWER), bulk_forms.turn_page),
    ids.BULK_TICK: bulk_forms.tick_all,
    ids.BULK_UNDO: bulk_forms.undo_all,
    ids.WHY: card_acts.show_why,
    ids.HISTORY: card_acts.show_history,
    ids.HISTORY_OLDER: card_acts.turn_history,
    ids.HISTORY_NEWER: card_acts.turn_history,
    ids.HASHTAG: preflight_acts.show_hashtag,
    ids.HASHTAG_OLDER: preflight_acts.turn_hashtag,
    ids.HASHTAG_NEWER: preflight_acts.turn_hashtag,
    ids.ANSWER_TEXT: answer_acts.preview,
    ids.ANSWER_INSERT: answer_acts.insert,
    ids.AUTHOR: answer_acts.show_author,
    ids.AUTHOR_NEWER: answer_acts.turn_author,
    ids.AUTHOR_OLDER: answer_acts.turn_author,
    ids.APPROVE: approval_acts.approve,
    ids.REVIEW: approval_acts.review,
    ids.RETURN: approval_acts.ask_reason,
    ids.SIGNAL_REAL: signal_acts.say_real,
    ids.SIGNAL_NO_PATTERN: signal_acts.ask_no_pattern,
    **dict.fromkeys((ids.REPLIES_OLDER, ids.REPLIES_NEWER, ids.REPLIES_OTHER), saved_reply_forms.turn_page),
    ids.REPLY_NEW: saved_reply_forms.write_new,
    ids.REPLY_EDIT: saved_reply_forms.edit,
    ids.REPLY_RETIRE: saved_reply_forms.retire,
    ids.REPLY_BACK: saved_reply_forms.bring_back,
    ids.REPLY_OF_ANSWER: saved_reply_forms.write_from_answer,
    ids.REPLY_TEXT: saved_reply_forms.preview,
    **issue_acts.ISSUE_ACTS,
    **repeat_acts.REPEAT_ACTS,
    **link_acts.LINK_ACTS,
    **kudos_acts.KUDOS_ACTS,
    ids.RATE_USEFUL: rating_acts.say_useful,
    ids.RATE_NOT_USEFUL: rating_acts.say_not_useful,
    ids.NARROW: subscription_acts.ask_narrower,
    ids.DUTY: on_call_forms.ask_duty,
    ids.DUTY_END: on_call_forms.withdraw_duty,
    ids.UNSUBSCRIBE: subscription_acts.end_subscription,
    **HOMES_OWN,
    **dict.fromkeys((ids.FIND_OLDER, ids.FIND_NEWER), find_acts.turn_found),
    **dict.fromkeys((ids.FIND_CLAIM, ids.FIND_REOPEN), find_acts.act_on_found),
    ids.HOME_FIND: find_acts.open_search,
    ids.BRING_BACK: find_acts.ask_where_to,
    ids.AUTHOR_HISTORY: find_acts.show_author,
    ids.AUTHOR_ALL: find_acts.show_all_of_author,
}
FORMS: dict[str, FormListener] = {
    ids.HAND_OVER: offer_acts.hand_over,
    ids.DECLINE: offer_acts.decline,
    ids.ANSWER: answer_forms.answer,
    ids.REVIEW: approval_acts.approve_edited,
    ids.RETURN: approval_acts.give_back,
    ids.ANSWER_ELSEWHERE: card_forms.answer_elsewhere,
    ids.ESCALATE: card_forms.escalate,
    ids.REROUTE: card_forms.reroute,
    ids.SCORE: card_forms.correct_score,
    ids.OVERRIDE: flow_acts.override,
    ids.BULK: bulk_forms.submit,
    ids.LET_STAND: card_forms.decide,
    ids.MONITOR: card_forms.decide,
    ids.DISMISS: card_forms.decide,
    ids.SNOOZE: card_forms.snooze,
    ids.SIGNAL_NO_PATTERN: signal_acts.say_no_pattern,
    ids.REPLY: saved_reply_forms.save,
    **issue_acts.ISSUE_FORMS,
    ids.RATING: rating_acts.submit_rating,
    ids.DUTY: on_call_forms.submit_duty,
    ids.SUBSCRIBE: subscription_acts.submit_subscription,
    ids.FIND: find_acts.search,
    ids.LINK: link_acts.link,
    ids.ADD: add_acts.submit_add,
    ids.BRING_BACK: find_acts.submit_bring_back,
}
COMMANDS: dict[str, CommandListener] = {
    "/mentions": commands.mentions,
    "/engagement-report": report_command.engagement_report,
}


def build_app(floor: Floor, *, signing_secret: str | None) -> App:
    """The Bolt app with every listener on it. LookupError for one of which nobody said who may use it."""
    if missing := unthought_of(ACTS, FORMS, COMMANDS):
        raise LookupError(f"bot/slack/permissions.py does not say who may use {', '.join(missing)}")
    app = App(
        client=floor.client,
        signing_secret=signing_secret,
        listener_executor=ThreadPoolExecutor(WORKERS, thread_name_prefix="listener"),
        raise_error_for_unhandled_request=True,
        token_verification_enabled=False,
    )
    for action_id, on_act in ACTS.items():
        app.action(action_id)(_act_listener(floor, on_act))
    for callback_id, on_form in FORMS.items():
        app.view(callback_id)(_form_listener(floor, on_form))
    for name, on_command in COMMANDS.items():
        app.command(name)(_command_listener(floor, on_command))
    app.event("app_home_opened")(_home_listener(floor))
    app.shortcut("mention.make")(_shortcut_listener(floor))
    app.error(_on_error)
    return app


def _act_listener(floor: Floor, on_act: ActListener) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        act = act_of(body)
        try:
            floor.permit(act.user, needed_by_act(act))
            on_act(floor, act)
        except EarshotError as fault:
            log.info("refused", extra={"action": act.action_id, "user": act.user, "reason": type(fault).__name__})
            floor.refuse(act, fault)
        if act.action_id == ids.MENU:
            _forget_choice(floor, act)
        if act.action_id not in HOMES_OWN:
            draw_after(floor, act.user, act)

    return listen


def _forget_choice(floor: Floor, act: Act) -> None:
    """Slack tells nothing of a choice that is made again, so the menu goes back to none, also where it was refused."""
    try:
        card_acts.forget_choice(floor, act)
    except EarshotError as fault:
        log.info("menu_not_drawn", extra={"user": act.user, "reason": type(fault).__name__})


def _form_listener(floor: Floor, on_form: FormListener) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        form = form_of(body)
        try:
            floor.permit(form.user, FORMS_NEED[form.callback_id])
            afterwards = on_form(floor, form)
        except ShownInstead as fault:
            ack(response_action="update", view=fault.view)
            return
        except Misfilled as fault:
            ack(response_action="errors", errors=fault.errors)
            return
        except EarshotError as fault:
            log.info("refused", extra={"form": form.callback_id, "user": form.user, "reason": type(fault).__name__})
            sentence = floor.sentence(fault, form.user)
            if place := input_for(form.view, card_forms.ERROR_AT[form.callback_id]):
                ack(response_action="errors", errors={place: sentence})
            else:
                ack(response_action="update", view=notice_modal("Not done", sentence))
            return
        ack()
        draw_after(floor, form.user)
        if afterwards is not None:
            _tell_of(form, afterwards)

    return listen


def _tell_of(form: Form, afterwards: Callable[[], None]) -> None:
    try:
        afterwards()
    except EarshotError as fault:
        # What the form asked for is done and can be looked up; only the word of it is missing.
        log.warning("not_told", extra={"form": form.callback_id, "user": form.user, "reason": str(fault)})


def _command_listener(floor: Floor, on_command: CommandListener) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        command = command_of(body)
        try:
            floor.permit(command.user, needed_by_command(command))
            if first_delivery(floor.desk, command.key):
                on_command(floor, command)
        except EarshotError as fault:
            floor.whisper(command, sentence_message(floor.sentence(fault, command.user)))

    return listen


def _shortcut_listener(floor: Floor) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        shortcut = shortcut_of(body)
        try:
            floor.permit(shortcut.user, FORMS_NEED[ids.ADD])
            if first_delivery(floor.desk, shortcut.key):
                add_acts.make_mention(floor, shortcut)
        except EarshotError as fault:
            sentence = floor.sentence(fault, shortcut.user)
            floor.show_or_tell(shortcut.user, sentence, lambda notice: floor.open(shortcut.trigger, notice))

    return listen


def _home_listener(floor: Floor) -> Callable[..., None]:
    def listen(event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            open_home(floor, event)

    return listen


def _on_error(error: Exception, body: dict[str, Any]) -> BoltResponse | None:
    """What no listener foresaw: logged with its traceback and the kind of payload, never its text."""
    kind = body.get("type") or body.get("command") or "unknown"
    if isinstance(error, BoltUnhandledRequestError):
        log.warning("unhandled_payload", extra={"kind": kind})
        return BoltResponse(status=200, body="")
    log.error("listener_failed", extra={"kind": kind}, exc_info=error)
    return None
