"""One decision on many mentions: the dialog that lists them, and the message that says what became of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.backlog import MOST, TOGETHER, Age, BacklogItem, BacklogPage, Pick, Whose
from bot.domain.lifecycle import Action
from bot.domain.routing import in_words
from bot.domain.triage import TITLES as OUTCOMES
from bot.domain.triage import Outcome
from bot.slack import ids
from bot.slack.blocks.decisions import PRESETS
from bot.slack.blocks.dialogs import OTHER_REASON, snooze_presets
from bot.slack.blocks.elements import (
    MAX_OPTIONS,
    actions,
    bullets,
    button,
    context,
    divider,
    joined,
    line,
    link,
    markdown,
    modal,
    option,
    plain_text,
    radio,
    rich,
    section,
    span,
    spoken,
    text_input,
)
from bot.slack.blocks.elements import (
    field as input_field,
)
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.text import counted, duration, inline, part_of, seconds, web_link

GROUP = 10
"""Choices that Slack takes in one list of boxes."""

_KEPT = 250
"""Ticks that fit into a dialog's memory, far more than are done at a time: the dialog has warned by then."""

TOLD = 20
"""Mentions that were not possible, in one message; the others are counted."""

_WORDS = {
    Action.LET_STAND: "Let stand",
    Action.MONITOR: "Monitor only",
    Action.DISMISS: "Not about us",
    Action.SNOOZE: "Snooze",
    Action.RELEASE: "Release my claims",
}
_AGES = {
    Age.ANY: "Any age",
    Age.DAY: "Older than a day",
    Age.DAYS: "Older than 3 days",
    Age.WEEK: "Older than a week",
    Age.MONTH: "Older than 30 days",
}
_WHOSE = {Whose.UNCLAIMED: "Unclaimed", Whose.MINE: "Claimed by me"}


@dataclass(frozen=True, kw_only=True)
class Titles:
    """Names for people of what can be chosen: departments, topics and sources."""

    departments: Mapping[str, str]
    topics: Sequence[str]
    sources: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Choosing:
    """What somebody has chosen in the dialog so far. `ticked` are mentions of any page.

    `turn` counts how often the list was drawn: Slack keeps the ticks of a list that stays. `channel` is where to answer.
    """

    channel: str = ""
    pick: Pick = field(default_factory=Pick)
    ticked: tuple[int, ...] = ()
    action: Action | None = None
    turn: int = 0


def bulk_modal(draft: Choosing, page: BacklogPage, titles: Titles, *, now: datetime) -> Json:
    """`now` is in the person's own zone. Its `private_metadata` is JSON with `channel`, `first`, `kept`, `turn`."""
    here = {each.mention_id for each in page.waiting}
    elsewhere = [each for each in draft.ticked if each not in here]
    blocks = [
        actions(_filters(draft.pick, titles), "bulk.filters"),
        context(plain_text(_counted(draft, page, elsewhere))),
        *_lists(draft, page, titles, now),
        *_turning(page),
        divider(),
        *_questions(draft, now),
    ]
    kept = {"channel": draft.channel, "first": page.first, "kept": elsewhere[:_KEPT], "turn": draft.turn}
    metadata = json.dumps(kept, separators=(",", ":"))
    return modal(ids.BULK, "Decide several", blocks, submit="Do it", metadata=metadata)


def cleared_message(
    words: str, done: Sequence[int], undone: Sequence[tuple[str, str, str]], *, undo_within: timedelta = timedelta(0)
) -> Message:
    """`17 done, 2 not: …`. Each of `undone` is a mention in a few words, the address of its card, and why it was not possible.

    Where there is time to undo what was done, a button does it for all.
    """
    said = [span(f"{words}: ", bold=True), span(f"{len(done):,} done" + (f", {len(undone):,} not:" if undone else "."))]
    lines = [line(*_why_not(*each)) for each in undone[:TOLD]]
    more = [line(span(f"and {len(undone) - TOLD:,} more", italic=True))] if len(undone) > TOLD else []
    shown = rich(line(*said), *([bullets(*lines)] if lines else []), *more)
    undo = button(f"Undo ({duration(undo_within)})", ids.BULK_UNDO, ",".join(map(str, done)))
    row = [actions([undo], "bulk.undo")] if done and undo_within else []
    return Message(spoken([*said, *joined([[span(f" {why}")] for _, _, why in undone[:3]], "")]), [shown, *row])


def words_of(action: Action, reason: str) -> str:
    """`Let stand, “It is already settled”`."""
    return f"{_WORDS[action]}, “{inline(reason, 200)}”" if reason.strip() else _WORDS[action]


def _why_not(what: str, url: str, why: str) -> list[Json]:
    named = link(url, inline(what, 100)) if web_link(url) else span(inline(what, 100))
    return [named, span(f": {inline(why, 300)}")]


def _filters(pick: Pick, titles: Titles) -> list[Json]:
    departments = [(title, name) for name, title in titles.departments.items()]
    topics = [(in_words(name), name) for name in titles.topics]
    outcomes = [(OUTCOMES[each], each.value) for each in Outcome]
    return [
        _select(ids.BULK_WHOSE, [(words, each.value) for each, words in _WHOSE.items()], pick.whose),
        _select(ids.BULK_DEPARTMENT, [("Every team", ids.BULK_ALL), *departments], pick.department),
        _select(ids.BULK_TOPIC, [("Every topic", ids.BULK_ALL), *topics], pick.topic),
        _select(ids.BULK_OUTCOME, [("Whatever is recommended", ids.BULK_ALL), *outcomes], pick.outcome),
        _select(ids.BULK_AGE, [(words, each.value) for each, words in _AGES.items()], pick.age),
    ]


def _select(action_id: str, choices: Sequence[tuple[str, str]], chosen: str) -> Json:
    """The first choice stands for none."""
    options = [option(inline(text, 75), value) for text, value in choices[:MAX_OPTIONS]]
    initial = next((each for each in options if each["value"] == chosen), options[0])
    return {"type": "static_select", "action_id": action_id, "options": options, "initial_option": initial}


def _counted(draft: Choosing, page: BacklogPage, elsewhere: Sequence[int]) -> str:
    part = f"{part_of(page.total, page.first, len(page.waiting))} mentions"
    shown = part if page.total > len(page.waiting) else counted(page.total, "mention")
    said = f"{shown}, the oldest first." if page.total else "Nothing waits here."
    ticked = f" {len(elsewhere):,} more ticked that this page does not show." if elsewhere else ""
    limit = f" ⚠️ At most {MOST} are done at a time." if len(draft.ticked) > MOST else ""
    return f"{said}{ticked}{limit}"


def _lists(draft: Choosing, page: BacklogPage, titles: Titles, now: datetime) -> list[Json]:
    groups = [page.waiting[start : start + GROUP] for start in range(0, len(page.waiting), GROUP)]
    blocks = []
    for number, group in enumerate(groups):
        first = page.first + number * GROUP
        options = [_choice(each, titles, now) for each in group]
        chosen = [each for each in options if int(each["value"]) in draft.ticked]
        boxes: Json = {
            "type": "checkboxes",
            "action_id": f"{ids.BULK_PICKED}{draft.turn}.{number}",
            "options": options,
        }
        label = f"{first + 1:,} to {first + len(group):,}" if len(group) > 1 else f"{first + 1:,}"
        blocks.append(input_field(label, boxes | {"initial_options": chosen} if chosen else boxes, optional=True))
    return blocks


def _choice(waiting: BacklogItem, titles: Titles, now: datetime) -> Json:
    urgent = "🔴 " if waiting.urgent else ""
    who = inline(waiting.author, 25) or "Somebody"
    source = inline(titles.sources.get(waiting.source) or waiting.source, 20)
    facts = [
        OUTCOMES[Outcome(waiting.recommended)].partition(" (")[0] if waiting.recommended else "not judged",
        in_words(waiting.topic),
        _age(now - waiting.received_at),
        titles.departments.get(waiting.department, waiting.department),
    ]
    words = inline(f"{urgent}{who} on {source}: {inline(waiting.text, 75) or '(no text)'}", 75)
    told = inline(" · ".join(each for each in facts if each), 75)
    return option(words, str(waiting.mention_id)) | {"description": plain_text(told, 75)}


def _age(length: timedelta) -> str:
    """Its largest unit: to look a backlog through, that is enough."""
    days, hours, minutes = length.days, length.seconds // 3_600, length.seconds // 60
    if days:
        return f"{counted(days, 'day')} old"
    return f"{counted(hours, 'hour')} old" if hours else f"{counted(minutes, 'minute')} old"


def _turning(page: BacklogPage) -> list[Json]:
    """Older ones come on later pages: the list begins with what has waited longest."""
    if not page.waiting:
        return []
    after = page.total - page.first - len(page.waiting)
    buttons = [button("Tick all shown", ids.BULK_TICK, "all")]
    if page.first:
        buttons.append(button(f"Back ({page.first:,})", ids.BULK_OLDER, str(page.first // page.size - 1)))
    if after:
        buttons.append(button(f"More ({after:,})", ids.BULK_NEWER, str(page.first // page.size + 1)))
    return [actions(buttons, "bulk.pages")]


def _questions(draft: Choosing, now: datetime) -> list[Json]:
    """What to do, and what that needs to know."""
    possible = [each for each in TOGETHER if each is not Action.RELEASE or draft.pick.whose is Whose.MINE]
    choices = [option(_WORDS[each], each.value) for each in possible]
    element: Json = {
        "type": "static_select",
        "action_id": ids.BULK_DECISION,
        "placeholder": plain_text("Choose what to do", 150),
        "options": choices,
    }
    chosen = next((each for each in choices if each["value"] == draft.action), None)
    decision = input_field(
        "What is to be done with the ticked ones?", element | {"initial_option": chosen} if chosen else element
    )
    return [decision | {"dispatch_action": True}, *_details(draft.action if chosen else None, now)]


def _details(action: Action | None, now: datetime) -> list[Json]:
    if action in PRESETS:
        presets = [option(sentence, sentence) for sentence in PRESETS[action]]
        own_words = option("Another reason (write it below)", OTHER_REASON)
        return [
            input_field("Why?", radio(f"{ids.BULK_PRESET}{action}", [*presets, own_words])),
            input_field("In your own words", text_input(ids.BULK_REASON), optional=True),
        ]
    if action is Action.SNOOZE:
        presets = [option(text, str(seconds(until))) for text, until in snooze_presets(now)]
        return [input_field("Wake them", radio(ids.BULK_UNTIL, presets))]
    if action is Action.RELEASE:
        return [section(markdown("They go back to everybody in their teams."))]
    return []
