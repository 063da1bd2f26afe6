"""conversations.*: channels, their members and their messages."""

from sandbox.people import Channel, Message
from sandbox.render import Json, channel_json, message_json
from sandbox.web_api.call import ApiError, Call, method

TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


def family(channel: Channel) -> str:
    """The scope family of a channel: `channels`, `groups` or `im`."""
    return "im" if channel.is_im else "groups" if channel.is_private else "channels"


def _json(call: Call, channel: Channel, *, with_count: bool = False) -> Json:
    return channel_json(channel, call.sandbox.state, viewer=call.bot_user_id, with_count=with_count)


@method("conversations.list")
def list_(call: Call) -> Json:
    wanted = [name.strip() for name in (call.text("types") or "public_channel").split(",")]
    if any(name not in TYPES for name in wanted):
        raise ApiError("invalid_types")
    families = [TYPES[name] for name in wanted]
    for name in families:
        call.need(f"{name}:read")
    state = call.sandbox.state
    visible = [
        channel
        for channel in state.channels.values()
        if family(channel) in families
        and state.may_see(call.bot_user_id, channel)
        and not (call.flag("exclude_archived") and channel.is_archived)
    ]
    page, following = call.page(visible)
    return {
        "channels": [_json(call, channel, with_count=not channel.is_im) for channel in page],
        "response_metadata": {"next_cursor": following},
    }


@method("conversations.info")
def info(call: Call) -> Json:
    channel = call.channel()
    call.need(f"{family(channel)}:read")
    body = _json(call, channel, with_count=call.flag("include_num_members") and not channel.is_im)
    if call.bot_user_id in channel.members:
        body["last_read"] = channel.last_read.get(call.bot_user_id, "0000000000.000000")
    return {"channel": body}


@method("conversations.members")
def members(call: Call) -> Json:
    channel = call.channel()
    call.need(f"{family(channel)}:read")
    page, following = call.page(channel.members)
    return {"members": list(page), "response_metadata": {"next_cursor": following}}


@method("conversations.join", "channels:join")
def join(call: Call) -> Json:
    channel = call.channel()
    if channel.is_private or channel.is_im:
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    answer: Json = {}
    if not call.sandbox.state.join(channel, call.bot_user_id):
        answer = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {"channel": _json(call, channel)} | answer


@method("conversations.open")
def open_(call: Call) -> Json:
    users = [user for user in call.text("users").split(",") if user]
    if not users and (channel_id := call.text("channel")):
        call.need("im:write")
        channel = call.channel()
        if not channel.is_im:
            raise ApiError("method_not_supported_for_channel_type")
        return {"no_op": True, "already_open": True, "channel": {"id": channel_id}}
    if not users:
        raise ApiError("users_list_not_supplied")
    call.need("im:write" if len(users) == 1 else "mpim:write")
    if len(users) > 1:
        raise ApiError("method_not_supported_for_channel_type")
    user = call.sandbox.state.users.get(users[0])
    if user is None:
        raise ApiError("user_not_found")
    if user.deleted:
        raise ApiError("user_disabled")
    channel = call.sandbox.state.direct_message(call.bot_user_id, user.id)
    return {"channel": _json(call, channel) if call.flag("return_im") else {"id": channel.id}}


@method("conversations.history")
def history(call: Call) -> Json:
    channel = _readable(call)
    oldest, latest = call.text("oldest") or "0", call.text("latest")
    inclusive = call.flag("inclusive")
    found = [
        message
        for message in reversed(call.sandbox.state.timeline(channel.id))
        if _within(message.ts, oldest=oldest, latest=latest, inclusive=inclusive)
    ]
    page, following = call.page(found, high=999)
    body = {
        "messages": [_message_json(call, message) for message in page],
        "has_more": bool(following),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    if call.text("oldest"):
        body["oldest"] = call.text("oldest")
    if latest:
        body["latest"] = latest
    return body | ({"response_metadata": {"next_cursor": following}} if following else {})


@method("conversations.replies")
def replies(call: Call) -> Json:
    channel = _readable(call)
    thread = call.sandbox.state.thread(channel.id, call.text("ts"))
    if not thread:
        raise ApiError("thread_not_found")
    oldest, latest = call.text("oldest") or "0", call.text("latest")
    inclusive = call.flag("inclusive")
    found = [
        message
        for order, message in enumerate(thread)
        if order == 0 or _within(message.ts, oldest=oldest, latest=latest, inclusive=inclusive)
    ]
    page, following = call.page(found)
    body = {"messages": [_message_json(call, message) for message in page], "has_more": bool(following)}
    return body | ({"response_metadata": {"next_cursor": following}} if following else {})


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need(f"{family(channel)}:history")
    if call.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _within(ts: str, *, oldest: str, latest: str, inclusive: bool) -> bool:
    """Timestamps compare as numbers: a client may send seconds without the six digits."""
    try:
        at, low = float(ts), float(oldest)
        high = float(latest) if latest and latest != "now" else None
    except ValueError:
        raise ApiError("invalid_ts_oldest" if not oldest.replace(".", "").isdigit() else "invalid_ts_latest") from None
    after = at >= low if inclusive else at > low
    before = high is None or (at <= high if inclusive else at < high)
    return after and before


def _message_json(call: Call, message: Message) -> Json:
    return message_json(message, call.sandbox.state, call.base_url, with_metadata=call.flag("include_all_metadata"))
