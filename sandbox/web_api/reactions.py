"""reactions.*: emoji on messages."""

import re

from sandbox.people import Channel, Message
from sandbox.render import Json, content_json
from sandbox.web_api.call import ApiError, Call, method

EMOJI_NAME = re.compile(r"^[a-z0-9_'+-]+(::skin-tone-[2-6])?$")


@method("reactions.add", "reactions:write")
def add(call: Call) -> Json:
    _, message = _item(call)
    if not call.sandbox.state.react(message, call.bot_user_id, name=_name(call), added=True):
        raise ApiError("already_reacted")
    return {}


@method("reactions.remove", "reactions:write")
def remove(call: Call) -> Json:
    _, message = _item(call)
    if not call.sandbox.state.react(message, call.bot_user_id, name=_name(call), added=False):
        raise ApiError("no_reaction")
    return {}


@method("reactions.get", "reactions:read")
def get(call: Call) -> Json:
    channel, message = _item(call)
    body = content_json(message, call.sandbox.state, call.base_url)
    body["permalink"] = f"{call.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"type": "message", "channel": channel.id, "message": body}


def _item(call: Call) -> tuple[Channel, Message]:
    if not call.text("channel") or not call.text("timestamp"):
        raise ApiError("no_item_specified")
    channel = call.channel()
    if call.bot_user_id not in channel.members:
        raise ApiError("not_in_channel" if not channel.is_private else "channel_not_found")
    return channel, call.message(channel, "timestamp")


def _name(call: Call) -> str:
    name = call.text("name").strip(":")
    if not EMOJI_NAME.match(name):
        raise ApiError("invalid_name")
    return name
