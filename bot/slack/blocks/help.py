"""The help of `/mentions`."""

from collections.abc import Sequence

from bot.slack.blocks.elements import context, markdown, plain_text, section
from bot.slack.blocks.message import Message
from bot.slack.blocks.text import escape, escaped

_THREADS = (
    "Slack runs no commands inside threads: type them in the channel. Everything about one mention is on its card."
)


def help_message(words: Sequence[tuple[str, str]], problem: str = "") -> Message:
    """Every word with what it does; `problem` is a sentence about what was typed."""
    lines = [*words, ("help", "this text")]
    usage = "\n".join(f"`/mentions {escape(typed)}`  {escape(does)}" for typed, does in lines)
    first = [section(plain_text(problem, 1_000))] if problem.strip() else []
    said = f"{escaped(problem, 1_000)}\n{usage}" if problem.strip() else usage
    return Message(said, [*first, section(markdown(usage)), context(plain_text(_THREADS))])
