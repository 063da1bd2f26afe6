"""What the app answers to an interaction: through its response URL, or with the ack of a command."""

from typing import Any

from sandbox import blocks
from sandbox.core import Sandbox
from sandbox.people import Message
from sandbox.triggers import ResponseAddress

Json = dict[str, Any]


class BadResponse(ValueError):
    """The answer cannot be shown; the text is Slack's error code."""


def respond(sandbox: Sandbox, address: ResponseAddress, body: Json) -> None:
    """Show an answer: a new message (to one person, or in the channel), or a change of the one it began on."""
    original = _original(sandbox, address)
    if body.get("delete_original") and original is not None:
        sandbox.state.delete(original, actor=sandbox.app.bot_user_id)
        return
    layout = body.get("blocks")
    if not body.get("text") and not layout and not body.get("attachments"):
        raise BadResponse("no_text")
    if layout and blocks.check(layout, blocks.Surface.MESSAGE):
        raise BadResponse("invalid_blocks")
    attachments = body.get("attachments") or []
    if not isinstance(attachments, list) or not all(isinstance(entry, dict) for entry in attachments):
        raise BadResponse("invalid_attachments")
    if any(blocks.check(entry["blocks"], blocks.Surface.MESSAGE) for entry in attachments if "blocks" in entry):
        raise BadResponse("invalid_blocks")
    content = {
        "text": str(body.get("text") or ""),
        "blocks": blocks.with_ids(layout, sandbox.state.ids) if layout else [],
        "attachments": [
            entry | {"blocks": blocks.with_ids(entry["blocks"], sandbox.state.ids)} if "blocks" in entry else entry
            for entry in attachments
        ],
    }
    if body.get("replace_original") and original is not None:
        sandbox.state.change(original, actor=sandbox.app.bot_user_id, edited=True, **content)
        return
    _show(sandbox, address, body=body, content=content)


def _original(sandbox: Sandbox, address: ResponseAddress) -> Message | None:
    if address.message is None:
        return None
    return sandbox.state.find_message(*address.message) or sandbox.state.ephemerals.get(address.message)


def _thread(sandbox: Sandbox, address: ResponseAddress, body: Json) -> str | None:
    wanted = body.get("thread_ts")
    if wanted is None:
        return address.thread_ts
    parent = sandbox.state.find_message(address.channel_id, str(wanted))
    if parent is None:
        raise BadResponse("thread_not_found")
    return parent.thread_ts or parent.ts


def _show(sandbox: Sandbox, address: ResponseAddress, *, body: Json, content: dict[str, Any]) -> None:
    message = Message(
        channel=address.channel_id,
        ts=sandbox.state.timestamps.next(),
        user=sandbox.app.bot_user_id,
        is_bot=True,
        thread_ts=_thread(sandbox, address, body),
        **content,
    )
    if body.get("response_type") == "in_channel":
        sandbox.state.post(message)
    else:
        message.ephemeral_for = address.user_id
        sandbox.state.whisper(message)
