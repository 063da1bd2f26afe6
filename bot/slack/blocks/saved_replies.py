"""Saved replies in a dialog: the list with its pages, and the form in which one is written."""

import json
from collections.abc import Sequence

from bot.domain.routing import Department
from bot.domain.saved_reply import LONGEST_TEXT, LONGEST_TITLE, MEANING, SavedReply, Shelf, Written
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    button,
    context,
    divider,
    field,
    line,
    markdown,
    modal,
    option,
    plain_text,
    preformatted,
    rich,
    section,
    span,
    text_input,
)
from bot.slack.blocks.message import Json
from bot.slack.blocks.text import date, inline, mention, part_of, plain

EVERYBODY = "*"
"""The value of the choice “All teams”."""

_EXCERPT = 160
_SHOWN = 2_900


def replies_modal(shelf: Shelf, departments: Sequence[Department]) -> Json:
    """The list. What is on other pages and among the others is counted, so that nothing hides."""
    titles = {each.name: each.title for each in departments}
    blocks = [
        section(plain_text(_heading(shelf)), _new_button(shelf)),
        *(block for each in shelf.replies for block in _listed(each, titles)),
        *_paging(shelf),
    ]
    return modal(ids.REPLIES, "Saved replies", blocks, metadata=json.dumps({"page": shelf.page}))


def reply_modal(written: Written, departments: Sequence[Department], shown: str, example: str = "") -> Json:
    """The form. `shown` is the text as an example fills it, `example` whose mention that is, empty for a made-up one."""
    everybody = option("All teams", EVERYBODY)
    teams = [everybody, *(option(each.title, each.name) for each in departments[:99])]
    chosen = next((each for each in teams if each["value"] == written.department), everybody)
    select = {
        "type": "static_select",
        "action_id": ids.REPLY_DEPARTMENT,
        "options": teams,
        "initial_option": chosen,
    }
    title = text_input(ids.REPLY_TITLE, initial=written.title, placeholder="Refund after a double charge", lines=False)
    text = text_input(ids.REPLY_TEXT, initial=written.text, placeholder="Hi {author}, …")
    text |= {"max_length": LONGEST_TEXT, "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    blocks = [
        field("Title", title | {"max_length": LONGEST_TITLE}),
        field("For", select),
        field("Text", text) | {"dispatch_action": True},
        context(markdown("*Fields* " + " · ".join(f"`{{{each}}}` {what}" for each, what in MEANING.items()))),
        *_preview(shown, example),
    ]
    memory = json.dumps({"reply_id": written.id, "version": written.version, "over_list": written.over_list})
    return modal(ids.REPLY, "Saved reply", blocks, submit="Save", metadata=memory)


def _heading(shelf: Shelf) -> str:
    if shelf.retired:
        return f"{_number(shelf.total, 'retired')}: nobody is offered them."
    if not shelf.total:
        return "There are no saved replies yet. What you save here can be inserted wherever an answer is written."
    return f"{_number(shelf.total, 'saved')}, offered wherever an answer is written."


def _number(count: int, kind: str) -> str:
    return f"{count:,} {kind} {'reply' if count == 1 else 'replies'}"


def _new_button(shelf: Shelf) -> Json | None:
    return None if shelf.retired else button("New reply…", ids.REPLY_NEW, "new", style="primary")


def _listed(reply: SavedReply, titles: dict[str, str]) -> list[Json]:
    whose = inline(titles.get(reply.department, reply.department), 60) if reply.department else "All teams"
    value, name = f"{reply.id}:{reply.version}", inline(reply.title, 40)
    words = rich(line(span(inline(reply.title, 80), bold=True), span(f" · {whose}")), line(span(_excerpt(reply.text))))
    if reply.retired:
        row = [button("Bring back", ids.REPLY_BACK, value, label=f"Bring back {name}")]
    else:
        row = [
            button("Edit…", ids.REPLY_EDIT, value, label=f"Edit {name}"),
            button("Retire", ids.REPLY_RETIRE, value, label=f"Retire {name}"),
        ]
    return [words, context(markdown(_facts(reply))), actions(row, f"reply.{reply.id}.{reply.version}"), divider()]


def _facts(reply: SavedReply) -> str:
    used = ("used once" if reply.used == 1 else f"used {reply.used:,} times") if reply.used else "not used yet"
    last = [f"last {date(reply.last_used_at)}"] if reply.last_used_at else []
    did = "retired" if reply.retired else ("changed" if reply.version > 1 else "written")
    return " · ".join([used, *last, f"{did} by {mention(reply.updated_by)} {date(reply.updated_at)}"])


def _excerpt(text: str) -> str:
    return inline(text, _EXCERPT)


def _paging(shelf: Shelf) -> list[Json]:
    first = shelf.page * shelf.size
    newer, older = first, max(shelf.total - first - len(shelf.replies), 0)
    kind = "retired" if shelf.retired else "saved"
    row = []
    if newer:
        row.append(button("Back", ids.REPLIES_NEWER, f"{kind}:{shelf.page - 1}"))
    if older:
        row.append(button(f"More ({older:,})", ids.REPLIES_OLDER, f"{kind}:{shelf.page + 1}"))
    if shelf.retired:
        row.append(button(f"In force ({shelf.others:,})", ids.REPLIES_OTHER, "saved:0"))
    elif shelf.others:
        row.append(button(f"Retired ({shelf.others:,})", ids.REPLIES_OTHER, "retired:0"))
    place = part_of(shelf.total, first, len(shelf.replies))
    told = [context(plain_text(place))] if newer or older else []
    return [*told, *([actions(row, f"replies.{kind}.{shelf.page}")] if row else [])]


def _preview(shown: str, example: str) -> list[Json]:
    if not shown.strip():
        return [context(plain_text("The preview shows here what a customer would read."))]
    whose = f"filled from the newest mention, by {inline(example, 60)}" if example else "filled with a made-up customer"
    return [context(plain_text(f"Preview, {whose}")), rich(preformatted(plain(shown, _SHOWN)))]
