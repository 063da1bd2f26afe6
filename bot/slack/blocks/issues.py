"""What customers wait for: the dialog that links an issue, the list of issues, word of a release."""

import json
from collections.abc import Mapping, Sequence

from bot.domain.card import Card
from bot.domain.issue import Demand, Issue, Wish
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    button,
    context,
    field,
    markdown,
    modal,
    plain_text,
    section,
    span,
    text_input,
)
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.metadata import NOWHERE, Origin, metadata_of
from bot.slack.blocks.notices import about
from bot.slack.blocks.post import BRIEF_SIZE, post_block
from bot.slack.blocks.text import counted, escape, escaped, inline, mention, part_of
from bot.slack.blocks.wishes import LINKED, RELEASED

PAGE = 10
_LINKS_SHOWN = 20


def link_modal(card: Card, *, origin: Origin = NOWHERE) -> Json:
    """Which issue it asks for; what it is linked to already, each with its end."""
    key = text_input(ids.ISSUE_KEY, placeholder="SIM-42, or https://…", lines=False)
    title = text_input(ids.ISSUE_TITLE, placeholder="Lid that does not drip", lines=False)
    said = (
        "When it is released, say so with `/mentions released KEY RELEASE`: this card is then open again, to tell them."
    )
    blocks = [
        post_block(card, BRIEF_SIZE),
        *_links(card),
        field("Which issue does it ask for?", key),
        field("What is it, in a few words?", title, optional=True),
        context(markdown(said)),
    ]
    return modal(ids.ISSUE, "Link an issue", blocks, submit="Link", metadata=metadata_of(card, origin))


def _links(card: Card) -> list[Json]:
    """The newest ones; a dialog takes 100 blocks."""
    beyond = len(card.wishes) - _LINKS_SHOWN
    more = [context(plain_text(f"and {counted(beyond, 'earlier issue')}"))] if beyond > 0 else []
    return [*(_linked(card, wish) for wish in card.wishes[-_LINKS_SHOWN:]), *more]


def _linked(card: Card, wish: Wish) -> Json:
    value = f"{card.mention.id}:{wish.issue.key}"
    name = f"{wish.issue.key} {wish.issue.title}".strip()
    return section(plain_text(f"{LINKED} {inline(name, 200)}"), button("Unlink", ids.ISSUE_UNLINK, value))


def issues_view(demands: Sequence[Demand], *, page: int, total: int) -> Json:
    """What customers wait for, what most ask for first."""
    first = page * PAGE
    blocks: list[Json] = [block for each in demands for block in _demand(each)]
    if not demands:
        blocks = [
            section(
                plain_text("Nobody waits for anything. Link a mention to an issue with “Link an issue…” under More….")
            )
        ]
    shown = part_of(total, first, len(demands)) if total > len(demands) else ""
    turns = [
        *([button("Back", ids.ISSUES_BACK, str(page - 1))] if page else []),
        *([button("More", ids.ISSUES_MORE, str(page + 1))] if first + len(demands) < total else []),
    ]
    return modal(
        ids.ISSUES,
        "What customers wait for",
        [*blocks, *([context(plain_text(shown))] if shown else []), *([actions(turns)] if turns else [])],
        metadata=json.dumps({"page": page}),
    )


def _demand(demand: Demand) -> list[Json]:
    issue = demand.issue
    name = inline(f"{issue.key} {issue.title}".strip(), 200)
    if issue.released_at is None:
        facts = f"{counted(demand.mentions, 'mention')} · opened by {mention(issue.opened_by)}"
        said = button("It is out…", ids.ISSUE_OUT, issue.key, label=f"Say that {inline(issue.key, 50)} is out")
        return [section(plain_text(f"{LINKED} {name}", 400), said), context(markdown(facts))]
    facts = f"out in {escaped(issue.released_in, 80)} · {demand.to_tell:,} of {counted(demand.mentions, 'author')} still to be told"
    return [section(plain_text(f"{RELEASED} {name}", 400)), context(markdown(facts))]


def release_modal(issue: Issue, waiting: int) -> Json:
    """In which release it came; says what happens then."""
    said = f"{counted(waiting, 'mention')} asked for it. Their cards are open again at once, for somebody to tell their authors."
    blocks = [
        section(plain_text(f"{RELEASED} {inline(f'{issue.key} {issue.title}'.strip(), 200)}")),
        section(plain_text(said)),
        field("In which release?", text_input(ids.ISSUE_RELEASE, placeholder="2.3", lines=False)),
    ]
    return modal(ids.ISSUE_OUT, "It is out", blocks, submit="Tell the teams", metadata=json.dumps({"key": issue.key}))


def released_message(issue: Issue, waiting: int) -> Message:
    text = f"{RELEASED} {issue.key} is out in {issue.released_in}: {counted(waiting, 'card')} will be open again in a moment."
    return Message(escape(text), [section(plain_text(text))])


def released_notice(card: Card, permalink: str, *, body: Mapping[str, str]) -> Message:
    """To a team: what they have to tell to whom. Stands for all cards of one issue."""
    count = int(body.get("count", "1"))
    what, release = inline(body.get("issue", ""), 150), inline(body.get("release", ""), 80)
    asked = "A customer asked" if count == 1 else f"{count:,} customers asked"
    said = f"{RELEASED} {what} is out in {release}. {asked} for it, and their cards are open again: go tell them."
    return about(card, permalink, [span(said)])
