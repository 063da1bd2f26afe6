"""chat.*: posting, changing and deleting messages."""

import json
from typing import Any

from sandbox import blocks
from sandbox.people import Channel, Message
from sandbox.render import Json, content_json, message_json
from sandbox.web_api.call import ApiError, Call, method

TEXT_CUT = 40_000
"""`chat.postMessage` cuts longer text."""
UPDATE_TEXT_LIMIT = 4_000
"""`chat.update` refuses longer text with `msg_too_long`."""
METADATA_LIMIT = 8_000
"""Of the whole object as JSON; Slack documents the error, not the number."""
ATTACHMENT_LIMIT = 100
TRUNCATED: Json = {
    "response_metadata": {
        "messages": [f"[WARN] Your message was cut to {TEXT_CUT} characters."],
        "warnings": ["message_truncated"],
    }
}


@method("chat.postMessage", "chat:write")
def post_message(call: Call) -> Json:
    channel = _writable_channel(call)
    content = _content(call)
    message = _message(call, channel, content)
    call.sandbox.state.post(message)
    answer = {"channel": channel.id, "ts": message.ts, "message": _json(call, message)}
    return answer | (TRUNCATED if len(call.text("text")) > TEXT_CUT else {})


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(call: Call) -> Json:
    channel = _writable_channel(call)
    user = call.sandbox.state.users.get(call.text("user"))
    if user is None:
        raise ApiError("user_not_found")
    if user.id not in channel.members:
        raise ApiError("user_not_in_channel")
    message = _message(call, channel, _content(call))
    message.ephemeral_for = user.id
    call.sandbox.state.whisper(message)
    return {"message_ts": message.ts}


@method("chat.update", "chat:write")
def update(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if not message.is_bot or message.user != call.bot_user_id or message.subtype == "channel_join":
        raise ApiError("cant_update_message")
    if channel.is_archived:
        raise ApiError("is_archived")
    if len(call.text("text")) > UPDATE_TEXT_LIMIT:
        raise ApiError("msg_too_long")
    content = _content(call)
    fields = {name: value for name, value in content.items() if value is not None}
    call.sandbox.state.change(message, actor=call.bot_user_id, edited=True, **fields)
    shown = content_json(message, call.sandbox.state, call.base_url, with_metadata=True)
    answered = {name: value for name, value in shown.items() if name not in ("ts", "reactions")}
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": answered}


@method("chat.delete", "chat:write")
def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if message.user != call.bot_user_id or message.subtype == "channel_join":
        raise ApiError("cant_delete_message")
    call.sandbox.state.delete(message, actor=call.bot_user_id)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink")
def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    link = f"{call.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _writable_channel(call: Call) -> Channel:
    """The channel to post in, if the bot may: a member, or public and `chat:write.public`; a person's id is their DM."""
    state = call.sandbox.state
    if (user := state.users.get(call.text("channel"))) is not None:
        if user.deleted:
            raise ApiError("channel_not_found")
        if not call.sandbox.app.manifest.messages_tab:
            raise ApiError("messages_tab_disabled")
        return state.direct_message(call.bot_user_id, user.id)
    channel = call.channel(by_name=True)
    if channel.is_archived:
        raise ApiError("is_archived")
    if call.bot_user_id not in channel.members and not call.has("chat:write.public"):
        raise ApiError("not_in_channel")
    return channel


def _content(call: Call) -> dict[str, Any]:
    """Text, blocks, attachments and metadata, checked; None for what is left out."""
    layout = call.structure("blocks", "invalid_blocks_format")
    attachments = call.structure("attachments", "invalid_attachments")
    text = call.args.get("text")
    if not text and not layout and not attachments:
        raise ApiError("no_text")
    if attachments is not None and (not isinstance(attachments, list) or len(attachments) > ATTACHMENT_LIMIT):
        raise ApiError("too_many_attachments" if isinstance(attachments, list) else "invalid_attachments")
    return {
        "text": None if text is None else str(text)[:TEXT_CUT],
        "blocks": None if layout is None else checked_blocks(call, layout),
        "attachments": None if attachments is None else [_attachment(call, entry) for entry in attachments],
        "metadata": _metadata(call),
    }


def checked_blocks(call: Call, layout: object) -> list[Json]:
    """Blocks of a message, with the ids that Slack fills in; refused as Slack refuses them."""
    faults = blocks.check(layout, blocks.Surface.MESSAGE)
    if faults:
        raise ApiError(
            "invalid_blocks", errors=faults, response_metadata={"messages": [f"[ERROR] {fault}" for fault in faults]}
        )
    assert isinstance(layout, list)
    return blocks.with_ids(layout, call.sandbox.state.ids)


def _attachment(call: Call, entry: object) -> Json:
    if not isinstance(entry, dict):
        raise ApiError("invalid_attachments")
    if "blocks" not in entry:
        return entry
    return entry | {"blocks": checked_blocks(call, entry["blocks"])}


def _metadata(call: Call) -> Json | None:
    metadata: Json | None = call.structure("metadata", "invalid_metadata_format")
    if metadata is None or metadata == {}:
        return metadata
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        raise ApiError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict) or set(metadata) - {
        "event_type",
        "event_payload",
        "entities",
    }:
        raise ApiError("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_LIMIT:
        raise ApiError("metadata_too_large")
    return metadata


def _message(call: Call, channel: Channel, content: dict[str, Any]) -> Message:
    state = call.sandbox.state
    thread_ts = call.text("thread_ts") or None
    if thread_ts is not None:
        parent = state.find_message(channel.id, thread_ts)
        if parent is None:
            raise ApiError("thread_not_found")
        thread_ts = parent.thread_ts or thread_ts
    return Message(
        channel=channel.id,
        ts=state.timestamps.next(),
        user=call.bot_user_id,
        is_bot=True,
        text=content["text"] or "",
        blocks=content["blocks"] or [],
        attachments=content["attachments"] or [],
        metadata=content["metadata"] or None,
        thread_ts=thread_ts,
        subtype="thread_broadcast" if thread_ts and call.flag("reply_broadcast") else None,
    )


def _json(call: Call, message: Message) -> Json:
    return message_json(message, call.sandbox.state, call.base_url, with_metadata=True)
