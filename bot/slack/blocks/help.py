"""The help of `/mentions`."""

from collections.abc import Sequence

from bot.slack.blocks.elements import context, markdown, plain_text, section
from bot.slack.blocks.message import Message
from bot.slack.blocks.text import escape, escaped

_THREADS = (
    "Slack runs no commands inside threads: type them in the channel. Everything about one mention is on its card."
)

_TOGETHER = 5
"""Words in one block: Slack folds longer ones."""


def help_message(words: Sequence[tuple[str, str]], problem: str = "") -> Message:
    """Every word with what it does; `problem` is a sentence about what was typed."""
    usage = [f"`/mentions {escape(typed)}`  {escape(does)}" for typed, does in (*words, ("help", "this text"))]
    first = [section(plain_text(problem, 1_000))] if problem.strip() else []
    said = "\n".join([*([escaped(problem, 1_000)] if problem.strip() else []), *usage])
    parts = ["\n".join(usage[start : start + _TOGETHER]) for start in range(0, len(usage), _TOGETHER)]
    return Message(said, [*first, *(section(markdown(part)) for part in parts), context(plain_text(_THREADS))])
