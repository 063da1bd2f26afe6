"""The answer dialog: the only place from which a customer is answered. And its twin, in which an approver looks after one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.approval import Need
from bot.domain.card import AnswerState, Card
from bot.domain.dossier import Dossier
from bot.domain.mention import clean
from bot.domain.triage import advice
from bot.slack import ids
from bot.slack.blocks.answer_memory import Memory
from bot.slack.blocks.elements import (
    actions,
    bullets,
    context,
    divider,
    field,
    joined,
    line,
    markdown,
    modal,
    option,
    option_group,
    plain_text,
    preformatted,
    rich,
    section,
    source_link,
    span,
    text_input,
    who,
)
from bot.slack.blocks.message import Json
from bot.slack.blocks.past import conversation
from bot.slack.blocks.post import Size, author_of, post_block, source_of
from bot.slack.blocks.readings import JOIN_IN, unreliable
from bot.slack.blocks.standing import person
from bot.slack.blocks.text import counted, escaped, inline, pieces

ANSWER_SIZE = Size(chars=6_000, lines=60, rest="History shows the whole.")
LOOKED = "looked"
AFTER = "after."
INSERT_BLOCK = "insert."
"""How the ids of the blocks begin that stand below the preview and stay as they are while somebody types."""

_PIECE = 2_900
_MOST_SAVED = 90
_NAMED = 5
_LABEL = 75


@dataclass(frozen=True, kw_only=True)
class Insertable:
    """A text that can be put into the answer. `value` is what the choice gives back."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What can be inserted: the department's saved replies, and drafts from answers that like mentions were given."""

    saved: tuple[Insertable, ...] = ()
    drafts: tuple[Insertable, ...] = ()
    why_none: str = ""


@dataclass(frozen=True, kw_only=True)
class AnswerPage:
    """One look at the dialog. `stop` says what happened meanwhile, `findings` what there is to think of in the draft.

    `need` is the approval that the answer has to wait for, and `approvers` (references) who may give it.
    """

    dossier: Dossier
    memory: Memory
    draft: str = ""
    offer: Offer = Offer()
    stop: Sequence[Json] = ()
    findings: Sequence[Json] = ()
    need: Need | None = None
    approvers: tuple[str, ...] = ()
    goes_on: bool = False
    """Whether what happened meanwhile may be passed over on purpose."""


def answer_modal(page: AnswerPage) -> Json:
    """What whoever answers needs, the words, and to the letter what the customer will read."""
    card = page.dossier.card
    profile = source_link(card.mention.author_url, "Author's profile on")
    blocks = [
        post_block(card, ANSWER_SIZE),
        *([rich(line(*profile))] if profile else []),
        *conversation(page.dossier),
        *_advice(card),
        divider(),
        *page.stop,
        *_returned(card),
        *_insert(page),
        answer_input(page.memory, page.draft),
        *tail(card, page.draft, page.findings),
        *_looked(card),
        *_approval(page),
    ]
    return modal(ids.ANSWER, "Answer", blocks, submit=_submit(page), metadata=page.memory.to_json())


def review_modal(page: AnswerPage) -> Json:
    """Somebody else's answer as it waits: the approver may change it; what they see is what is sent."""
    card = page.dossier.card
    written = card.answer
    by = [span("Written by "), person(written.author), span(". ")] if written else []
    why = written.approval if written else None
    held = [span(f"It waits by the rule “{inline(why.rule, 80)}” ({inline(why.why, 200)}).")] if why else []
    blocks = [
        post_block(card, ANSWER_SIZE),
        *conversation(page.dossier),
        *_advice(card),
        divider(),
        *page.stop,
        rich(line(*by, *held)),
        answer_input(page.memory, page.draft, "The answer, as it will be sent"),
        *tail(card, page.draft, page.findings),
    ]
    submit = "Approve and send" if card.can_reply else "Approve"
    return modal(ids.REVIEW, "Approve an answer", blocks, submit=submit, metadata=page.memory.to_json())


def retyped(view: Mapping[str, object], card: Card, draft: str, findings: Sequence[Json] = ()) -> Json:
    """The open dialog with what follows the text and changes with it drawn anew; the rest stays to the letter."""
    blocks = _blocks(view)
    place = next(index for index, block in enumerate(blocks) if _is_input(block)) + 1
    after = [block for block in blocks[place:] if str(block.get("block_id", "")).startswith((AFTER, ids.ANSWER_LOOKED))]
    return _same(view) | {"blocks": [*blocks[:place], *tail(card, draft, findings), *after]}


def inserted(view: Mapping[str, object], memory: Memory, card: Card, draft: str, findings: Sequence[Json]) -> Json:
    """The open dialog with `draft` in its text input, whatever stood there; `memory` counts one text more than the view."""
    blocks = [
        answer_input(memory, draft) if _is_input(block) else _renumbered(block, memory) for block in _blocks(view)
    ]
    return retyped(_same(view) | {"blocks": blocks, "private_metadata": memory.to_json()}, card, draft, findings)


def answer_input(memory: Memory, draft: str, label: str = "Your answer") -> Json:
    """It reports every change, so that the preview follows."""
    element = text_input(ids.ANSWER_TEXT, initial=draft, placeholder="Write to the customer")
    element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    return field(label, element) | {"block_id": memory.input_id, "dispatch_action": True}


def tail(card: Card, draft: str, findings: Sequence[Json] = ()) -> list[Json]:
    """What follows the text and changes with it: what there is to think of, the preview to the letter, where it goes."""
    return [*findings, *answer_preview(card, draft)]


def answer_preview(card: Card, draft: str) -> list[Json]:
    """What the customer will read, to the letter, how much room is left, and where it goes."""
    exact = clean(draft).strip()
    if not exact:
        return [context(plain_text(f"{_destination(card)} Nothing leaves before you press the button."))]
    return [
        context(markdown(f"*Preview* · {_length(card, exact)}")),
        *(rich(preformatted(piece)) for piece in pieces(exact, _PIECE)),
        context(plain_text(_destination(card))),
    ]


def _length(card: Card, exact: str) -> str:
    if card.answer_max is None:
        return counted(len(exact), "character")
    left = card.answer_max - len(exact)
    of = f"{len(exact):,} of {counted(card.answer_max, 'character')}"
    return f"{of}, {left:,} left" if left >= 0 else f"⚠️ {of}: *{-left:,} too many*, it cannot be sent like this"


def _insert(page: AnswerPage) -> list[Json]:
    """Texts to begin with. What was typed stays; an inserted text comes after it."""
    offer = page.offer
    groups = [
        *([_group("From answers to like mentions", offer.drafts)] if offer.drafts else []),
        *([_group("Saved replies", offer.saved[:_MOST_SAVED])] if offer.saved else []),
    ]
    none = [context(plain_text(offer.why_none))] if offer.why_none and not offer.drafts else []
    if not groups:
        return none
    select: Json = {
        "type": "static_select",
        "action_id": ids.ANSWER_INSERT,
        "placeholder": plain_text("Insert a text…", 150),
        "option_groups": groups,
    }
    return [*none, actions([select], f"{INSERT_BLOCK}{page.memory.number}")]


def _group(label: str, texts: Sequence[Insertable]) -> Json:
    return option_group(label, [option(inline(each.label, _LABEL) or "(no title)", each.value) for each in texts])


def _looked(card: Card) -> list[Json]:
    """The first answer may stand there although nobody heard so: another one needs somebody's eyes."""
    answer = card.answer
    if answer is None or answer.state is not AnswerState.FAILED or not answer.unclear:
        return []
    source = source_of(card)
    told = f"⚠️ The first answer may have arrived on {source} all the same. “Send again” on the card cannot double it."
    tick = option(f"I looked on {inline(source, 30)}: it is not there", LOOKED)
    boxes = {"type": "checkboxes", "action_id": ids.ANSWER_LOOKED, "options": [tick]}
    place = source_link(card.mention.url, "Look on")
    return [
        section(plain_text(told)) | {"block_id": f"{AFTER}told"},
        *([rich(line(*place)) | {"block_id": f"{AFTER}place"}] if place else []),
        field(
            "Before you send another answer", boxes, hint="If it is there, close this and mark it as answered there."
        ),
    ]


def _returned(card: Card) -> list[Json]:
    answer = card.answer
    if answer is None or answer.state is not AnswerState.RETURNED or answer.approval is None:
        return []
    return [section(plain_text(f"↩️ Your answer came back: {inline(answer.approval.returned, 1_000)}", 1_200))]


def _approval(page: AnswerPage) -> list[Json]:
    if page.need is None:
        return []
    names = joined([[who(each)] for each in page.approvers[:_NAMED]], ", ") or [span("somebody who may approve")]
    more = [span(f" and {len(page.approvers) - _NAMED} more")] if len(page.approvers) > _NAMED else []
    why = f". Rule “{inline(page.need.rule, 80)}”: {inline(page.need.why, 200)}."
    return [
        rich(line(span("👀 This answer waits for approval by "), *names, *more, span(why)))
        | {"block_id": f"{AFTER}approval"}
    ]


def _submit(page: AnswerPage) -> str:
    if page.goes_on:
        return "Send it all the same"
    if page.need is not None:
        return "Ask for approval"
    return "Send" if page.dossier.card.can_reply else "Save to copy"


def _advice(card: Card) -> list[Json]:
    if card.is_chance:
        return [context(markdown(JOIN_IN))]
    if card.triage is None:
        return [context(plain_text("The response flow has no advice: the model could not judge this one."))]
    first, *checks = advice(card.triage)
    title = escaped(card.triage.title, 100)
    return [
        section(
            markdown(f"*The response flow advises{unreliable(card.score_trusted)}: {title}*\n{escaped(first, 500)}")
        ),
        rich(bullets(*(line(span(check)) for check in checks))),
    ]


def _destination(card: Card) -> str:
    source, author = source_of(card), author_of(card.mention)
    if card.can_reply:
        return f"It will be sent to {author} on {source}."
    return f"Earshot cannot write on {source}: you will copy it from the card and post it there."


def _blocks(view: Mapping[str, object]) -> list[Json]:
    blocks = view["blocks"]
    return list(blocks) if isinstance(blocks, list) else []


def _renumbered(block: Json, memory: Memory) -> Json:
    """The choice of texts forgets what was chosen, so that the same text can be inserted again."""
    is_choice = str(block.get("block_id", "")).startswith(INSERT_BLOCK)
    return block | {"block_id": f"{INSERT_BLOCK}{memory.number}"} if is_choice else block


def _is_input(block: Json) -> bool:
    return bool(block["type"] == "input" and block["element"]["action_id"] == ids.ANSWER_TEXT)


def _same(view: Mapping[str, object]) -> Json:
    """What Slack takes back of a view that it gave us."""
    kept = ("type", "callback_id", "title", "submit", "close", "private_metadata", "blocks")
    return {name: view[name] for name in kept if view.get(name)}
