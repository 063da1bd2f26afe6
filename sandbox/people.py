"""Who and what is in the workspace: people, channels, user groups, the app. Plain records."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.manifest import Manifest

CHANNEL_LINES = ("channel_join", "channel_name", "channel_archive", "channel_unarchive")
"""Subtypes of the lines that Slack itself writes into a channel."""


@dataclass(kw_only=True)
class User:
    id: str
    handle: str
    real_name: str
    title: str = ""
    tz: str = "UTC"
    email: str = ""
    is_admin: bool = False
    deleted: bool = False
    color: str = "#5b6b7b"
    is_bot: bool = False


@dataclass(kw_only=True)
class Channel:
    """A channel, or a direct message (`im_user` is then the person in it, and `im_with` the other one)."""

    id: str
    name: str
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_im: bool = False
    members: list[str] = field(default_factory=list)
    creator: str = ""
    created: int = 0
    last_read: dict[str, str] = field(default_factory=dict)
    previous_names: list[str] = field(default_factory=list)

    def other(self, user_id: str) -> str:
        """In a direct message, the one who is not `user_id` (oneself in a note to self)."""
        return next((member for member in self.members if member != user_id), user_id)


@dataclass(frozen=True, kw_only=True)
class UserGroup:
    id: str
    handle: str
    name: str
    members: tuple[str, ...]
    created: int


@dataclass(frozen=True, kw_only=True)
class Team:
    id: str
    name: str
    domain: str


@dataclass(frozen=True, kw_only=True)
class InstalledApp:
    """The app as installed here: who it is, and the secrets it is given."""

    id: str
    bot_id: str
    bot_user_id: str
    manifest: Manifest
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str


@dataclass(kw_only=True)
class Message:
    """One message. `ephemeral_for` holds the only person who sees it, when there is one.

    `extra` are further fields of Slack's, which some subtypes have.
    """

    channel: str
    ts: str
    user: str
    text: str = ""
    is_bot: bool = False
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    edited: dict[str, str] | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    ephemeral_for: str | None = None
    client_msg_id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts
