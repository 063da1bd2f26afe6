"""Other mentions beside one that is being answered: the conversation around it, and the author's earlier posts."""

from collections.abc import Sequence

from bot.domain.card import AnswerState
from bot.domain.dossier import Dossier, Past
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    bullets,
    button,
    context,
    header,
    joined,
    line,
    link,
    modal,
    plain_text,
    quote,
    rich,
    span,
    when,
)
from bot.slack.blocks.lines import WORDS
from bot.slack.blocks.message import Json
from bot.slack.blocks.post import author_of, source_of
from bot.slack.blocks.standing import person
from bot.slack.blocks.text import counted, inline, part_of, web_link

_BRIEF, _LONG = 140, 300
_ARRIVED = frozenset({AnswerState.SENT, AnswerState.ELSEWHERE})


def conversation(dossier: Dossier) -> list[Json]:
    """The rest of the thread at the source, oldest first, and what the author wrote before; nothing where there is none."""
    return [*_thread(dossier), *_author(dossier)]


def author_modal(dossier: Dossier, page: int, size: int) -> Json:
    """All other posts of the author, on linked accounts too, a page of them; page 0 is the newest."""
    card = dossier.card
    title = f"{author_of(card.mention)} on {source_of(card)}"
    shown = [block for past in dossier.author for block in _whole(past)]
    blocks = [header(title), *(shown or [context(plain_text("Nothing else by this author is known."))])]
    blocks += _paging(dossier, page, size)
    return modal(ids.AUTHOR, "Their other posts", blocks)


def _thread(dossier: Dossier) -> list[Json]:
    if not dossier.thread:
        return []
    unseen = dossier.thread_total - len(dossier.thread)
    more = f", the last {len(dossier.thread)} of {dossier.thread_total}" if unseen else ""
    title = line(span(f"In the same conversation{more}", bold=True))
    return [rich(title, bullets(*(line(*_told(past)) for past in dossier.thread)))]


def _author(dossier: Dossier) -> list[Json]:
    if not dossier.author:
        return []
    title = line(span(f"{counted(dossier.author_total, 'other post')} by this author", bold=True))
    shown = rich(title, bullets(*(line(*_told(past)) for past in dossier.author)))
    if dossier.author_total <= len(dossier.author):
        return [shown]
    value = f"{dossier.card.mention.id}:0"
    every = button(f"See all {dossier.author_total:,}", ids.AUTHOR, value, label="See all posts by this author")
    return [shown, actions([every], "answer.author")]


def _told(past: Past) -> list[Json]:
    """`12 Oct at 10:04 · answered by @ana · “…” · Card`."""
    words = [span(f"“{inline(past.words, _BRIEF) or '(no text)'}”")]
    return joined([[when(past.at)], _end(past), words, _card(past)])


def _whole(past: Past) -> list[Json]:
    first = line(*joined([[when(past.at)], _end(past), _card(past)]))
    parts = [first, quote(span(inline(past.words, _LONG) or "(no text)"))]
    if past.answer.strip() and past.answer_state in _ARRIVED:
        parts.append(line(span("Our answer: ", italic=True), span(inline(past.answer, _LONG))))
    return [rich(*parts)]


def _end(past: Past) -> list[Json]:
    words = WORDS[past.state]
    return [span(f"{words} by "), person(past.by)] if past.by else [span(words)]


def _card(past: Past) -> list[Json]:
    return [link(past.permalink, "Card")] if web_link(past.permalink) else []


def _paging(dossier: Dossier, page: int, size: int) -> list[Json]:
    mention_id, first = dossier.card.mention.id, page * size
    end = first + len(dossier.author)
    buttons: Sequence[Json] = [
        *([button("Newer", ids.AUTHOR_NEWER, f"{mention_id}:{page - 1}")] if page else []),
        *([button("Older", ids.AUTHOR_OLDER, f"{mention_id}:{page + 1}")] if end < dossier.author_total else []),
    ]
    if not buttons:
        return []
    place = context(plain_text(f"{part_of(dossier.author_total, first, len(dossier.author))}, the newest first"))
    return [place, actions(buttons, f"author.{mention_id}.{page}")]
