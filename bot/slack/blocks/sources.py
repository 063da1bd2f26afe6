"""How each source is doing: a list for one person, and a line in the report."""

from collections.abc import Sequence

from bot.domain.source_health import Unheard
from bot.flow.source_list import SourceLine
from bot.slack.blocks.elements import bullets, context, joined, line, plain_text, rich, span, spoken, when
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.text import counted, inline, utc

MOST = 30
"""Lines that one message takes; those that need somebody come first."""

_PROBLEM = 140
_IN_REPORT = 5


def sources_message(found: Sequence[SourceLine]) -> Message:
    ordered = sorted(found, key=lambda each: (each.well, each.name.casefold()))
    ill = sum(not each.well for each in found)
    head = [span(_head(len(found), ill), bold=True)]
    if not found:
        return Message(spoken(head), [rich(line(*head))])
    more = [context(plain_text(f"and {counted(len(found) - MOST, 'more source')}: “earshot sources” lists all"))]
    foot = context(plain_text("A source that brings nothing is no proof that nobody writes there."))
    lines = bullets(*(line(*_line(each)) for each in ordered[:MOST]))
    return Message(spoken(head), [rich(line(*head), lines), *(more if len(found) > MOST else []), foot])


def _head(total: int, ill: int) -> str:
    if not total:
        return "No source was asked yet."
    if not ill:
        return f"{counted(total, 'source')}, all well."
    return f"{counted(total, 'source')}, {ill} not well."


def _line(each: SourceLine) -> list[Json]:
    mark = "✅" if each.well else "🔕"
    state = [span(f"{mark} "), span(inline(each.name, 60), bold=True), span(f" ({each.kind}): {each.state}")]
    newest = [span("last mention "), when(each.last_item_at)] if each.last_item_at else [span("no mention yet")]
    problem = [span(inline(each.problem, _PROBLEM), italic=True)] if each.problem else []
    return joined([state, newest, [span(f"{each.a_day:.1f} a day")], problem])


def unheard_in_report(unheard: Sequence[Unheard]) -> list[Json]:
    """Nothing where every source was heard all the time, as far as anybody noticed."""
    if not unheard:
        return []
    times = [f"{inline(each.source, 60)} ({_span(each)})" for each in unheard[:_IN_REPORT]]
    rest = [f"{len(unheard) - _IN_REPORT} more times"] if len(unheard) > _IN_REPORT else []
    told = f"Not heard all the time: {', '.join([*times, *rest])}. Few mentions from there do not mean that few were written."
    return [context(plain_text(told, 1_500))]


def _span(each: Unheard) -> str:
    return f"{utc(each.begin)} to {utc(each.end)}" if each.end else f"since {utc(each.begin)}"
