"""What stands in the configuration for every kind of source. A kind adds its own keys in a class of its own, in its file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar, Self

from pydantic import Field

from bot.errors import GiveUp
from bot.sources.base import Listening, Source
from bot.values import Duration, Label, Span, Table


@dataclass(frozen=True)
class FromEnvironment:
    """Marks a key that holds the name of an environment variable (or of …_FILE) in the file, and what that held once read."""


Secret = Annotated[str, FromEnvironment(), Field(repr=False)]
"""A token or password: `token = "FORUM_TOKEN"` names where it is. Never in a representation, a log or an error."""


class SourceTable(Table):
    """A source as it is configured. `build` makes it; whatever library it needs is imported there and not before.

    `about` is what its mentions speak of, `search` says that it brings whatever a search finds, ours or not.
    """

    name: Label
    kind: str
    every: Span = timedelta(minutes=5)
    first_lookback: Duration = timedelta(hours=24)
    about: str = ""
    search: bool = False
    allow_private: bool = False
    look_again: Duration = timedelta(days=3)

    extra: ClassVar[str] = ""
    """The optional dependencies that it needs: `pip install earshot[…]`. Empty where it needs none."""

    def build(self, listening: Listening) -> Source:
        """Raises GiveUp where the optional dependencies are not installed."""
        raise NotImplementedError

    def with_lookback(self, span: timedelta) -> Self:
        return self.model_copy(update={"first_lookback": span})

    def full_handle(self, handle: str) -> str:
        """A handle as its mentions have it, of one that people may write shorter."""
        return handle

    def page_address(self) -> str:
        """The address of a web page that it reads, for people to name pages beside it; empty where it reads none."""
        return ""

    @classmethod
    def secret_keys(cls) -> tuple[str, ...]:
        marks = {name: field.metadata for name, field in cls.model_fields.items()}
        return tuple(name for name, found in marks.items() if any(isinstance(mark, FromEnvironment) for mark in found))

    def secrets(self) -> tuple[str, ...]:
        """What of it must never appear in a log."""
        return tuple(value for key in self.secret_keys() if (value := getattr(self, key)))


@contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Around the import of a library that only one kind of source needs."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise GiveUp(f"it needs packages that are not installed: pip install 'earshot[{extra}]'") from error
