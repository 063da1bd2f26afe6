"""The dialogs in which a person acts on one mention. Each is called by its action's id; inputs are named in `ids`."""

from datetime import datetime, time, timedelta

from bot.domain.card import Card
from bot.domain.routing import Level
from bot.domain.triage import advice
from bot.slack import ids
from bot.slack.blocks.elements import (
    bullets,
    context,
    divider,
    field,
    joined,
    line,
    markdown,
    modal,
    option,
    plain_text,
    preformatted,
    radio,
    rich,
    section,
    source_link,
    span,
    text_input,
    who,
)
from bot.slack.blocks.message import Json
from bot.slack.blocks.metadata import NOWHERE, Origin, metadata_of
from bot.slack.blocks.post import Size, author_of, post_block, source_of
from bot.slack.blocks.readings import unreliable
from bot.slack.blocks.text import counted, cut, duration, escaped, seconds

ANSWER_SIZE = Size(chars=6_000, lines=60, rest="History shows the whole.")
BRIEF_SIZE = Size(chars=500, lines=8, rest="The card shows more.")

OTHER_REASON = "other"
"""The value of the preset that asks for a reason in own words."""

_PREVIEW = 3_000
_MORNING = time(9)


def answer_modal(card: Card, draft: str = "", notice: str = "", *, origin: Origin = NOWHERE) -> Json:
    """The only place from which a customer is answered. `notice` is a sentence above all else: what changed, what is wrong."""
    warning = [section(plain_text(f"⚠️ {notice}", 1_000))] if notice.strip() else []
    profile = source_link(card.mention.author_url, "Author's profile on")
    blocks = [
        *warning,
        post_block(card, ANSWER_SIZE),
        *([rich(line(*profile))] if profile else []),
        *_advice(card),
        divider(),
        _answer_input(draft),
        *answer_preview(card, draft),
    ]
    submit = "Send" if card.can_reply else "Save to copy"
    return modal(ids.ANSWER, "Answer", blocks, submit=submit, metadata=metadata_of(card, origin))


def answer_preview(card: Card, draft: str) -> list[Json]:
    """What the customer will read, to the letter, and where it goes; the last blocks of the answer dialog."""
    if not draft.strip():
        return [context(plain_text(f"{_destination(card)} Nothing leaves before you press the button."))]
    shown, is_cut = cut(draft, _PREVIEW)
    length = f"{counted(len(draft.strip()), 'character')}{', the preview is cut' if is_cut else ''}"
    return [
        context(markdown(f"*Preview* · {length}")),
        rich(preformatted(shown)),
        context(plain_text(_destination(card))),
    ]


def escalate_modal(card: Card, next_level: Level, *, origin: Origin = NOWHERE) -> Json:
    """Asks why; says whom it will reach and how long they have."""
    number = card.escalation.level + 1 if card.escalation else 1
    told = joined([[who(one)] for one in next_level.notify], ", ") or [span("nobody: this level names no one")]
    reaches = [
        span(f"Level {number} of {max(card.escalation_levels, number)}", bold=True),
        span(" will be told: "),
        *told,
        span(f". They have {duration(next_level.within)}."),
    ]
    reason = text_input(ids.ESCALATE_REASON, placeholder="What do you need from them, and by when?")
    blocks = [post_block(card, BRIEF_SIZE), rich(line(*reaches)), field("Why is this escalated?", reason)]
    return modal(ids.ESCALATE, "Escalate", blocks, submit="Escalate", metadata=metadata_of(card, origin))


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


def _answer_input(draft: str) -> Json:
    element = text_input(ids.ANSWER_TEXT, initial=draft, placeholder="Write to the customer")
    element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    return field("Your answer", element) | {"dispatch_action": True}


def _advice(card: Card) -> list[Json]:
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


def _later(now: datetime, hours: float) -> datetime:
    return datetime.fromtimestamp(now.timestamp() + hours * 3_600, tz=now.tzinfo)
