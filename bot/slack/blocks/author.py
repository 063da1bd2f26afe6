"""Somebody's history across sources, each source apart: how much, how it ended, how they spoke of us, what we answered."""

from datetime import datetime

from bot.domain.author import AuthorAt, AuthorHistory, OnePerson, Said
from bot.domain.lifecycle import CLOSED, LIVE, State
from bot.domain.stance import Stance
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    button,
    context,
    divider,
    header,
    joined,
    line,
    modal,
    plain_text,
    quote,
    rich,
    section,
    source_link,
    span,
    when,
)
from bot.slack.blocks.lines import entry, how_it_stands, way_to_card
from bot.slack.blocks.message import Json
from bot.slack.blocks.stances import stance_words
from bot.slack.blocks.standing import person
from bot.slack.blocks.text import counted, inline, listed, plain

_OTHER_PERSON = "The same name at another source may be another person: only what colleagues linked is added up."
_NAMED = 6
_ANSWER = 300


def author_history_modal(history: AuthorHistory, user: str) -> Json:
    if not history.at:
        told = f"Nobody called “{inline(history.name, 80)}” has written about us. A handle is looked for as the source spells it."
        return modal(ids.AUTHOR_HISTORY, "Author", [section(plain_text(told))])
    blocks = [
        block for number, at in enumerate(history.at) for block in _source(at, user, history.now, first=not number)
    ]
    blocks = [*(_one_person(each, history.now) for each in history.people), *blocks]
    if len(history.at) + history.beyond > 1:
        blocks.append(context(plain_text(_OTHER_PERSON)))
    if history.beyond:
        more = f"and {counted(history.beyond, 'more author')} of that name: /mentions find author:… source:… finds them"
        blocks.append(context(plain_text(more)))
    return modal(ids.AUTHOR_HISTORY, "Author", blocks)


def search_for(at: AuthorAt) -> str:
    """What to search for to find everything by this author at this source."""
    return f'author:"{_unquoted(at.handle)}" source:"{_unquoted(at.source)}"'


def _source(at: AuthorAt, user: str, now: datetime | None, *, first: bool) -> list[Json]:
    handle, name = inline(at.handle, 60), inline(at.name, 60)
    who = f"{name} ({handle})" if name and handle and name != handle else name or handle or "Somebody"
    facts = [
        line(span(f"{counted(at.total, 'mention')}: {_ends(at)}")),
        line(*_times(at)),
        line(span("Speaks of us: "), span(inline(at.score, 200), bold=True)),
        *_stance(at.stance, now),
    ]
    profile = source_link(at.profile, "Profile on")
    return [
        *([] if first else [divider()]),
        header(f"{who} on {inline(at.source_title, 60)}"),
        rich(*facts, *([line(*profile)] if profile else [])),
        *(
            entry(one, how_it_stands(one, user), [when(one.posted_at)] if one.posted_at else [], way_to_card(one))
            for one in at.lines
        ),
        *(_answer(said) for said in at.answers),
        *_all(at),
    ]


def _times(at: AuthorAt) -> list[Json]:
    if at.first_at == at.last_at:
        return [span("Written "), when(at.last_at)]
    return [span("First "), when(at.first_at), span(", last "), when(at.last_at)]


def _ends(at: AuthorAt) -> str:
    """`3 answered, 1 open, 2 decided otherwise`."""
    counts = dict(at.ends)
    answered = counts.get(State.ANSWERED, 0)
    live = sum(count for state, count in counts.items() if state in LIVE)
    otherwise = sum(count for state, count in counts.items() if state in CLOSED and state is not State.ANSWERED)
    folded = counts.get(State.FOLDED, 0)
    rest = at.total - answered - live - otherwise - folded
    named = (
        (answered, "answered"),
        (live, "open"),
        (otherwise, "decided without an answer"),
        (folded, "on the card of a first post"),
        (rest, "in no channel"),
    )
    return ", ".join(f"{count:,} {what}" for count, what in named if count)


def _answer(said: Said) -> Json:
    told = joined([[span("We answered", italic=True)], [person(said.by)], [when(said.at)]])
    return rich(line(*told), quote(span(plain(said.text, _ANSWER, lines=4) or "(no text)")))


def _all(at: AuthorAt) -> list[Json]:
    value = search_for(at)[:2_000]
    whole = [button(f"All {at.total:,}", ids.AUTHOR_ALL, value, label="All their mentions")]
    label = f"Link accounts of {inline(at.handle, 40)} on {inline(at.source_title, 20)}"
    link = [button("Link accounts…", ids.LINK, str(at.newest), label=label)] if at.newest else []
    row = [*(whole if at.total > len(at.lines) else []), *link]
    return [actions(row)] if row else []


def _one_person(one: OnePerson, now: datetime | None) -> Json:
    names = listed([inline(each, 80) for each in one.accounts[:_NAMED]])
    more = len(one.accounts) - _NAMED
    who = f"{names} and {counted(more, 'more account')}" if more > 0 else names
    return rich(
        line(span(who, bold=True), span(" are one person, as colleagues said.")),
        line(
            span(f"{counted(one.total, 'mention')} together, first "),
            when(one.first_at),
            span(", last "),
            when(one.last_at),
        ),
        line(span("Speaks of us: "), span(inline(one.score, 200), bold=True)),
        *_stance(one.stance, now),
    )


def _stance(stance: Stance | None, now: datetime | None) -> list[Json]:
    return [] if stance is None or now is None else [line(span(stance_words(stance, now)))]


def _unquoted(text: str) -> str:
    """A quoted part of a search ends at its first quotation mark."""
    return text.replace('"', " ")[:200]
