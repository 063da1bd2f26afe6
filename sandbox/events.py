"""What the app subscribed to: changes in the workspace as Events API payloads."""

from collections.abc import Callable
from typing import Any

from sandbox.delivery import Delivery
from sandbox.people import CHANNEL_LINES, Channel, Message
from sandbox.render import message_json
from sandbox.state import Change, Kind, State

Json = dict[str, Any]

MESSAGE_EVENTS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


def channel_type(channel: Channel) -> str:
    return "im" if channel.is_im else "group" if channel.is_private else "channel"


class AppEvents:
    """Turns changes into events for the app, those that its manifest names and its membership lets it see."""

    def __init__(self, state: State, delivery: Delivery, base_url: Callable[[], str]) -> None:
        self._state = state
        self._delivery = delivery
        self._base_url = base_url
        self._builders: dict[Kind, Callable[[Change], None]] = {
            Kind.POSTED: self._posted,
            Kind.CHANGED: self._changed,
            Kind.DELETED: self._deleted,
            Kind.JOINED: self._joined,
            Kind.RENAMED: self._renamed,
            Kind.ARCHIVED: self._archived,
            Kind.REACTION_ADDED: self._reacted,
            Kind.REACTION_REMOVED: self._reacted,
        }

    def changed(self, change: Change) -> None:
        build = self._builders.get(change.kind)
        if build is not None and self._state.app.bot_user_id in change.channel.members:
            build(change)

    def home_opened(self, *, user_id: str, channel_id: str, tab: str, view: Json | None) -> None:
        event = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": channel_id,
            "tab": tab,
            "event_ts": self._state.timestamps.next(),
        }
        self._send("app_home_opened", event | ({"view": view} if view else {}))

    def _send(self, subscription: str, event: Json) -> None:
        if subscription not in self._state.app.manifest.events:
            return
        app, team = self._state.app, self._state.team
        self._delivery.send_event(
            {
                "token": app.verification_token,
                "team_id": team.id,
                "api_app_id": app.id,
                "event": event,
                "type": "event_callback",
                "event_id": self._state.ids.next("Ev"),
                "event_time": int(self._state.clock()),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": team.id,
                        "user_id": app.bot_user_id,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": False,
                "event_context": f"4-{self._state.ids.next('')}",
            }
        )

    def _json(self, message: Message) -> Json:
        body = message_json(message, self._state, self._base_url())
        if message.files:
            body["subtype"] = "file_share"
        return body

    def _where(self, channel: Channel, ts: str) -> Json:
        return {"channel": channel.id, "channel_type": channel_type(channel), "event_ts": ts}

    def _posted(self, change: Change) -> None:
        message = change.message
        assert message is not None
        body = self._json(message)
        self._send(MESSAGE_EVENTS[channel_type(change.channel)], body | self._where(change.channel, message.ts))
        if self._mentions_app(change.channel, message):
            mention = body | {"type": "app_mention", "channel": change.channel.id, "event_ts": message.ts}
            self._send("app_mention", mention)

    def _mentions_app(self, channel: Channel, message: Message) -> bool:
        """A person's message that names the app, anywhere but in a direct message."""
        by_person = not message.is_bot and message.subtype not in CHANNEL_LINES
        return by_person and not channel.is_im and f"<@{self._state.app.bot_user_id}>" in message.text

    def _changed(self, change: Change) -> None:
        if not change.by_edit or change.message is None or change.previous is None:
            return
        ts = self._state.timestamps.next()
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": message_json(change.message, self._state, self._base_url()),
            "previous_message": message_json(change.previous, self._state, self._base_url()),
            "ts": ts,
        }
        self._send(MESSAGE_EVENTS[channel_type(change.channel)], event | self._where(change.channel, ts))

    def _deleted(self, change: Change) -> None:
        assert change.message is not None
        ts = self._state.timestamps.next()
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "deleted_ts": change.message.ts,
            "previous_message": message_json(change.message, self._state, self._base_url()),
            "ts": ts,
        }
        self._send(MESSAGE_EVENTS[channel_type(change.channel)], event | self._where(change.channel, ts))

    def _joined(self, change: Change) -> None:
        assert change.message is not None
        joined = change.message.user
        event = {
            "type": "member_joined_channel",
            "user": joined,
            "channel": change.channel.id,
            "channel_type": "G" if change.channel.is_private else "C",
            "team": self._state.team.id,
            "event_ts": change.message.ts,
        }
        self._send("member_joined_channel", event | ({"inviter": change.actor} if change.actor != joined else {}))

    def _renamed(self, change: Change) -> None:
        channel = change.channel
        kind = "group_rename" if channel.is_private else "channel_rename"
        names = {"name": channel.name, "name_normalized": channel.name}
        flags = {"is_channel": not channel.is_private, "is_mpim": False, "created": channel.created}
        event = {"type": kind, "channel": {"id": channel.id} | names | flags}
        self._send(kind, event | {"event_ts": self._state.timestamps.next()})

    def _archived(self, change: Change) -> None:
        family = "group" if change.channel.is_private else "channel"
        kind = f"{family}_archive" if change.channel.is_archived else f"{family}_unarchive"
        event: Json = {"type": kind, "channel": change.channel.id, "user": change.actor}
        if kind == "channel_archive":
            event["is_moved"] = 0
        self._send(kind, event | {"event_ts": self._state.timestamps.next()})

    def _reacted(self, change: Change) -> None:
        assert change.message is not None
        event = {
            "type": change.kind.value,
            "user": change.actor,
            "reaction": change.reaction,
            "item": {"type": "message", "channel": change.channel.id, "ts": change.message.ts},
            "item_user": change.message.user,
            "event_ts": self._state.timestamps.next(),
        }
        self._send(change.kind.value, event)
