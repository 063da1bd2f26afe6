"""What an event of the log holds, in words: from where to where, whom, until when, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.event import EARSHOT, Event
from bot.domain.lifecycle import Action, State
from bot.domain.routing import in_words
from bot.slack.blocks.comeback import difference
from bot.slack.blocks.elements import joined, line, quote, source_link, span, when, who
from bot.slack.blocks.message import Json
from bot.slack.blocks.text import inline, is_user

_FACT, _FACTS, _REASON, _TEXT = 160, 8, 300, 300

_LONGEST_ID = 40
"""Slack's are eleven characters; a longer one it would refuse with the whole dialog."""

_UNTOLD = frozenset({"ts", "kind", "slot", "version", "delivery_id", "mention", "mentions", "key", "bulk"})
"""Details that only machines read."""

_APART = frozenset({"before", "after", "state_before", "state_after", "reason", "text"})
"""Details with a line or an arrow of their own."""

_PEOPLE = frozenset({"to", "owner", "by", "from", "asked", "people", "notified", "approver", "person", "told"})
_LINKS = frozenset({"link", "permalink"})
_TOPICS = frozenset({"topic"})
_DEPARTMENTS = frozenset({"department"})

_STATES = {
    State.NEW: "new",
    State.JUDGED: "judged",
    State.FILTERED: "kept out",
    State.FOLDED: "part of another",
    State.OPEN: "unclaimed",
    State.CLAIMED: "claimed",
    State.SNOOZED: "snoozed",
    State.ANSWERED: "answered",
    State.LET_STAND: "let stand",
    State.MONITORED: "monitored",
    State.DISMISSED: "not about us",
}

_SAID = {
    ("by", "answering"): "to answer it",
    ("state", "sending"): "on its way",
    ("state", "copied"): "to be carried there by hand",
    ("state", "waiting"): "waits for approval",
    ("state", "sent"): "sent",
}
"""Details that are said better without their key."""

_LABELS = {
    "preflight": "preflight found",
    "due_at": "due",
    "may_have_arrived": "may have arrived all the same",
    "reason_then": "the reason then",
    "posted": "posted there",
}


@dataclass(frozen=True, kw_only=True)
class Names:
    """What references are called: people by Slack id, departments by name. What is not in it is shown by reference."""

    people: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)


def references(event: Event) -> set[str]:
    """The ids of all people whom the event names."""
    named = (part for key in _PEOPLE & set(event.detail) for part in str(event.detail[key]).split())
    return {each for each in (event.actor, *named) if is_user(each)}


def actor(reference: str, names: Names) -> Json:
    if reference == EARSHOT:
        return span("Earshot", bold=True)
    return _person(reference, names, bold=True)


def told(event: Event, names: Names) -> list[Json]:
    """The lines below an event's sentence; none where the sentence says it all."""
    facts = joined([*_change(event, names), *_facts(event, names)][:_FACTS])
    reason, text = str(event.detail.get("reason", "")), str(event.detail.get("text", ""))
    lines = [line(*facts)] if facts else []
    if reason.strip():
        lines.append(line(span("Reason: "), span(f"“{inline(reason, _REASON)}”", italic=True)))
    if text.strip():
        lines.append(quote(span(inline(text, _TEXT))))
    return lines


def _change(event: Event, names: Names) -> Iterator[list[Json]]:
    """Before → after: of the state, and of what the event is about."""
    states = tuple(_state(str(event.detail.get(key, ""))) for key in ("state_before", "state_after"))
    if all(states) and states[0] != states[1]:
        yield [span(" → ".join(states))]
    before, after = (str(event.detail.get(key, "")) for key in ("before", "after"))
    if event.what == "edited":
        yield difference(before, after)
    elif before.strip() and after.strip():
        yield [span(f"{_named(event, before, names)} → {_named(event, after, names)}")]
    elif before.strip() or after.strip():
        yield [span(f"before: {_named(event, before, names)}" if before.strip() else _named(event, after, names))]


def _named(event: Event, value: str, names: Names) -> str:
    """A department or a state by its title, anything else in words."""
    if event.what == Action.REROUTE:
        return inline(names.departments.get(value, value), 60)
    return _state(value) or inline(in_words(value), _FACT)


def _state(value: str) -> str:
    return _STATES[State(value)] if value in _STATES else ""


def _facts(event: Event, names: Names) -> Iterator[list[Json]]:
    for key, said in event.detail.items():
        value = str(said)
        if key in _UNTOLD or key in _APART or not value.strip():
            continue
        if (key, value) in _SAID:
            yield [span(_SAID[key, value])]
        elif key in _LINKS:
            yield source_link(value, "See it on")
        else:
            yield [span(f"{_label(key, value)}: "), *_shown(key, value, names)]


def _label(key: str, value: str) -> str:
    if key == "channel" and is_user(value):
        return "in a direct message to"
    return _LABELS.get(key, inline(key.replace("_", " "), 40))


def _shown(key: str, value: str, names: Names) -> list[Json]:
    if key in _PEOPLE:
        return joined([[_person(each, names)] for each in value.split()[:10]], ", ")
    if key == "channel":
        return [_person(value, names)]
    if key in _DEPARTMENTS:
        return [span(inline(names.departments.get(value, value), 60))]
    moment = _moment(value)
    if moment is not None:
        return [when(moment)]
    return [span(inline(in_words(value) if key in _TOPICS else value, _FACT))]


def _moment(value: str) -> datetime | None:
    """The log keeps times in ISO format with their zone."""
    if not value[:4].isdecimal() or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _person(reference: str, names: Names, *, bold: bool = False) -> Json:
    """By name, which stays where somebody has left; whom nobody can name Slack shows by the reference."""
    name = names.people.get(reference, "").strip()
    if not name and len(reference) <= _LONGEST_ID:
        return who(reference)
    return span(inline(name or reference, 60), bold=bold)
