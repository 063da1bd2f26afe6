"""One call of a Web API method: its arguments, its rights, and how a method refuses."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandbox.core import Sandbox
from sandbox.people import Channel, Message
from sandbox.render import Json


class ApiError(Exception):
    """A refusal: Slack's error code, and the fields that come with it."""

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


class TokenType(StrEnum):
    BOT = "bot"
    APP = "app"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Call:
    method: str
    sandbox: Sandbox
    args: Json
    base_url: str

    # Arguments

    def text(self, name: str) -> str:
        value = self.args.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None or value == "" else value in (True, "true", "1", 1, "True")

    def number(self, name: str, default: int, *, low: int = 1, high: int = 1000) -> int:
        value = self.args.get(name)
        if value is None or value == "":
            return default
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] bad {name}"]}) from None
        if not low <= number <= high:
            raise ApiError("invalid_limit" if name == "limit" else "invalid_arguments")
        return number

    def structure(self, name: str, error: str) -> Any:
        """A JSON value, sent as such or as a JSON string; None when it is left out."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise ApiError(error) from None

    # Rights

    @property
    def bot_user_id(self) -> str:
        return self.sandbox.app.bot_user_id

    def has(self, scope: str) -> bool:
        return scope in self.sandbox.app.manifest.scopes

    def need(self, scope: str) -> None:
        if not self.has(scope):
            raise ApiError("missing_scope", needed=scope, provided=",".join(self.sandbox.app.manifest.scopes))

    # Finding

    def channel(self, name: str = "channel", *, by_name: bool = False) -> Channel:
        """The channel named in the arguments, if the bot may know of it."""
        wanted = self.text(name)
        state = self.sandbox.state
        channel = state.find_channel(wanted) if by_name else state.channels.get(wanted)
        if channel is None or not state.may_see(self.bot_user_id, channel):
            raise ApiError("channel_not_found")
        return channel

    def message(self, channel: Channel, name: str = "ts", error: str = "message_not_found") -> Message:
        message = self.sandbox.state.find_message(channel.id, self.text(name))
        if message is None:
            raise ApiError(error)
        return message

    def page(self, items: Sequence[Any], *, default: int = 100, high: int = 1000) -> tuple[Sequence[Any], str]:
        """The slice that `cursor` and `limit` ask for, and the cursor of the next one ("" at the end)."""
        limit = self.number("limit", default, low=0, high=high) or default
        start = self._offset()
        rest = start + limit
        following = base64.b64encode(f"next:{rest}".encode()).decode() if rest < len(items) else ""
        return items[start:rest], following

    def _offset(self) -> int:
        cursor = self.text("cursor")
        if not cursor:
            return 0
        try:
            prefix, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
            offset = int(number)
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise ApiError("invalid_cursor") from None
        if prefix != "next" or offset < 0:
            raise ApiError("invalid_cursor")
        return offset


@dataclass(frozen=True, kw_only=True)
class Method:
    name: str
    run: Callable[[Call], Json]
    scopes: tuple[str, ...]
    token: TokenType


METHODS: dict[str, Method] = {}


def method(
    name: str, *scopes: str, token: TokenType = TokenType.BOT
) -> Callable[[Callable[[Call], Json]], Callable[[Call], Json]]:
    """Register a method by its name. All of `scopes` are needed; those that hang on a channel's type are asked for inside."""

    def register(run: Callable[[Call], Json]) -> Callable[[Call], Json]:
        METHODS[name] = Method(name=name, run=run, scopes=scopes, token=token)
        return run

    return register
