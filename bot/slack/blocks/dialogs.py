"""The dialogs in which a person acts on one mention. Each is called by its action's id; inputs are named in `ids`."""

from datetime import datetime, time, timedelta

from bot.domain.card import Card
from bot.slack import ids
from bot.slack.blocks.elements import (
    field,
    line,
    modal,
    option,
    plain_text,
    radio,
    rich,
    section,
    source_link,
    text_input,
)
from bot.slack.blocks.message import Json
from bot.slack.blocks.metadata import NOWHERE, Origin, metadata_of
from bot.slack.blocks.post import BRIEF_SIZE, post_block
from bot.slack.blocks.text import seconds

OTHER_REASON = "other"
"""The value of the preset that asks for a reason in own words."""

_MORNING = time(9)

FOR_CUSTOMER = "customer"
"""The choice that has no moment of its own."""


def snooze_modal(card: Card, now: datetime, *, origin: Origin = NOWHERE) -> Json:
    """Until when. `now` is in the person's own zone, so that tomorrow and nine o'clock are theirs.

    Each choice's value is its moment in Unix seconds; a picked time is used instead of the preset.
    """
    presets = [option(text, str(seconds(until))) for text, until in snooze_presets(now)]
    presets.append(option("When the customer writes again", FOR_CUSTOMER))
    choice = radio(ids.SNOOZE_PRESET, presets) | {"initial_option": presets[1]}
    picker = {"type": "datetimepicker", "action_id": ids.SNOOZE_UNTIL}
    blocks = [
        post_block(card, BRIEF_SIZE),
        section(
            plain_text("What we promised stands still until it is back. It wakes early if its author writes again.")
        ),
        field("Wake it", choice),
        field("Or at this time", picker, optional=True, hint="A time chosen here is used instead of the list above."),
    ]
    return modal(ids.SNOOZE, "Snooze", blocks, submit="Snooze", metadata=metadata_of(card, origin))


def snooze_presets(now: datetime) -> list[tuple[str, datetime]]:
    """Words and moments, soonest first; mornings are at nine in the zone of `now`."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), _MORNING, tzinfo=now.tzinfo)
    monday = datetime.combine(now.date() + timedelta(days=7 - now.weekday()), _MORNING, tzinfo=now.tzinfo)
    # Added in Unix time: an hour is an hour, also on the day on which clocks change.
    in_hours = [(f"In {words}", _later(now, hours)) for words, hours in (("1 hour", 1), ("4 hours", 4))]
    half = [("In 30 minutes", _later(now, 0.5))]
    mornings = [("Tomorrow at 9:00", tomorrow), ("Monday at 9:00", monday)]
    return half + in_hours + (mornings if monday != tomorrow else mornings[:1])


def elsewhere_modal(card: Card, *, origin: Origin = NOWHERE) -> Json:
    """Records an answer that was given at the source itself."""
    place = source_link(card.mention.url, "Their post on")
    link_input = {
        "type": "url_text_input",
        "action_id": ids.ELSEWHERE_LINK,
        "placeholder": plain_text("https://…"),
    }
    text = card.answer.text if card.answer else ""
    blocks = [
        post_block(card, BRIEF_SIZE),
        *([rich(line(*place))] if place else []),
        field("Link to the answer", link_input, optional=True),
        field("What was answered", text_input(ids.ELSEWHERE_TEXT, initial=text), optional=True),
    ]
    return modal(
        ids.ANSWER_ELSEWHERE,
        "Answered elsewhere",
        blocks,
        submit="Mark as answered",
        metadata=metadata_of(card, origin),
    )


def notice_modal(title: str, text: str) -> Json:
    """A refusal or a fact in whole sentences; there is nothing to do but to close it."""
    return modal(ids.NOTICE, title, [section(plain_text(text.strip() or "That was not possible."))])


def _later(now: datetime, hours: float) -> datetime:
    return datetime.fromtimestamp(now.timestamp() + hours * 3_600, tz=now.tzinfo)
