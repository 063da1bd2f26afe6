"""Why an answer was stopped: what happened while it was written, in its own words."""

from bot.domain.card import Answer, AnswerState, Card
from bot.domain.seen import Change, Edit, News
from bot.slack.blocks.elements import joined, line, quote, rich, span, when
from bot.slack.blocks.message import Json
from bot.slack.blocks.standing import TROUBLE, person
from bot.slack.blocks.text import plain

_QUOTED = 600
_LINES = 10
_SAID = {
    AnswerState.SENT: "answered",
    AnswerState.ELSEWHERE: "answered elsewhere",
    AnswerState.SENDING: "wrote an answer, which is on its way",
    AnswerState.COPIED: "wrote an answer, which has still to be posted",
    AnswerState.WAITING: "wrote an answer, which waits for approval",
    AnswerState.RETURNED: "wrote an answer, which was returned",
    AnswerState.FAILED: "wrote an answer, which could not be sent",
}


def stopped(news: News) -> list[Json]:
    """Nothing was sent; what is new, the gravest first; and that the draft is still there."""
    parts = [line(span(f"{TROUBLE} Not sent: something happened while you were writing.", bold=True))]
    for change in news.changes:
        parts += _told(change, news)
    parts.append(line(span("Your draft is kept. Change it if you need to, then send it on purpose.", italic=True)))
    return [rich(*parts)]


def refused(sentence: str, card: Card) -> list[Json]:
    """Nothing can be sent any more: the sentence that says why, and the other's answer where there is one."""
    shown = _others(card.answer) if card.answer else []
    kept = line(span("Nothing was sent. Your draft is kept below, to copy what you need of it.", italic=True))
    return [rich(line(span(f"{TROUBLE} {plain(sentence, 500)}", bold=True)), *shown, kept)]


def _told(change: Change, news: News) -> list[Json]:
    if change is Change.ANSWERED:
        return (
            _others(news.card.answer)
            if news.card.answer
            else [line(span("The answer that stood here was taken back."))]
        )
    if change is Change.EDITED:
        return _edited(news.edit)
    if change is Change.WITHDRAWN:
        gone = news.card.mention.withdrawn_at
        return [line(span("The author took the post down"), *([span(" on "), when(gone)] if gone else []), span("."))]
    again = news.card.followed_at
    at = [span(" on "), when(again)] if again else []
    words = [quote(span(_words(each.text))) for each in news.card.follow_ups.newest[-1:]]
    return [line(span("The author wrote again"), *at, span(":" if words else ".")), *words]


def _others(answer: Answer) -> list[Json]:
    said = joined([[person(answer.author), span(f" {_SAID.get(answer.state, 'wrote an answer')}")], [when(answer.at)]])
    text = plain(answer.text, _QUOTED, lines=_LINES)
    return [line(*said), *([quote(span(text))] if text else [])]


def _edited(edit: Edit) -> list[Json]:
    before = [line(span("Before:")), quote(span(_words(edit.before)))] if edit.before.strip() else []
    return [line(span("The author changed the post.")), *before, line(span("Now:")), quote(span(_words(edit.after)))]


def _words(text: str) -> str:
    return plain(text, _QUOTED, lines=_LINES) or "(no text)"
