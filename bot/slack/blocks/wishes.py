"""What a card says of the issues that its mention asks for."""

from collections.abc import Sequence

from bot.domain.issue import Issue, Wish
from bot.slack.blocks.elements import link, span, when, who
from bot.slack.blocks.message import Json
from bot.slack.blocks.text import counted, inline, web_link

LINKED, RELEASED = "🔗", "🎉"
_SHOWN = 3


def wish_lines(wishes: Sequence[Wish]) -> list[list[Json]]:
    """What this mention asks for, newest first; one that is out asks to be told of."""
    lines = [_wish_line(wish) for wish in wishes[::-1][:_SHOWN]]
    more = len(wishes) - _SHOWN
    return [*lines, *([[span(f"{LINKED} and {counted(more, 'more issue')}")]] if more > 0 else [])]


def _wish_line(wish: Wish) -> list[Json]:
    issue = wish.issue
    if issue.released_at is None:
        return [span(f"{LINKED} Asks for "), *_named(issue), span(", linked by "), who(wish.linked_by)]
    out = [span(f"{RELEASED} "), *_named(issue), span(f" is out in {inline(issue.released_in, 80)}")]
    if wish.told_at is not None:
        return [*out, span(", and they have been told "), when(wish.told_at)]
    return [*out, span(": "), span("tell them", bold=True)]


def _named(issue: Issue) -> list[Json]:
    """The title and the key, which leads to the issue where it is an address."""
    address = web_link(issue.key)
    key = link(address, inline(issue.key, 80)) if address else span(inline(issue.key, 80), bold=True)
    return [key, span(f" “{inline(issue.title, 120)}”")] if issue.title else [key]
