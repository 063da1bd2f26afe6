"""The dialogs that decide not to answer, and the words of those decisions wherever they are offered."""

from bot.domain.agreement import DECISIONS
from bot.domain.card import Card
from bot.domain.label import Dismissal
from bot.domain.lifecycle import Action, State
from bot.slack import ids
from bot.slack.blocks.dialogs import OTHER_REASON
from bot.slack.blocks.elements import context, field, modal, option, plain_text, radio, section, text_input
from bot.slack.blocks.message import Json
from bot.slack.blocks.metadata import NOWHERE, Origin, metadata_of
from bot.slack.blocks.post import BRIEF_SIZE, post_block
from bot.slack.blocks.readings import unreliable
from bot.slack.blocks.text import inline

TITLES = {Action.LET_STAND: "Let stand", Action.MONITOR: "Monitor only", Action.DISMISS: "Not about us"}

PRESETS = {
    Action.LET_STAND: (
        "It is fair, and nothing is to be added",
        "It is already settled",
        "The customer does not want an answer",
        "An answer would only make it bigger",
        "It is too old for an answer to help",
    ),
    Action.MONITOR: (
        "A troll: an answer would feed it",
        "A rant, a joke or satire",
        "Not enough is known yet; watch where it goes",
        "Others are answering it well already",
    ),
    Action.DISMISS: tuple(each.value for each in Dismissal),
}
"""Reasons by decision; a preset's value is its sentence."""

_WORDS = {
    Action.LET_STAND: "No answer will be sent. This counts as a decision, not as a missed reply.",
    Action.MONITOR: "No answer will be sent, the mention is marked to be watched, and headquarters is told. "
    "This counts as a decision.",
    Action.DISMISS: "The mention is closed and does not count in reports. Earshot learns from it.",
}


def recommended_decision(card: Card) -> Action | None:
    """The decision that the card puts first: what is recommended without a doubt, while nobody has written an answer."""
    triage = card.triage
    if triage is None or triage.proviso or not card.score_trusted or card.answer is not None:
        return None
    return DECISIONS.get(triage.outcome) if card.state in (State.OPEN, State.CLAIMED) else None


def decision_modal(card: Card, action: Action, *, origin: Origin = NOWHERE) -> Json:
    """A decision not to answer, with its reason: a preset, or own words where `OTHER_REASON` is chosen.

    Where it is what the flow recommends, that is the reason chosen already: one more click decides. Raises KeyError for
    an action that is no such decision.
    """
    followed = _as_recommended(card, action)
    presets = [option(sentence, sentence) for sentence in (*followed, *PRESETS[action])]
    why = radio(ids.DECISION_PRESET, [*presets, option("Another reason (write it below)", OTHER_REASON)])
    blocks = [
        post_block(card, BRIEF_SIZE),
        section(plain_text(_WORDS[action])),
        *_otherwise(card, action),
        field("Why?", why | {"initial_option": presets[0]} if followed else why),
        field("In your own words", text_input(ids.DECISION_REASON), optional=True),
    ]
    return modal(ids.action_id(action), TITLES[action], blocks, submit="Decide", metadata=metadata_of(card, origin))


def _as_recommended(card: Card, action: Action) -> tuple[str, ...]:
    if card.triage is None or not card.score_trusted or DECISIONS.get(card.triage.outcome) is not action:
        return ()
    return (inline(f"As recommended: {card.triage.grounds}", 75),)


def _otherwise(card: Card, action: Action) -> list[Json]:
    """What is recommended in place of this decision. The flow knows nothing of "not about us"."""
    if card.triage is None or action is Action.DISMISS or DECISIONS.get(card.triage.outcome) is action:
        return []
    said = f"The response flow recommends{unreliable(card.score_trusted)}: {inline(card.triage.short, 300)}."
    return [context(plain_text(said))]
