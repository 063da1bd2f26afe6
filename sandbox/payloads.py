"""Interactivity payloads, as Slack forms them."""

from typing import Any

from sandbox.core import Sandbox
from sandbox.people import Channel, Message
from sandbox.render import message_json
from sandbox.views import View

Json = dict[str, Any]


def channel_name(channel: Channel) -> str:
    """What payloads call a channel: the name only when it is public."""
    return "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name


class Payloads:
    """Builds payloads for one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def _common(self, kind: str, user_id: str) -> Json:
        state, app = self._sandbox.state, self._sandbox.app
        handle = state.users[user_id].handle
        return {
            "type": kind,
            "user": {"id": user_id, "username": handle, "name": handle, "team_id": state.team.id},
            "api_app_id": app.id,
            "token": app.verification_token,
            "team": {"id": state.team.id, "domain": state.team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def message_json(self, message: Message) -> Json:
        return message_json(message, self._sandbox.state, self._sandbox.base_url, with_metadata=True)

    def response_url(self, user_id: str, channel_id: str, message: Message | None = None) -> str:
        name = self._sandbox.responses.issue(
            user_id=user_id,
            channel_id=channel_id,
            message=(message.channel, message.ts) if message else None,
            thread_ts=message.thread_ts if message and message.is_reply else None,
        )
        return f"{self._sandbox.base_url}/hooks/respond/{name}"

    def message_action(self, user_id: str, message: Message, *, actions: list[Json], state: Json) -> Json:
        """block_actions from a message; an ephemeral one is not repeated in the payload."""
        channel = self._sandbox.state.channels[message.channel]
        ephemeral = message.ephemeral_for is not None
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        return self._common("block_actions", user_id) | {
            "container": container,
            "trigger_id": self._sandbox.triggers.issue(user_id),
            "channel": {"id": channel.id, "name": channel_name(channel)},
            **({} if ephemeral else {"message": self.message_json(message)}),
            "state": {"values": state},
            "response_url": self.response_url(user_id, channel.id, message),
            "actions": actions,
        }

    def view_action(self, user_id: str, view: View, *, actions: list[Json]) -> Json:
        return self._common("block_actions", user_id) | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self._sandbox.triggers.issue(user_id),
            "view": view.json(),
            "actions": actions,
        }

    def suggestion(self, user_id: str, holder: Message | View, *, block: Json, element: Json, query: str) -> Json:
        """block_suggestion: the app is asked for options."""
        body = self._common("block_suggestion", user_id) | {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": query,
        }
        if isinstance(holder, View):
            return body | {"container": {"type": "view", "view_id": holder.id}, "view": holder.json()}
        channel = self._sandbox.state.channels[holder.channel]
        return body | {
            "container": {
                "type": "message",
                "message_ts": holder.ts,
                "channel_id": channel.id,
                "is_ephemeral": holder.ephemeral_for is not None,
            },
            "channel": {"id": channel.id, "name": channel_name(channel)},
            "message": self.message_json(holder),
        }

    def submission(self, view: View) -> Json:
        return self._common("view_submission", view.user_id) | {
            "trigger_id": self._sandbox.triggers.issue(view.user_id),
            "view": view.json(),
            "response_urls": [],
        }

    def closing(self, view: View, *, is_cleared: bool) -> Json:
        return self._common("view_closed", view.user_id) | {"view": view.json(), "is_cleared": is_cleared}

    def shortcut(self, user_id: str, callback_id: str) -> Json:
        body = self._common("shortcut", user_id)
        del body["user"]["name"]
        return body | {
            "callback_id": callback_id,
            "trigger_id": self._sandbox.triggers.issue(user_id),
            "action_ts": self._sandbox.state.timestamps.next(),
        }

    def message_shortcut(self, user_id: str, message: Message, *, callback_id: str) -> Json:
        channel = self._sandbox.state.channels[message.channel]
        body = self._common("message_action", user_id)
        del body["api_app_id"]
        body["user"] = {"id": user_id, "name": body["user"]["name"], "team_id": body["user"]["team_id"]}
        return body | {
            "callback_id": callback_id,
            "trigger_id": self._sandbox.triggers.issue(user_id),
            "action_ts": self._sandbox.state.timestamps.next(),
            "message_ts": message.ts,
            "response_url": self.response_url(user_id, channel.id, message),
            "channel": {"id": channel.id, "name": channel_name(channel)},
            "message": self.message_json(message),
        }

    def command(self, user_id: str, channel: Channel, *, command: str, text: str) -> Json:
        state, app = self._sandbox.state, self._sandbox.app
        return {
            "token": app.verification_token,
            "team_id": state.team.id,
            "team_domain": state.team.domain,
            "channel_id": channel.id,
            "channel_name": channel_name(channel),
            "user_id": user_id,
            "user_name": state.users[user_id].handle,
            "command": command,
            "text": text,
            "api_app_id": app.id,
            "is_enterprise_install": "false",
            "response_url": self.response_url(user_id, channel.id),
            "trigger_id": self._sandbox.triggers.issue(user_id),
        }
