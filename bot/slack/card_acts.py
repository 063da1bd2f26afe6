"""The card's buttons and menu: each acts at once or opens its dialog."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.card import Card
from bot.domain.lifecycle import Action
from bot.errors import Taken
from bot.flow.desk import answering, claiming, deciding, looking, moving, raising, sharing
from bot.flow.desk.act import Click, Desk
from bot.slack import ids, issue_acts, offer_acts, rating_acts
from bot.slack.answer_acts import answer_dialog
from bot.slack.blocks.corrections import reroute_modal, score_modal
from bot.slack.blocks.decisions import decision_modal
from bot.slack.blocks.details import references
from bot.slack.blocks.dialogs import elsewhere_modal, snooze_modal
from bot.slack.blocks.escalation import escalate_modal
from bot.slack.blocks.history import history_modal
from bot.slack.blocks.message import Json
from bot.slack.blocks.notices import claim_taken
from bot.slack.blocks.why import why_modal
from bot.slack.floor import Floor, click_of
from bot.slack.flow_acts import show_flow
from bot.slack.payloads import Act, guess_choice, menu_choice, two_numbers, whole_number

DECISIONS = (Action.LET_STAND, Action.MONITOR, Action.DISMISS)

AT_ONCE: dict[Action, Callable[[Desk, Click], Card]] = {
    Action.CLAIM: claiming.claim,
    Action.RELEASE: claiming.release,
    Action.ACKNOWLEDGE: raising.acknowledge,
    Action.WAKE: deciding.wake,
    Action.REOPEN: deciding.reopen,
}
"""Actions that ask nothing more."""


def act_on_card(floor: Floor, act: Act) -> None:
    """A button whose id is `mention.<action>`; its value is the mention."""
    _carry_out(floor, act, Action(act.action_id.removeprefix("mention.")), whole_number(act.value))


def choose_from_menu(floor: Floor, act: Act) -> None:
    """The card's "More…": the same actions, and what only informs."""
    what, mention_id = menu_choice(act.value)
    if what in _FROM_MENU:
        _FROM_MENU[what](floor, replace(act, value=str(mention_id)))
    else:
        _carry_out(floor, act, Action(what), mention_id)


def forget_choice(floor: Floor, act: Act) -> None:
    """Draw the card anew after a choice of its menu."""
    _, mention_id = menu_choice(act.value)
    looking.redraw(floor.desk, mention_id)


def send_again(floor: Floor, act: Act) -> None:
    answering.send_again(floor.desk, click_of(act, whole_number(act.value)))


def show_history(floor: Floor, act: Act) -> None:
    floor.open(act.trigger, _history(floor, whole_number(act.value), 0))


def show_why(floor: Floor, act: Act) -> None:
    floor.show(act, why_modal(looking.look(floor.desk, whole_number(act.value))))


def ask_score(floor: Floor, act: Act) -> None:
    floor.show(act, score_modal(looking.look(floor.desk, whole_number(act.value)), origin=act.origin))


def settle_doubt(floor: Floor, act: Act) -> None:
    """One of the model's two guesses on a card in triage."""
    mention_id, department, topic = guess_choice(act.value)
    moving.settle_doubt(floor.desk, click_of(act, mention_id), department, topic)


def turn_history(floor: Floor, act: Act) -> None:
    """Another page of the log, in the dialog that is open."""
    mention_id, page = two_numbers(act.value)
    floor.change(act.view, _history(floor, mention_id, page), unless_changed=True)


def _carry_out(floor: Floor, act: Act, action: Action, mention_id: int) -> None:
    if action in AT_ONCE:
        _at_once(floor, act, action, mention_id)
        return
    card = looking.allow(floor.desk, mention_id, act.user, action)
    floor.open(act.trigger, _dialog(floor, act, action, card))
    claiming.renew(floor.desk, card, act.user)


def _at_once(floor: Floor, act: Act, action: Action, mention_id: int) -> None:
    try:
        AT_ONCE[action](floor.desk, click_of(act, mention_id))
    except Taken:
        card = looking.look(floor.desk, mention_id)
        if action is not Action.CLAIM or card.claim is None or not act.origin.channel:
            raise
        floor.whisper(act, claim_taken(card))


def _dialog(floor: Floor, act: Act, action: Action, card: Card) -> Json:
    if action is Action.ANSWER:
        return answer_dialog(floor, act, card)
    if action in DECISIONS:
        return decision_modal(card, action, origin=act.origin)
    if action is Action.ESCALATE:
        return _escalate_dialog(floor, act, card)
    if action is Action.REROUTE:
        routing = floor.policy.routing
        departments, topics = list(routing.departments.values()), list(routing.topics.values())
        return reroute_modal(card, departments, topics, origin=act.origin)
    if action is Action.SNOOZE:
        return snooze_modal(card, floor.desk.clock().astimezone(floor.zone_of(act.user)), origin=act.origin)
    return elsewhere_modal(card, origin=act.origin)


def _escalate_dialog(floor: Floor, act: Act, card: Card) -> Json:
    ahead = raising.prospect(floor.desk, card)
    level = floor.policy.department(card.place.name).escalation[ahead.plan.position.level - 1]
    quiet_until = ahead.call_at if ahead.quiet else None
    return escalate_modal(card, ahead.plan, within=level.within, quiet_until=quiet_until, origin=act.origin)


def _history(floor: Floor, mention_id: int, page: int) -> Json:
    log = looking.history(floor.desk, mention_id)
    people = {each for event in log.events for each in references(event)}
    titles = {name: each.title for name, each in floor.policy.routing.departments.items()}
    return history_modal(log, floor.directory.names_of(people), page=page, departments=titles)


def share_success(floor: Floor, act: Act) -> None:
    sharing.share_success(floor.desk, click_of(act, whole_number(act.value)))


_FROM_MENU = {
    ids.MENU_UNDO: offer_acts.undo,
    ids.MENU_HAND_OVER: offer_acts.ask_colleague,
    ids.MENU_TAKE_BACK: offer_acts.take_back,
    ids.MENU_SCORE: ask_score,
    ids.MENU_FLOW: show_flow,
    ids.MENU_WHY: show_why,
    ids.MENU_HISTORY: show_history,
    ids.MENU_RATE: rating_acts.ask_rating,
    ids.MENU_ISSUE: issue_acts.ask_issue,
    ids.MENU_SHARE: share_success,
}
