"""Messages to the operators about a source that customers write at: what is wrong there, and when it is over."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.source_health import DEAF, Trouble
from bot.slack.blocks.elements import bullets, line, rich, span, spoken, when
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.text import inline, listed

_PROBLEM = 300
_SHORT = {
    Trouble.REFUSED: "refused us",
    Trouble.FAILING: "could not be read",
    Trouble.CAP: "had reached its cap",
    Trouble.SILENT: "was silent",
    Trouble.ACCESS: "had access that ends",
    Trouble.BAD: "brought entries that could not be read",
}


def bulletin_message(body: Mapping[str, str]) -> Message:
    """`body` is what `flow.watch_sources` wrote: the source, its troubles with their times, or when they were over."""
    name = f"“{inline(body['source'], 80)}”"
    if "later" in body:
        return _message([span(f"🔕 {name} has more trouble since: the newer message here tells.")])
    if "over" in body:
        was = listed([_SHORT[Trouble(each)] for each in body["was"].split()])
        begun = [span(", from "), when(_moment(body["since"])), span(" on")] if body.get("since") else []
        word = "is not listened to any more" if "removed" in body else "is well again"
        well = [span(f"{'⏹️' if 'removed' in body else '✅'} {name} {word} since "), when(_moment(body["over"]))]
        return _message([*well, span(f". It {was}"), *begun, span(".")])
    troubles = [Trouble(each) for each in body["troubles"].split()]
    head = [span(f"🔕 {name} {'is not heard' if _is_deaf(troubles) else 'needs a look'}.", bold=True)]
    lines = [_told(each, body) for each in troubles]
    foot = [span("/mentions sources shows how every source is doing.", italic=True)]
    text = spoken([*head, *(one for each in lines for one in (span(" "), *each))])
    return Message(text, [rich(line(*head), bullets(*(line(*each) for each in lines)), line(*foot))])


def _message(spans: list[Json]) -> Message:
    return Message(spoken(spans), [rich(line(*spans))])


def _is_deaf(troubles: list[Trouble]) -> bool:
    return not DEAF.isdisjoint(troubles)


def _told(trouble: Trouble, body: Mapping[str, str]) -> list[Json]:
    at, problem = when(_moment(body[trouble])), inline(body.get("problem", ""), _PROBLEM) or "it does not say why"
    if trouble is Trouble.REFUSED:
        then = (
            " Only a person can mend this. Earshot asks once an hour, and at once when it is restarted; it then goes on"
        )
        then += " from where it stopped."
        return [span("Nothing can be read there since "), at, span(f": {problem.removesuffix('.')}."), span(then)]
    if trouble is Trouble.FAILING:
        then = " Earshot goes on trying. What customers write there meanwhile comes in as soon as it works."
        return [span("Nothing can be read there since "), at, span(f": {problem.removesuffix('.')}."), span(then)]
    if trouble is Trouble.CAP:
        return [span(f"{problem[:1].upper()}{problem[1:]}. What customers write there until then comes in after that.")]
    if trouble is Trouble.SILENT:
        odd = ", which is longer than it ever was at this time of the week. It answers, so perhaps nobody wrote: "
        return [
            span("Nothing new has come since "),
            at,
            span(f"{odd}look there to be sure. Silence is not “no mentions”."),
        ]
    if trouble is Trouble.ACCESS:
        return [span("Our access ends "), at, span(": put a new token in its place before, and restart Earshot.")]
    return [span(f"Entries are left out in every poll: {problem}")]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
