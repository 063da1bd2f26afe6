"""Ways in which a submitted dialog stays open, besides one sentence under its first input."""

from collections.abc import Mapping
from typing import Any

from bot.errors import Refused
from bot.slack.blocks.message import Json


def input_for(view: Mapping[str, Any], wanted: str) -> str:
    """The block of an open dialog that can say why it was refused; empty where it has no input.

    `wanted` by itself, or as it is numbered anew when a text is put into it (`answer.text.2`); else the first input. Slack
    takes no error under an input that is not there: the person would be told that Slack has trouble.
    """
    inputs = [str(block.get("block_id")) for block in view.get("blocks") or () if block.get("type") == "input"]
    return next((each for each in inputs if each == wanted or each.startswith(f"{wanted}.")), next(iter(inputs), ""))


class Misfilled(Refused):
    """A sentence under each input that is at fault, by the id of its block."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class ShownInstead(Refused):
    """The dialog shows this now: something that whoever submitted it has to see first."""

    def __init__(self, view: Json) -> None:
        super().__init__("The dialog shows what changed.")
        self.view = view
