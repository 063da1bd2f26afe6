"""Making a mention by hand: the dialog that asks for the words, and what is said of one that is here already."""

import json
from dataclasses import dataclass

from bot.domain.lifecycle import State
from bot.domain.page import Here
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    button,
    context,
    field,
    line,
    modal,
    plain_text,
    quote,
    rich,
    section,
    span,
    spoken,
    text_input,
)
from bot.slack.blocks.lines import CARDLESS
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.post import card_link, excerpt, headline
from bot.slack.blocks.standing import ANSWERED, standing
from bot.slack.blocks.text import escape, host_of, inline, web_link

LONGEST = 3_000
"""Characters that Slack takes in one input."""


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """What the dialog is filled with. `external_id` is empty for what is known by its address only.

    `posted` is in Unix seconds, 0 where nobody knows; `channel` is where the person is told of what became of it.
    """

    source: str
    external_id: str = ""
    text: str = ""
    author: str = ""
    url: str = ""
    posted: int = 0
    channel: str = ""


def add_modal(draft: ByHand, note: str = "") -> Json:
    """`note` is a sentence above all: where the words come from, or why they could not be read."""
    is_cut = len(draft.text) > LONGEST
    hint = f"Only the first {LONGEST:,} characters fit here." if is_cut else "As they wrote it: this is what is judged."
    address = {
        "type": "url_text_input",
        "action_id": ids.ADD_LINK,
        "placeholder": plain_text("https://…"),
        **({"initial_value": draft.url} if web_link(draft.url) else {}),
    }
    author = text_input(ids.ADD_AUTHOR, initial=draft.author[:200], placeholder="A name or handle", lines=False)
    blocks = [
        *([section(plain_text(note, 1_000))] if note.strip() else []),
        field("What the customer wrote", text_input(ids.ADD_TEXT, initial=draft.text), hint=hint),
        field("Who wrote it", author, optional=True, hint="The customer, not whoever brought it to Slack."),
        field("Where it stands", address, optional=True),
        context(plain_text("Earshot judges it, chooses the team and posts a card, as for every mention.")),
    ]
    memory = {
        "source": draft.source,
        "external_id": draft.external_id,
        "posted": draft.posted,
        "channel": draft.channel,
    }
    return modal(ids.ADD, "Make this a mention", blocks, submit="Add", metadata=json.dumps(memory))


def reading_modal(url: str) -> Json:
    """While a page is being read: nothing to fill in yet, so nothing that is typed can be lost."""
    told = f"Reading the page on {host_of(url) or 'the web'}…"
    blocks = [section(plain_text(told)), context(plain_text("This takes some seconds at the most."))]
    return modal(ids.NOTICE, "Make this a mention", blocks)


def here_modal(here: Here) -> Json:
    return modal(ids.NOTICE, "It is already here", here_message(here).blocks)


def here_message(here: Here) -> Message:
    """Where a mention is that somebody wanted to bring in once more."""
    said = [span("It is already here: "), *headline(here.card)]
    stands = standing(here.card)[0]
    blocks = [rich(line(*said), quote(span(excerpt(here.card.mention, 300))), line(*stands, *_way(here)))]
    if here.card.state is State.FILTERED:
        blocks.append(actions([button("Bring back…", ids.BRING_BACK, str(here.card.mention.id))]))
    return Message(spoken(said), blocks)


def added_message(author: str) -> Message:
    by = f" by {inline(author, 60)}" if author.strip() else ""
    told = f"{ANSWERED} Added the mention{by}. Earshot judges it now; its card comes to the team's channel in a moment."
    return Message(escape(told), [section(plain_text(told))])


def _way(here: Here) -> list[Json]:
    if way := card_link(here.permalink):
        return [span(" · "), *way]
    return [] if here.card.state in CARDLESS else [span(" · its card is on its way")]
