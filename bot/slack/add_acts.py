"""/mentions add, and the message shortcut "Make this a mention"."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from bot.domain.mention import Incoming
from bot.domain.page import BY_HAND, SLACK, Here
from bot.errors import GiveUp, Refused, Retry
from bot.flow.add import Brought, add, checked_address, find_here, find_posted, here
from bot.slack import ids
from bot.slack.blocks.add import LONGEST, ByHand, add_modal, added_message, here_message, here_modal, reading_modal
from bot.slack.floor import Floor
from bot.slack.message_words import addresses_in, words_of
from bot.slack.payloads import Command, Form, Shortcut, typed_words
from bot.slack.refusals import Misfilled

log = logging.getLogger(__name__)

MOST_ADDRESSES = 5
"""Links of one message that are looked up; a message with more is a list of them and not one customer's post."""


def add_command(floor: Floor, command: Command) -> None:
    """/mentions add URL [text]: the page is read for its words, unless they are given."""
    address, _, text = typed_words(command.text.partition(" ")[2]).partition(" ")
    if not address:
        raise Refused("Which page? Type /mentions add and its address; what the customer wrote may follow.")
    url = checked_address(address)
    if known := _known(floor, BY_HAND, url, [url]):
        floor.whisper(command, here_message(known))
        return
    draft = ByHand(source=BY_HAND, text=text.strip(), url=url, channel=command.channel)
    if draft.text:
        floor.open(command.trigger, add_modal(draft))
        return
    opened = floor.open(command.trigger, reading_modal(url))
    if opened:
        floor.change(opened, _read_into(floor, draft))


def make_mention(floor: Floor, shortcut: Shortcut) -> None:
    """The shortcut on any message of Slack: its words, its author and the link in it, for the person to look over."""
    message, where = shortcut.message, floor.directory.permalink
    urls = addresses_in(message)[:MOST_ADDRESSES]
    external_id = f"{shortcut.channel}/{shortcut.ts}"
    known = find_posted(floor.desk, shortcut.channel, shortcut.ts, permalink=where)
    known = known or _known(floor, SLACK, external_id, [_spelt(url) for url in urls])
    if known:
        floor.open(shortcut.trigger, here_modal(known))
        return
    author = str(message.get("user") or "")
    names = floor.directory.names_of([author]) if author else {}
    draft = ByHand(
        source=SLACK,
        external_id=external_id,
        text=words_of(message, lambda user: floor.directory.names_of([user]).get(user, "")),
        author=names.get(author) or str(message.get("username") or ""),
        url=urls[0] if len(urls) == 1 else where(shortcut.channel, shortcut.ts),
        posted=int(float(shortcut.ts)),
        channel=shortcut.channel,
    )
    floor.open(shortcut.trigger, add_modal(draft))


def submit_add(floor: Floor, form: Form) -> Callable[[], None]:
    """Bring it in; what is here already is shown, and nothing is added."""
    brought = _brought(form)
    mention_id, is_new = add(floor.desk, brought)
    channel = str(form.memory.get("channel") or form.user)
    if is_new:
        return partial(floor.tell_in, channel, form.user, added_message(brought.item.author))
    known = here(floor.desk, mention_id, permalink=floor.directory.permalink)
    return partial(floor.tell_in, channel, form.user, here_message(known))


def _brought(form: Form) -> Brought:
    typed = form.text(ids.ADD_LINK)
    try:
        url = checked_address(typed) if typed else ""
    except Refused as fault:
        raise Misfilled({ids.ADD_LINK: str(fault)}) from fault
    author, posted = form.text(ids.ADD_AUTHOR), int(form.memory.get("posted") or 0)
    item = Incoming(
        external_id=str(form.memory["external_id"]) or url or form.key,
        text=form.text(ids.ADD_TEXT),
        author=author,
        url=url,
        posted_at=datetime.fromtimestamp(posted, UTC) if posted else None,
    )
    return Brought(source=str(form.memory["source"]), item=item, by=form.user, key=form.key)


def _known(floor: Floor, source: str, external_id: str, urls: list[str]) -> Here | None:
    return find_here(floor.desk, source, external_id, urls, permalink=floor.directory.permalink)


def _spelt(url: str) -> str:
    """The address as it would be stored, where it is one."""
    try:
        return checked_address(url)
    except Refused:
        return url


def _read_into(floor: Floor, draft: ByHand) -> dict[str, object]:
    """The dialog with the page's words, or with the reason why a person has to paste them."""
    try:
        page = floor.read_page(draft.url)
    except (GiveUp, Retry) as fault:
        log.info("page_not_read", extra={"reason": fault.reason})
        return add_modal(draft, f"⚠️ The page could not be read: {fault.reason}. Paste here what the customer wrote.")
    if not page.text:
        return add_modal(draft, "⚠️ The page shows no text without a browser. Paste here what the customer wrote.")
    title = "" if page.text.startswith(page.title) else page.title
    text = "\n".join(part for part in (title, page.text) if part)
    read = replace(draft, text=text, author=page.author)
    more = f" It holds more than the {LONGEST:,} characters that fit here." if len(text) > LONGEST else ""
    return add_modal(read, f"This is what stands on the page: leave only what the customer wrote.{more}")
