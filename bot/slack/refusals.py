"""Ways in which a submitted dialog stays open, besides one sentence under its first input."""

from collections.abc import Mapping

from bot.errors import Refused
from bot.slack.blocks.message import Json


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
