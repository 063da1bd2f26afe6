"""Handing over and taking back: what the card says of an offer, its dialogs, the direct messages, and Undo."""

from collections.abc import Mapping

from bot.domain.assignment import Lapse, Offer
from bot.domain.card import Card
from bot.domain.lifecycle import Action, State
from bot.domain.posting import NoticeKind
from bot.domain.undo import Undo
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    button,
    context,
    field,
    line,
    modal,
    option,
    plain_text,
    rich,
    span,
    text_input,
    when,
    who,
)
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.metadata import NOWHERE, Origin, metadata_of
from bot.slack.blocks.notices import about
from bot.slack.blocks.post import BRIEF_SIZE, author_of, post_block
from bot.slack.blocks.text import duration, inline

OFFERED, TAKEN, ENDED = "🤝", "🔵", "↩️"

_STEPS = {
    Action.CLAIM: "claimed",
    Action.RELEASE: "released",
    Action.SNOOZE: "snoozed",
    Action.LET_STAND: "let stand",
    Action.MONITOR: "monitor only",
    Action.DISMISS: "not about us",
    Action.REROUTE: "moved here",
}
"""What a step that can be undone is called."""


def offer_line(offer: Offer) -> list[Json]:
    """`🤝 Offered to @ben by @ana until 10:15`; in turn, everybody may claim it all the same."""
    asked = [span(f"{OFFERED} "), span("Offered", bold=True), span(" to "), who(offer.to)]
    if offer.in_turn:
        return [*asked, span(", whose turn it is, until "), when(offer.until), span(". Anybody may claim it.")]
    return [*asked, span(" by "), who(offer.by), span(" until "), when(offer.until)]


def lapse_line(lapse: Lapse) -> list[Json]:
    return [span(f"{ENDED} The claim of "), who(lapse.owner), span(" ran out "), when(lapse.at)]


def undo_option(card: Card) -> list[Json]:
    """The menu's first entry, while the last step can be taken back."""
    return [option(undo_words(card.undo), f"{ids.MENU_UNDO}:{card.mention.id}")] if card.undo else []


def undo_button(card: Card) -> list[Json]:
    """The same for a card that is closed and has no menu."""
    return [button("Undo", ids.UNDO, str(card.mention.id), label=undo_words(card.undo))] if card.undo else []


def hand_over_options(card: Card) -> list[Json]:
    """What the menu of a claimed card offers its holder besides the actions."""
    if card.state is not State.CLAIMED:
        return []
    if card.offer is None:
        return [option("Hand to a colleague…", f"{ids.MENU_HAND_OVER}:{card.mention.id}")]
    return [option("Take the offer back", f"{ids.MENU_TAKE_BACK}:{card.mention.id}")]


def undo_words(undo: Undo) -> str:
    """`Undo: claimed (for 30 s)`."""
    return f"Undo: {_STEPS[undo.what]} (for {duration(undo.until - undo.at)})"


def hand_over_modal(card: Card, *, within: str, origin: Origin = NOWHERE) -> Json:
    """Whom, and what they should know. `within` is how long they will have, in words."""
    whom: Json = {
        "type": "users_select",
        "action_id": ids.HAND_OVER_TO,
        "placeholder": plain_text("Choose a colleague"),
    }
    said = f"They are asked in a direct message and have {within}. Until they accept, it stays yours."
    blocks = [
        post_block(card, BRIEF_SIZE),
        field("To whom?", whom),
        field("What should they know?", text_input(ids.HAND_OVER_NOTE), optional=True),
        context(plain_text(said)),
    ]
    return modal(ids.HAND_OVER, "Hand over", blocks, submit="Offer it", metadata=metadata_of(card, origin))


def decline_modal(card: Card, offer: Offer, *, origin: Origin = NOWHERE) -> Json:
    """A reason, if they want to give one; who reads it is said."""
    next_one = [span("The next person of "), span(inline(card.place.title, 60)), span(" is asked then.")]
    asked = next_one if offer.in_turn else [who(offer.by), span(" keeps it and is told.")]
    reason = text_input(ids.DECLINE_REASON, placeholder="On the phone until eleven", lines=False)
    blocks = [post_block(card, BRIEF_SIZE), rich(line(*asked)), field("Why not?", reason, optional=True)]
    return modal(ids.DECLINE, "Decline", blocks, submit="Decline", metadata=metadata_of(card, origin))


def offer_notice(card: Card, permalink: str, *, kind: NoticeKind, body: Mapping[str, str]) -> Message:
    """A direct message about an offer: the offer itself with its two answers, or what became of it."""
    by, reason = body.get("by", ""), body.get("reason", "")
    note = [span(f" “{inline(reason, 500)}”")] if reason.strip() else []
    if kind is NoticeKind.OFFERED:
        return _asked(card, permalink, body, note)
    keeps = [span(" It stays yours until "), when(card.claim.until), span(".")] if card.claim else []
    said = {
        NoticeKind.OFFER_ACCEPTED: [span(f"{TAKEN} "), who(by), span(" took this one over from you.")],
        NoticeKind.OFFER_DECLINED: [span(f"{ENDED} "), who(by), span(" cannot take this one."), *note, *keeps],
        NoticeKind.OFFER_ENDED: [span(f"{ENDED} "), who(by), span(" has not taken this one in time."), *keeps],
    }
    return about(card, permalink, said[kind])


def _asked(card: Card, permalink: str, body: Mapping[str, str], note: list[Json]) -> Message:
    offer = card.offer
    if offer is None or offer.to != body.get("to"):
        return about(card, permalink, [span(f"{ENDED} You were offered this one, and the offer is over.")])
    message = about(card, permalink, _call(card, offer, note))
    value, author = str(card.mention.id), author_of(card.mention)
    answers = [
        button("Accept", ids.ACCEPT, value, style="primary", label=f"Take the mention by {author}"),
        button("Decline…", ids.DECLINE, value, label=f"Decline the mention by {author}"),
    ]
    return Message(message.text, [*message.blocks, actions(answers, f"offer.{value}.{card.version}")])


def _call(card: Card, offer: Offer, note: list[Json]) -> list[Json]:
    if not offer.in_turn:
        begin = [span(f"{OFFERED} "), who(offer.by), span(" hands you this one, if you take it by ")]
        return [*begin, when(offer.until), span("."), *note]
    turn = f"{OFFERED} It is your turn in {inline(card.place.title, 60)}. Take this one by "
    return [span(turn), when(offer.until), span(", or the next person is asked. Anybody may claim it meanwhile.")]


def answered_notice(card: Card, *, accepted: bool) -> Message:
    """What stands in the place of an offer that its reader has answered: no button that does nothing any more."""
    words = f"{TAKEN} You took this one over." if accepted else f"{ENDED} You declined this one."
    return about(card, "", [span(words)])
