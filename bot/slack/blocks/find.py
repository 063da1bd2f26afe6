"""Searching all mentions: what was typed, what fits page by page, and what can be done with it."""

import json
from collections.abc import Mapping, Sequence

from bot.domain.lifecycle import CLOSED, State
from bot.domain.listing import Line, Listing
from bot.domain.query import LONGEST
from bot.domain.routing import Department
from bot.slack import ids
from bot.slack.blocks.elements import (
    MAX_OPTIONS,
    actions,
    button,
    context,
    field,
    modal,
    option,
    plain_text,
    section,
    span,
    text_input,
    when,
)
from bot.slack.blocks.lines import CARDLESS, about, entry, how_it_stands, place_in, way_to_card
from bot.slack.blocks.message import Json
from bot.slack.blocks.text import inline

_HINT = (
    "Also author:ana, source:forum, topic:refunds, team:billing, state:open, from:2026-01-31, to:2026-02-28, from:7d"
)
_PLACEHOLDER = 'refund "no answer" state:open from:7d'


def find_modal(text: str, found: Listing | None, user: str, *, note: str = "") -> Json:
    """`found` is None where nothing was looked for. `note` is a sentence: why it could not be read, or what was done."""
    element = text_input(ids.FIND_TEXT, initial=text, placeholder=_PLACEHOLDER, lines=False) | {"max_length": LONGEST}
    page = found.page if found else 0
    blocks = [
        field("Words in a mention or its author", element, hint=_HINT, optional=True),
        *([section(plain_text(note, 1_500))] if note.strip() else []),
        *(_found(found, user) if found else []),
    ]
    metadata = json.dumps({"text": text, "page": page}, ensure_ascii=False)
    view = modal(ids.FIND, "Find mentions", blocks, submit="Search", metadata=metadata)
    return view | {"close": plain_text("Close", 24)}


def bring_back_modal(
    mention_id: int, departments: Sequence[Department], chosen: str, memory: Mapping[str, object]
) -> Json:
    """Which channel it belongs into. `memory` is what the dialog beneath remembers, to search again there."""
    options = [option(each.title, each.name) for each in departments[:MAX_OPTIONS]]
    initial = next((each for each in options if each["value"] == chosen), options[0])
    select = {
        "type": "static_select",
        "action_id": ids.BRING_BACK_DEPARTMENT,
        "options": options,
        "initial_option": initial,
    }
    told = "A rule kept this mention out of every channel. It will be open for everyone there, with its promises from now on."
    blocks = [
        section(plain_text(told)),
        field("Which team is it for?", select),
        field("Why?", text_input(ids.BRING_BACK_REASON, placeholder="What did the rule miss?"), optional=True),
    ]
    metadata = json.dumps({**memory, "mention_id": mention_id}, ensure_ascii=False)
    return modal(ids.BRING_BACK, "Bring back", blocks, submit="Bring back", metadata=metadata)


def _found(found: Listing, user: str) -> list[Json]:
    if not found.total:
        return [section(plain_text("Nothing fits. Try fewer words, or another state: or from:."))]
    lines = [block for one in found.lines for block in _line(one, user)]
    return [context(plain_text(f"{place_in(found)}, the newest first")), *lines, *_paging(found)]


def _line(one: Line, user: str) -> list[Json]:
    posted = [when(one.posted_at)] if one.posted_at else []
    topic = f", {inline(one.topic.replace('_', ' '), 40)}" if one.topic else ""
    team = [span(f"{inline(one.department, 60)}{topic}")] if one.state not in CARDLESS else []
    shown = entry(one, how_it_stands(one, user), team, posted, way_to_card(one))
    return [shown, actions([*_steps(one), about("Author", ids.AUTHOR_HISTORY, one)])]


def _steps(one: Line) -> list[Json]:
    """What is done at once, or asks here; everything else is on the card."""
    if one.state in (State.OPEN, State.SNOOZED):
        return [about("Claim", ids.FIND_CLAIM, one)]
    if one.state is State.FILTERED:
        return [about("Bring back…", ids.BRING_BACK, one)]
    return [about("Reopen", ids.FIND_REOPEN, one)] if one.state in CLOSED else []


def _paging(found: Listing) -> list[Json]:
    buttons = []
    if found.first:
        buttons.append(button("◀ Newer", ids.FIND_NEWER, str(found.page - 1)))
    if found.end < found.total:
        buttons.append(button("Older ▶", ids.FIND_OLDER, str(found.page + 1)))
    return [actions(buttons, "find.pages")] if buttons else []
