"""/mentions: its words, and the help that names them all."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.slack import (
    add_acts,
    bulk_forms,
    find_acts,
    issue_acts,
    kudos_acts,
    on_call_forms,
    saved_reply_forms,
    source_acts,
    subscription_acts,
)
from bot.slack.blocks.help import help_message
from bot.slack.floor import Floor
from bot.slack.payloads import Command


@dataclass(frozen=True, kw_only=True)
class Word:
    """What may follow `/mentions`: `usage` is the word with what comes after it, `does` goes on from it in the help."""

    run: Callable[[Floor, Command], None]
    usage: str
    does: str


WORDS: dict[str, Word] = {
    "subscribe": Word(
        run=subscription_acts.ask_for_subscription,
        usage="subscribe",
        does="get copies of the mentions that this channel cares about",
    ),
    "list": Word(
        run=subscription_acts.list_subscriptions,
        usage="list",
        does="see this channel's subscriptions and end them",
    ),
    "find": Word(
        run=find_acts.find_command,
        usage='find refund "no answer" state:open from:7d',
        does="search all mentions, also author: source: topic: team: to:",
    ),
    "author": Word(
        run=find_acts.author_command,
        usage="author @handle",
        does="what somebody wrote about us, at each source, and what we answered",
    ),
    "decide": Word(
        run=bulk_forms.bulk_command,
        usage="decide",
        does="clear a backlog: one decision, with its reason, on many mentions",
    ),
    "oncall": Word(
        run=on_call_forms.on_call_command,
        usage="oncall [care @bob until tomorrow 9:00]",
        does="see who is on call, or let somebody take a duty out of turn",
    ),
    "issues": Word(
        run=issue_acts.list_issues,
        usage="issues",
        does="see what customers wait for, by the issues that mentions were linked to",
    ),
    "released": Word(
        run=issue_acts.release_by_command,
        usage="released SIM-42 2.3",
        does="say that an issue is out: the cards of all who asked for it are open again, to tell them",
    ),
    "replies": Word(
        run=saved_reply_forms.list_replies,
        usage="replies",
        does="see the saved replies; write, change and retire them",
    ),
    "sources": Word(
        run=source_acts.list_sources_command,
        usage="sources",
        does="see how each place is doing that mentions come from",
    ),
    "kudos": Word(
        run=kudos_acts.kudos_command,
        usage="kudos [on|off]",
        does="be told, or not, of thanks from customers who name you",
    ),
    "add": Word(
        run=add_acts.add_command,
        usage="add https://… [what they wrote]",
        does="make a mention of a page; for a message in Slack use its menu: “Make this a mention”",
    ),
}
"""In the order of the help. A word that needs a role has a line in `permissions.WORDS` too."""

ALSO = {"unsubscribe": "list", "search": "find"}
"""Other words for the same."""


def mentions(floor: Floor, command: Command) -> None:
    """Run the word that was typed; whatever is no word of ours is answered with those that are."""
    typed = command.text.partition(" ")[0].casefold()
    word = WORDS.get(ALSO.get(typed, typed))
    if word is not None:
        word.run(floor, command)
        return
    problem = f"“{typed}” is not something /mentions can do." if typed not in ("", "help") else ""
    floor.whisper(command, help_message([(each.usage, each.does) for each in WORDS.values()], problem))
