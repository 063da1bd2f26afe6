"""The live card of a mention, its read-only copies, and what stays where it was."""

from datetime import datetime

from bot.domain.card import AnswerState, Card
from bot.domain.lifecycle import CLOSED, LIVE, Action, State, available
from bot.domain.routing import in_words
from bot.slack import ids
from bot.slack.blocks.comeback import came_back, came_back_in_short, newest_url
from bot.slack.blocks.decisions import TITLES, recommended_decision
from bot.slack.blocks.elements import (
    actions,
    button,
    context,
    divider,
    joined,
    line,
    markdown,
    option,
    plain_text,
    preformatted,
    quote,
    rich,
    source_link,
    span,
    spoken,
    when,
    who,
)
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.offers import hand_over_options, lapse_line, offer_line, undo_button, undo_option
from bot.slack.blocks.post import Size, card_link, excerpt, headline, post_block
from bot.slack.blocks.ratings import rating_row
from bot.slack.blocks.readings import readings
from bot.slack.blocks.repeats import repeats_line, repeats_row
from bot.slack.blocks.stances import stance_row
from bot.slack.blocks.standing import broken_promises, open_promises, person, standing
from bot.slack.blocks.text import cut, inline, percent

LIVE_SIZE = Size(chars=1_500, lines=20, rest="History, under More…, shows the whole.")
CLOSED_SIZE = Size(chars=400, lines=6, rest="History shows the whole.")
COPY_SIZE = Size(chars=700, lines=10, rest="History on the live card shows the whole.")

UNREAD = frozenset({AnswerState.COPIED, AnswerState.FAILED, AnswerState.WAITING, AnswerState.RETURNED})
"""Answers that no customer has got: their writer goes on with them."""

_COPYABLE = 3_000
_ANSWER_SHOWN = 600
_SPOKEN = 400

_BUTTONS = {
    Action.CLAIM: "Claim",
    Action.ANSWER: "Answer",
    Action.ESCALATE: "Escalate",
    Action.WAKE: "Wake now",
    Action.REOPEN: "Reopen",
}
"""What is one click away; all else that can be done is in the menu."""

_MENU = {
    Action.ACKNOWLEDGE: "I'm on it: call nobody else",
    Action.RELEASE: "Release my claim",
    Action.REROUTE: "Reroute or correct the topic…",
    Action.SNOOZE: "Snooze…",
    Action.LET_STAND: "Let stand…",
    Action.DISMISS: "Not about us…",
    Action.ANSWER_ELSEWHERE: "Answered elsewhere…",
    Action.MONITOR: "Monitor only…",
}
"""In the order of the menu: to pass it on, to put it off, then the decisions, what is used most before the rest."""

_ALWAYS = {
    ids.MENU_ISSUE: "Link an issue…",
    ids.MENU_HISTORY: "History",
    ids.MENU_WHY: "Why here?",
    ids.MENU_FLOW: "The recommendation…",
    ids.MENU_SCORE: "The score is wrong…",
    ids.MENU_RATE: "Not useful here…",
}
"""What the menu offers below the actions. A closed card has no menu: its History leads to the most of it."""


def card_message(card: Card, *, now: datetime) -> Message:
    """The card as it stands now; `now` tells which promises are late."""
    size = CLOSED_SIZE if card.state in CLOSED else LIVE_SIZE
    post = [post_block(card, size), *came_back(card), *repeats_row(card), *stance_row(card, now), *readings(card)]
    blocks = [*post, *_promises(card, now), _standing_block(card), *_guesses(card)]
    # Slack shows messages of one app without a gap: the line tells where the next card begins.
    return Message(_spoken_card(card), [*blocks, *_buttons(card), divider()])


def copy_message(card: Card, permalink: str) -> Message:
    """A read-only copy for a channel that subscribed; what can be done is done on the live card."""
    whose = [span("A copy for this channel. The live card is with "), span(inline(card.place.title, 60)), span(". ")]
    blocks = [
        rich(line(*whose, *card_link(permalink))),
        post_block(card, COPY_SIZE),
        *readings(card)[:1],
        rich(*(line(*spans) for spans in [*came_back_in_short(card), repeats_line(card), *standing(card)] if spans)),
        rating_row(card),
    ]
    return Message(f"A copy for this channel. {_spoken_card(card)}", blocks)


def pointer_message(card: Card, permalink: str, *, by: str = "", at: datetime | None = None) -> Message:
    """What a rerouted card leaves behind. `card` is the mention where it is now; who moved it away from here, and when."""
    mover = [span(" by "), person(by)] if by else []
    moment = [span(", "), when(at)] if at else []
    moved = [
        span("↪️ Moved to "),
        who(card.place.channel),
        span(f" ({inline(card.place.title, 60)})"),
        *mover,
        *moment,
        span(". "),
    ]
    post = [*headline(card), span(f": {excerpt(card.mention, 150)}")]
    return Message(spoken([*moved, *post]), [rich(line(*moved, *card_link(permalink)), line(*post))])


def _spoken_card(card: Card) -> str:
    """The essential in one breath: who, where, what, and where it stands."""
    also = [repeats_line(card)] if card.repeats.total else []
    where_it_stands = joined([*came_back_in_short(card), *also, *standing(card), *_held_out(card)], ". ")
    said = [*headline(card), span(f": “{excerpt(card.mention, _SPOKEN)}” ")]
    return spoken([*said, *where_it_stands])


def _promises(card: Card, now: datetime) -> list[Json]:
    say = broken_promises if card.state in CLOSED else open_promises
    said = say(card, now)
    return [context(markdown(said))] if said else []


def _standing_block(card: Card) -> Json:
    stands, held_out = ([line(*spans) for spans in lines] for lines in (standing(card), _held_out(card)))
    return rich(*stands, *_answer_parts(card), *held_out)


def _held_out(card: Card) -> list[list[Json]]:
    """Whom it is offered to, or whose claim ran out: what concerns those who work in this channel."""
    offered_to = [offer_line(card.offer)] if card.offer else []
    return [*offered_to, *([lapse_line(card.lapse)] if card.lapse and card.state is State.OPEN else [])]


def _answer_parts(card: Card) -> list[Json]:
    """What was answered; a text that a person has to carry is shown to the letter, to be copied."""
    answer = card.answer
    if answer is None or not answer.text.strip() or card.state not in LIVE | {State.ANSWERED}:
        return []
    if answer.state is AnswerState.COPIED:
        return [line(*_how_to_carry(card)), *_copyable(answer.text)]
    text, is_cut = cut(answer.text, _ANSWER_SHOWN, lines=10)
    rest = [line(span("The answer is cut here. History shows the whole.", italic=True))] if is_cut else []
    return [quote(span(text)), *rest]


def _how_to_carry(card: Card) -> list[Json]:
    place = source_link(newest_url(card), "post it on") or [span("post it where the customer wrote")]
    done = span(", then press “Mark as answered there”.")
    return [span("Earshot cannot write there. Copy the text, "), *place, done]


def _copyable(text: str) -> list[Json]:
    shown, is_cut = cut(text, _COPYABLE)
    rest = [line(span("The text is too long for a card: History shows the whole.", italic=True))] if is_cut else []
    return [preformatted(shown), *rest]


def _buttons(card: Card) -> list[Json]:
    """One row: what the answer needs first, then what the state allows, then the menu.

    The row's id changes with the version: Slack then forgets what was chosen in the menu.
    """
    value = str(card.mention.id)
    possible = offered(card)
    first = _answer_buttons(card) or _recommended_button(card, possible)
    row = [*first, *(_button(card, action, leads=not first) for action in _BUTTONS if action in possible)]
    in_menu = [action for action in _MENU if action in possible]
    row += [_menu(card, in_menu)] if in_menu else [*undo_button(card), button("History", ids.HISTORY, value)]
    return [actions(row, f"card.{card.mention.id}.{card.version}")]


def offered(card: Card) -> tuple[Action, ...]:
    """What people can do with this card now: no escalation past the last level, nobody on it twice, no second
    answer while one is on its way.
    """
    reached = card.escalation.level if card.escalation else 0
    held = {Action.ESCALATE} if reached >= card.escalation_levels else set()
    if card.escalation is None or card.escalation.acknowledged_by:
        held.add(Action.ACKNOWLEDGE)
    if card.answer is not None and card.answer.state is AnswerState.SENDING:
        held.add(Action.ANSWER)
    return tuple(action for action in available(card.state) if action not in held)


def _guesses(card: Card) -> list[Json]:
    """What the model is in doubt between: one click moves the mention there and teaches the topic."""
    if not card.guesses or card.state not in LIVE:
        return []
    buttons = [
        button(
            f"→ {inline(guess.place.title, 30)} ({inline(in_words(guess.topic), 30)}, {percent(guess.share)})",
            action_id,
            f"{card.mention.id}:{guess.place.name}:{guess.topic}",
            label=f"Move to {inline(guess.place.title, 30)}, topic {inline(in_words(guess.topic), 25)}",
        )
        for guess, action_id in zip(card.guesses, ids.GUESSES, strict=False)
    ]
    asked = "Whose is it? One click moves it there, and the model learns the topic."
    return [context(plain_text(asked)), actions(buttons, f"guess.{card.mention.id}.{card.version}")]


def _recommended_button(card: Card, possible: tuple[Action, ...]) -> list[Json]:
    """Where the response flow advises to say nothing, that is the step to take; its dialog has the reason filled in."""
    action = recommended_decision(card)
    if action not in possible:
        return []
    return [button(f"{TITLES[action]} (recommended)…", ids.action_id(action), str(card.mention.id), style="primary")]


def _answer_buttons(card: Card) -> list[Json]:
    if card.answer is None or card.state not in LIVE | {State.ANSWERED}:
        return []
    value = str(card.mention.id)
    if card.answer.state is AnswerState.WAITING and card.state in LIVE:
        return [button("Review answer…", ids.REVIEW, f"{value}:{card.answer.id}", style="primary")]
    if card.answer.state is AnswerState.FAILED:
        return [button("Send again", ids.RETRY_REPLY, value, style="primary")]
    if card.answer.state is AnswerState.COPIED:
        return [button("Mark as answered there", ids.ANSWER_ELSEWHERE, value, style="primary")]
    return []


def _button(card: Card, action: Action, *, leads: bool) -> Json:
    """`leads` says that no other button comes before it: only one in a row is coloured."""
    first = Action.ANSWER if card.state is State.CLAIMED else Action.CLAIM
    style = "primary" if leads and action is first else ""
    return button(_label(card, action), ids.action_id(action), str(card.mention.id), style=style)


def _label(card: Card, action: Action) -> str:
    if card.state is State.FILTERED:
        return "Bring back"
    written = card.answer is not None and card.answer.state in UNREAD
    if action is Action.ANSWER and (written or card.praises):
        return "Change answer" if written else "Thank…"
    if action is Action.ANSWER and card.is_chance:
        return "Join in…"
    return _BUTTONS[action]


def _menu(card: Card, in_menu: list[Action]) -> Json:
    """What can be taken back, what is passed on, what is decided; then what only concerns how it is seen."""
    passing_on = [each for each in in_menu if each in (Action.ACKNOWLEDGE, Action.RELEASE)]
    options = [
        *undo_option(card),
        *(_choice(card, _MENU[each], each.value) for each in passing_on),
        *hand_over_options(card),
        *(_choice(card, _MENU[each], each.value) for each in in_menu if each not in passing_on),
        *([_choice(card, "Share this success", ids.MENU_SHARE)] if card.praises and card.success_channel else []),
        *(_choice(card, words, what) for what, words in _ALWAYS.items() if what not in _pointless(card)),
    ]
    return {
        "type": "static_select",
        "action_id": ids.MENU,
        "placeholder": plain_text("More…", 150),
        "options": options,
    }


def _pointless(card: Card) -> set[str]:
    """What the menu does not offer here: there is no recommendation, or no score of ours."""
    return {*([] if card.triage else [ids.MENU_FLOW]), *([ids.MENU_SCORE] if card.is_chance else [])}


def _choice(card: Card, words: str, what: str) -> Json:
    return option(words, f"{what}:{card.mention.id}")
