"""The customer's post as every surface shows it: who, where, when, and the words as a quote. All of it is untrusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.domain.card import Card
from bot.domain.mention import Mention
from bot.slack.blocks.elements import joined, line, link, quote, rich, source_link, span, when, who
from bot.slack.blocks.message import Json
from bot.slack.blocks.text import counted, cut, host_of, inline, plain, web_link

URGENT = "🔴 Urgent"
PRAISE = "💚 Praise"
CHANCE = "💬 A chance to join in"
MOST_NAMED = 5
"""Attachments that are shown, of those that are counted."""


@dataclass(frozen=True)
class Size:
    """How much of a post a surface shows. `rest` says where the whole is when the source has no link to it."""

    chars: int
    lines: int
    rest: str


BRIEF_SIZE = Size(chars=500, lines=8, rest="The card shows more.")
"""In dialogs: enough to know which one it is about."""


def post_block(card: Card, size: Size) -> Json:
    """Author and place, what weighs it, the words, and where they are cut."""
    mention = card.mention
    said, is_cut = _quoted(mention, size)
    parts = [line(*headline(card)), line(*joined(_circumstances(mention)))]
    if mention.parent.strip():
        parts.append(line(span("In reply to: ", italic=True), span(inline(mention.parent, 300))))
    parts.append(quote(*said))
    if is_cut:
        parts.append(line(*_where_the_rest_is(mention.url, size.rest)))
    if mention.media:
        parts.append(line(span("Attached: ", italic=True), *_attached(mention.media)))
    if mention.withdrawn_at:
        parts.append(line(span("The author took this post down on "), when(mention.withdrawn_at), span(".")))
    return rich(*parts)


def headline(card: Card) -> list[Json]:
    """`🔴 Urgent · Ana K. (@ana) on App Store`; a promoter is marked too, and what is not about us."""
    urgent = [span(URGENT, bold=True)] if card.urgent else []
    praise = [span(PRAISE)] if card.praises else []
    chance = [span(CHANCE, bold=True)] if card.is_chance else []
    return joined([urgent, praise, chance, [span(author_of(card.mention), bold=True), span(f" on {source_of(card)}")]])


def author_of(mention: Mention) -> str:
    """Name and handle where the source gave both and they differ."""
    name, handle = inline(mention.author_name, 60), inline(mention.author, 60)
    if name and handle and name != handle:
        return f"{name} ({handle})"
    return name or handle or "Somebody"


def source_of(card: Card) -> str:
    return inline(card.source_title or card.mention.source, 60)


def excerpt(mention: Mention, limit: int) -> str:
    """The post in one line, as plain text."""
    title, text = (inline(each, limit) for each in (mention.title, mention.text))
    both = text if not title or text.startswith(title) else f"{title}: {text}"
    return inline(both, limit) or "(no text)"


def in_short(card: Card, limit: int) -> list[Json]:
    """The post in one line: whose and where, and its first words."""
    return [*headline(card), span(f": “{excerpt(card.mention, limit)}”")]


def card_link(permalink: str) -> list[Json]:
    """The way to the live card; nothing where it is not posted yet."""
    return [link(permalink, "Open the card")] if web_link(permalink) else []


def _circumstances(mention: Mention) -> list[list[Json]]:
    sent = mention.posted_at or mention.received_at
    return [
        [span(_stars(mention.rating))] if mention.rating is not None else [],
        [span(f"reach {mention.reach:,}")] if mention.reach else [],
        [] if mention.posted_at else [span("received")],
        [when(sent)],
        [span("edited "), when(mention.edited_at)] if mention.edited_at else [],
        [span(counted(len(mention.media), "attachment"))] if mention.media else [],
        source_link(mention.url),
        [span("added by "), who(mention.added_by)] if mention.added_by else [],
    ]


def _attached(media: Sequence[str]) -> list[Json]:
    """What hangs on a post: a link where it has an address, else its name; the count above is of all."""
    first = [[_file(each)] for each in media[:MOST_NAMED]]
    more = len(media) - len(first)
    return [*joined(first, ", "), *([span(f" and {more} more")] if more else [])]


def _file(address_or_name: str) -> Json:
    """A link says the site first, whatever its file is called."""
    safe = web_link(address_or_name)
    if not safe:
        return span(inline(address_or_name, 120))
    folder, _, name = urlsplit(safe).path.rpartition("/")
    between = "/…/" if folder else "/"
    return link(safe, f"{host_of(safe)}{between}{inline(name, 40)}" if name else host_of(safe))


def _stars(rating: float) -> str:
    full = round(min(max(rating, 0.0), 5.0)) if rating == rating else 0  # a source may give NaN
    return f"{'★' * full}{'☆' * (5 - full)} {rating:g} of 5"


def _quoted(mention: Mention, size: Size) -> tuple[list[Json], bool]:
    title, title_cut = cut(mention.title, 200, lines=2)
    text, text_cut = cut(mention.text, size.chars, lines=size.lines)
    if title and mention.text.strip().startswith(mention.title.strip()):
        title, title_cut = "", False
    if not title and not text:
        return [span("(no text)", italic=True)], False
    between = "\n" if title and text else ""
    return [span(title, bold=True), span(between), span(text)], title_cut or text_cut


def _where_the_rest_is(url: str, rest: str) -> list[Json]:
    safe = web_link(url)
    if not safe:
        return [span(f"The text is cut here. {rest}", italic=True)]
    return [span("The text is cut here. ", italic=True), link(safe, f"Read the whole on {plain(host_of(safe), 60)}")]
