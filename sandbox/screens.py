"""What people see, as the UI API gives it, and telling their pages of every change."""

from collections.abc import Callable
from typing import Any

from sandbox.people import Channel, Message, User
from sandbox.render import message_json, reactions_json
from sandbox.state import Change, Kind, State
from sandbox.streams import Streams
from sandbox.views import View

Json = dict[str, Any]


def initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()


class Screens:
    """Builds what a page shows and publishes changes to the pages of those who may see them."""

    def __init__(self, state: State, streams: Streams, base_url: Callable[[], str]) -> None:
        self._state = state
        self._streams = streams
        self._base_url = base_url
        self._publishers: dict[Kind, Callable[[Change], None]] = {
            Kind.POSTED: lambda change: self._message(change, "message"),
            Kind.CHANGED: lambda change: self._message(change, "message_changed"),
            Kind.DELETED: self._deleted,
            Kind.EPHEMERAL: lambda change: self._whisper(change, "ephemeral"),
            Kind.EPHEMERAL_CHANGED: lambda change: self._whisper(change, "ephemeral_changed"),
            Kind.EPHEMERAL_DELETED: self._whisper_deleted,
            Kind.REACTION_ADDED: self._reaction,
            Kind.REACTION_REMOVED: self._reaction,
            Kind.RENAMED: self._channel,
            Kind.ARCHIVED: self._channel,
            Kind.JOINED: self._channel,
            Kind.LEFT: self._channel,
            Kind.READ: self._read,
        }

    # What is shown

    def user_json(self, user: User) -> Json:
        return {
            "id": user.id,
            "name": user.handle,
            "real_name": user.real_name,
            "display_name": user.real_name.split(" ")[0],
            "title": user.title,
            "tz": user.tz,
            "email": user.email,
            "is_admin": user.is_admin,
            "deleted": user.deleted,
            "is_bot": user.is_bot,
            "color": user.color,
            "initials": initials(user.real_name),
        }

    def channel_json(self, channel: Channel, viewer: str) -> Json:
        unread, mentions = self._state.unread(channel, viewer)
        timeline = self._state.timeline(channel.id)
        return {
            "id": channel.id,
            "name": channel.name,
            "topic": channel.topic,
            "is_private": channel.is_private,
            "is_im": channel.is_im,
            "user": channel.other(viewer) if channel.is_im else None,
            "is_member": viewer in channel.members,
            "bot_is_member": self._state.app.bot_user_id in channel.members,
            "is_archived": channel.is_archived,
            "num_members": len(channel.members),
            "members": list(channel.members),
            "unread": unread if viewer in channel.members else 0,
            "mentions": mentions if viewer in channel.members else 0,
            "last_ts": timeline[-1].ts if timeline else None,
        }

    def message_json(self, message: Message) -> Json:
        body = message_json(message, self._state, self._base_url())
        return body | {"channel": message.channel, "is_ephemeral": message.ephemeral_for is not None}

    def messages(self, viewer: str, channel: Channel, *, thread_ts: str | None) -> list[Message]:
        """What this person sees in a channel or a thread, oldest first, their ephemeral messages among the rest."""
        shown = self._state.thread(channel.id, thread_ts) if thread_ts else self._state.timeline(channel.id)
        whispers = [
            message
            for message in self._state.ephemerals.values()
            if message.channel == channel.id
            and message.ephemeral_for == viewer
            and (message.thread_ts or None) == (thread_ts or None)
        ]
        return sorted([*shown, *whispers], key=lambda message: message.ts)

    # Telling pages

    def changed(self, change: Change) -> None:
        self._publishers[change.kind](change)

    def view_changed(self, event: str, view: View, stack: list[str]) -> None:
        body: Json = {"view_id": view.id} if event == "modal_closed" else {"view": view.json()}
        if event != "home":
            body["stack"] = stack
        self._streams.publish([view.user_id], event, body)

    def _audience(self, channel: Channel) -> list[str]:
        return [user_id for user_id in self._state.users if self._state.may_see(user_id, channel)]

    def _message(self, change: Change, event: str) -> None:
        assert change.message is not None
        self._streams.publish(self._audience(change.channel), event, self.message_json(change.message))

    def _deleted(self, change: Change) -> None:
        assert change.message is not None
        body = {"channel": change.channel.id, "ts": change.message.ts}
        if change.message.thread_ts:
            body["thread_ts"] = change.message.thread_ts
        self._streams.publish(self._audience(change.channel), "message_deleted", body)

    def _whisper(self, change: Change, event: str) -> None:
        assert change.message is not None
        self._streams.publish([change.message.ephemeral_for or ""], event, self.message_json(change.message))

    def _whisper_deleted(self, change: Change) -> None:
        assert change.message is not None
        body = {"channel": change.channel.id, "ts": change.message.ts}
        self._streams.publish([change.message.ephemeral_for or ""], "ephemeral_deleted", body)

    def _reaction(self, change: Change) -> None:
        assert change.message is not None
        body = {
            "channel": change.channel.id,
            "ts": change.message.ts,
            "name": change.reaction,
            "user": change.actor,
            "added": change.kind is Kind.REACTION_ADDED,
            "reactions": reactions_json(change.message),
        }
        self._streams.publish(self._audience(change.channel), "reaction", body)

    def _channel(self, change: Change) -> None:
        for user_id in {*self._audience(change.channel), change.actor}:
            self._streams.publish([user_id], "channel", self.channel_json(change.channel, user_id))

    def _read(self, change: Change) -> None:
        unread, mentions = self._state.unread(change.channel, change.actor)
        body = {"channel": change.channel.id, "unread": unread, "mentions": mentions}
        self._streams.publish([change.actor], "read", body)
