"""files.*: uploads in three steps."""

from sandbox.files import FileRefused, StoredFile
from sandbox.people import Channel, Message
from sandbox.render import Json
from sandbox.web_api.call import ApiError, Call, method
from sandbox.web_api.chat import checked_blocks


@method("files.getUploadURLExternal", "files:write")
def get_upload_url(call: Call) -> Json:
    name = call.text("filename")
    if not name:
        raise ApiError("invalid_arguments")
    length = call.number("length", 0, low=1, high=1_000_000_000)
    if not length:
        raise ApiError("invalid_arguments")
    upload, stored = call.sandbox.files.begin(
        name=name, length=length, user_id=call.bot_user_id, alt_text=call.text("alt_txt")
    )
    return {"upload_url": f"{call.base_url}/upload/v1/{upload}", "file_id": stored.id}


@method("files.completeUploadExternal", "files:write")
def complete_upload(call: Call) -> Json:
    wanted = call.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(entry, dict) for entry in wanted):
        raise ApiError("invalid_arguments")
    channels = [_channel(call, name) for name in _destinations(call)]
    try:
        stored = [call.sandbox.files.complete(entry.get("id", ""), entry.get("title", "")) for entry in wanted]
    except FileRefused as refused:
        raise ApiError(refused.code) from refused
    for channel in channels:
        _share(call, channel, stored)
    return {"files": [call.sandbox.files.json(entry, call.base_url) for entry in stored]}


def _destinations(call: Call) -> list[str]:
    many = [name.strip() for name in call.text("channels").split(",") if name.strip()]
    return many or ([call.text("channel_id")] if call.text("channel_id") else [])


def _channel(call: Call, channel_id: str) -> Channel:
    """Files go only where the bot is a member: `chat:write.public` is not for them."""
    state = call.sandbox.state
    channel = state.channels.get(channel_id)
    if channel is None or not state.may_see(call.bot_user_id, channel):
        raise ApiError("channel_not_found")
    if call.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _share(call: Call, channel: Channel, stored: list[StoredFile]) -> None:
    state = call.sandbox.state
    layout = call.structure("blocks", "invalid_blocks_format")
    state.post(
        Message(
            channel=channel.id,
            ts=state.timestamps.next(),
            user=call.bot_user_id,
            is_bot=True,
            text=call.text("initial_comment"),
            blocks=checked_blocks(call, layout) if layout else [],
            thread_ts=call.text("thread_ts") or None,
            files=[call.sandbox.files.json(entry, call.base_url) for entry in stored],
        )
    )
