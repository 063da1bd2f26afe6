"""What there is to think of in a draft, under the text of the answer dialog; and how a hashtag is used, in a dialog of its own.

Each block's id begins with `preflight.`, so that the dialog can draw them anew as somebody types.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.domain.preflight.finding import Concern, Finding, Preflight, Severity
from bot.domain.preflight.hashtag import facts
from bot.domain.preflight.usage import Usage, Use
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    button,
    context,
    field,
    joined,
    line,
    modal,
    option,
    plain_text,
    quote,
    rich,
    section,
    source_link,
    span,
    when,
)
from bot.slack.blocks.message import Json
from bot.slack.blocks.text import counted, inline, percent, plain

_BOXES = 10
"""Checkboxes that Slack takes in one block."""

_EXCERPT = 300
_SENTENCE = 600

_TITLES = {
    Concern.TRANSPARENCY: "Transparency",
    Concern.SOURCING: "Sourcing",
    Concern.TIMELINESS: "Timeliness",
    Concern.TONE: "Tone",
    Concern.INFLUENCE: "Influence",
    Concern.HASHTAG: "Hashtag",
    Concern.PRIVACY: "Personal data",
    Concern.BLANK: "Blank",
    Concern.NAME: "Name",
}
_MEANT = {
    Concern.TRANSPARENCY: "it need not say who we are",
    Concern.SOURCING: "it needs no source",
    Concern.TIMELINESS: "I took the time it needs",
    Concern.TONE: "it needs no apology",
    Concern.INFLUENCE: "somebody else has read it",
    Concern.HASHTAG: "it fits",
    Concern.PRIVACY: "it may be public",
    Concern.BLANK: "it is meant like that",
    Concern.NAME: "it is their name",
}
"""What a tick says where no words caused the finding."""


def preflight_blocks(preflight: Preflight, ticked: Collection[str] = ()) -> list[Json]:
    """Stops first, then hints, each with the words that caused it; then what is known of harmless hashtags, and the ticks.

    `ticked` are those that the person has set already. Nothing for an empty draft or where the preflight is off.
    """
    stops = [each for each in preflight.findings if each.severity is Severity.STOP]
    hints = [each for each in preflight.findings if each.severity is Severity.HINT]
    blocks = [
        *(_stop(each) for each in stops),
        *([rich(*(line(*_said("💡", each)) for each in hints))] if hints else []),
        *(_known(each) for each in preflight.known),
    ]
    named = [block | {"block_id": f"preflight.{number}"} for number, block in enumerate(blocks)]
    return [*named, *_ticks(preflight.to_tick, ticked)]


def ticked_in(view: Mapping[str, Any]) -> frozenset[str]:
    """What is ticked in an open dialog, as Slack gives it with every click and submission."""
    values = (view.get("state") or {}).get("values") or {}
    return frozenset(
        str(chosen["value"])
        for block in values.values()
        for action_id, element in block.items()
        if action_id.startswith(ids.PREFLIGHT_TICKS)
        for chosen in element.get("selected_options") or ()
    )


def held_back(preflight: Preflight, ticked: Collection[str]) -> str:
    """Why the draft stays here, in a sentence or two; empty where nothing keeps it."""
    held = preflight.held_by(ticked)
    if not held:
        return ""
    to_mend = [each for each in held if not each.tick]
    todo = "Mend it" if to_mend else "Mend it, or tick below that you looked"
    more = f" (and {counted(len(held) - 1, 'more stop')} below)" if len(held) > 1 else ""
    return f"{_TITLES[held[0].concern]}: {held[0].sentence}{more} {todo}, then send again."


def checks_of(preflight: Preflight, ticked: Collection[str]) -> dict[str, str]:
    """For the log: what the writer had before them and sent all the same."""
    passed = preflight.passed_over(ticked)
    return {"preflight": ", ".join(passed)} if passed else {}


def hashtag_modal(tag: str, uses: Sequence[Use], *, page: int, older: int, newer: int) -> Json:
    """Posts with a hashtag, newest first, a page at a time."""
    titled = section(plain_text(f"Posts with #{tag}, newest first. Whose tag is it, and what do they speak of?"))
    none = [
        context(plain_text("Nobody we hear has used it. That does not make it safe: look it up where you post it."))
    ]
    return modal(
        ids.HASHTAG,
        "How a hashtag is used",
        [titled, *(_use(each) for each in uses), *([] if uses else none), *_paging(tag, page, older, newer)],
    )


def _stop(finding: Finding) -> Json:
    shown = button("See its posts", ids.HASHTAG, f"0:{finding.tag}", label=f"Posts with #{plain(finding.tag, 50)}")
    words = plain_text(f"🛑 {_TITLES[finding.concern]}: {finding.sentence}", _SENTENCE)
    return section(words, shown if finding.tag else None)


def _said(sign: str, finding: Finding) -> list[Json]:
    return [span(f"{sign} {_TITLES[finding.concern]}: ", bold=True), span(plain(finding.sentence, _SENTENCE))]


def _known(usage: Usage) -> Json:
    said = plain_text(f"#{plain(usage.tag, 100)} is known: {facts(usage)}", _SENTENCE)
    return context(said)


def _ticks(findings: Sequence[Finding], ticked: Collection[str]) -> list[Json]:
    parts = [findings[start : start + _BOXES] for start in range(0, len(findings), _BOXES)]
    return [_boxes(number, part, ticked) for number, part in enumerate(parts)]


def _boxes(number: int, findings: Sequence[Finding], ticked: Collection[str]) -> Json:
    """The block's id changes with its boxes: Slack keeps what was ticked only as long as they are the same."""
    options = [option(_tick_label(each), each.tick) for each in findings]
    digest = hashlib.sha256(" ".join(each.tick for each in findings).encode()).hexdigest()[:8]
    boxes: Json = {"type": "checkboxes", "action_id": f"{ids.PREFLIGHT_TICKS}{number}", "options": options}
    chosen = [each for each in options if each["value"] in ticked]
    if chosen:
        boxes["initial_options"] = chosen
    asked = field("I looked at this and want to send it", boxes, optional=True)
    return asked | {"block_id": f"{ids.PREFLIGHT_TICKS}{number}.{digest}"}


def _tick_label(finding: Finding) -> str:
    said = ", ".join(dict.fromkeys(words.text for words in finding.words)) or _MEANT[finding.concern]
    return f"{_TITLES[finding.concern]}: {inline(said, 60)}"


def _use(use: Use) -> Json:
    score = [] if use.detractor is None else [span(f"{percent(use.detractor)} detractor (estimated)")]
    who = [span(inline(use.author, 60) or "Somebody", bold=True), span(f" on {inline(use.source, 60)}")]
    first = line(*joined([who, [when(use.at)], score, source_link(use.url)]))
    return rich(first, quote(span(plain(use.text, _EXCERPT, lines=6) or "(no text)")))


def _paging(tag: str, page: int, older: int, newer: int) -> list[Json]:
    buttons = []
    if newer:
        buttons.append(button(f"Newer ({newer:,})", ids.HASHTAG_NEWER, f"{page - 1}:{tag}"))
    if older:
        buttons.append(button(f"Older ({older:,})", ids.HASHTAG_OLDER, f"{page + 1}:{tag}"))
    return [actions(buttons, f"hashtag.{page}")] if buttons else []
