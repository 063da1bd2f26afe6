"""What other posts say the same: a line on the first one's card, and the dialog that lists them."""

from bot.domain.card import Card
from bot.domain.lifecycle import CLOSED
from bot.domain.repeat import Repeat
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    button,
    context,
    divider,
    joined,
    line,
    markdown,
    modal,
    plain_text,
    quote,
    rich,
    section,
    source_link,
    span,
    when,
)
from bot.slack.blocks.message import Json
from bot.slack.blocks.post import BRIEF_SIZE, post_block
from bot.slack.blocks.standing import standing
from bot.slack.blocks.text import counted, cut, inline, part_of, percent

REPEATED = "🔁"
LOUDER = 0.15
"""A repeat's estimate is told where it is so much above the first one's: the same words are judged alike else."""

_SHOWN = 350


def repeats_row(card: Card) -> list[Json]:
    """The line with the button behind which they are listed; nothing where there are none."""
    if not card.repeats.total:
        return []
    show = button("Show them…", ids.REPEATS, str(card.mention.id), label="Show the posts that say the same")
    return [section(markdown(" · ".join([f"{REPEATED} *{_more(card)}*", *_weight(card)])), show)]


def repeats_line(card: Card) -> list[Json]:
    """`🔁 and 12 more that say the same (9 people, 3 places) · reach 24,000, the largest 12,400`."""
    if not card.repeats.total:
        return []
    return [span(" · ".join([f"{REPEATED} {_more(card)}", *_weight(card)]))]


def _more(card: Card) -> str:
    total = card.repeats.total
    return f"and {total:,} more that {'says' if total == 1 else 'say'} the same ({_whose(card)})"


def _whose(card: Card) -> str:
    found = card.repeats
    if found.by_author == found.total:
        return "by the same author"
    return f"{found.people:,} {'person' if found.people == 1 else 'people'}, {counted(found.places, 'place')}"


def _weight(card: Card) -> list[str]:
    found, verdict = card.repeats, card.verdict
    said = []
    if found.most_reach:
        largest = f", the largest {found.most_reach:,}" if found.most_reach != found.reach else ""
        said.append(f"reach {found.reach:,}{largest}")
    if found.detractor is not None and found.detractor >= (verdict.detractor if verdict else 0.0) + LOUDER:
        said.append(f"one of them estimated {percent(found.detractor)} detractor")
    if found.urgent and not card.urgent:
        said.append(f"{found.urgent:,} would be urgent")
    return said


def repeats_modal(
    card: Card, repeats: tuple[Repeat, ...], *, first: int, total: int, size: int, note: str = ""
) -> Json:
    """The first, how it stands, and a page of what says the same, oldest first."""
    told = (
        "They say the same as the post above, so one card stands for all of them. "
        f"{'What was decided on it holds for them.' if card.state in CLOSED else 'An answer goes to the first one only.'} "
        "“Not the same” gives a post a card of its own."
    )
    page = first // size
    blocks = [
        *([section(plain_text(note))] if note else []),
        post_block(card, BRIEF_SIZE),
        rich(*(line(*spans) for spans in standing(card))),
        context(plain_text(told)),
        divider(),
        *(block for each in repeats for block in _repeat(each, page)),
        *([] if repeats else [section(plain_text("Nothing else says the same any more."))]),
        *_paging(card, first, total, size),
    ]
    return modal(ids.REPEATS, "They say the same", blocks)


def _repeat(each: Repeat, page: int) -> list[Json]:
    text, _ = cut(each.text, _SHOWN, lines=6)
    author = inline(each.author, 60) or "Somebody"
    reach = [span(f"reach {each.reach:,}")] if each.reach else []
    score = [span(f"estimated {percent(each.detractor)} detractor")] if each.detractor is not None else []
    gone = [span("taken down")] if each.withdrawn else []
    urgent = [span("would be urgent")] if each.urgent else []
    facts = joined([[when(each.at)], reach, score, urgent, gone, source_link(each.url)])
    head = line(span(author, bold=True), span(f" on {inline(each.source, 60)}"))
    out = button("Not the same", ids.REPEAT_OUT, f"{each.mention_id}:{page}", label=f"Not the same: post by {author}")
    return [rich(head, quote(span(text or "(no text)")), line(*facts)), actions([out])]


def _paging(card: Card, first: int, total: int, size: int) -> list[Json]:
    page, value = first // size, str(card.mention.id)
    buttons = []
    if first:
        buttons.append(button("◀ Earlier", ids.REPEATS_OLDER, f"{value}:{page - 1}"))
    if first + size < total:
        buttons.append(button("Later ▶", ids.REPEATS_NEWER, f"{value}:{page + 1}"))
    place = [context(plain_text(part_of(total, first, min(size, total - first))))] if buttons else []
    return [*place, *([actions(buttons, "repeats.pages")] if buttons else [])]
