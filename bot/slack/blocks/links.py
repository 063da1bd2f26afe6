"""The dialog in which colleagues say which accounts are one person's."""

import json

from bot.domain.person import KnownAccount, Links
from bot.slack import ids
from bot.slack.blocks.elements import (
    MAX_OPTIONS,
    button,
    context,
    field,
    header,
    markdown,
    modal,
    option,
    plain_text,
    section,
    text_input,
)
from bot.slack.blocks.message import Json
from bot.slack.blocks.text import counted, date, escaped, inline, mention

_SHOWN = 20


def links_modal(links: Links, *, note: str = "") -> Json:
    """Linked ones with Unlink, likely ones with Link, and a search for others; nothing is linked by itself."""
    own = links.own
    told = (
        f"*{escaped(_who(own), 120)}* · {counted(own.total, 'mention')}. Accounts that you link count as one person: one history, "
        "one stance. Everybody sees it, and the log keeps who said so."
    )
    blocks = [
        *([section(plain_text(note))] if note else []),
        section(markdown(told)),
        *_linked(links),
        *_suggested(links),
        *_search(links),
    ]
    metadata = json.dumps({"mention_id": own.mention_id})
    return modal(ids.LINK, "Link accounts", blocks, submit="Link", metadata=metadata) | {
        "close": plain_text("Close", 24)
    }


def _linked(links: Links) -> list[Json]:
    if not links.linked:
        return []
    shown = [_account(each, links, "Unlink", ids.UNLINK) for each in links.linked[:_SHOWN]]
    more = len(links.linked) - _SHOWN
    rest = [context(plain_text(f"and {counted(more, 'more account')}"))] if more > 0 else []
    return [header("The same person"), *shown, *rest]


def _suggested(links: Links) -> list[Json]:
    if not links.suggested:
        return []
    shown = [_account(each, links, "Link", ids.LINK_TO) for each in links.suggested]
    warning = "The same handle or name elsewhere. It may be another person: look at their posts first."
    return [header("Perhaps"), context(plain_text(warning)), *shown]


def _account(each: KnownAccount, links: Links, verb: str, action: str) -> Json:
    by = f" · linked by {mention(each.linked_by)}, {date(each.linked_at)}" if each.linked_by and each.linked_at else ""
    words = f"{escaped(_who(each), 120)} · {counted(each.total, 'mention')}{by}"
    value = f"{links.own.mention_id}:{each.mention_id}"
    return section(markdown(words), button(verb, action, value, label=f"{verb}: {inline(_who(each), 60)}"))


def _search(links: Links) -> list[Json]:
    options = [option(inline(title, 70), name) for name, title in links.sources[:MAX_OPTIONS] if len(name) <= 150]
    if not options:
        return []
    select = {"type": "static_select", "action_id": ids.LINK_SOURCE, "options": options, "initial_option": options[0]}
    handle = text_input(ids.LINK_HANDLE, placeholder="as the source spells it", lines=False)
    return [header("Another account"), field("Where", select), field("Handle", handle)]


def _who(each: KnownAccount) -> str:
    name, handle = inline(each.name, 60), inline(each.account.author, 60)
    said = f"{name} ({handle})" if name and name != handle else handle
    return f"{said} on {inline(each.source_title, 60)}"
