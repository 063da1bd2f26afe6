"""The UI API: the workspace as people use it. Contract: README.md beside this file."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from sandbox.bodies import BadBody, json_object
from sandbox.composer import linked, rich_text
from sandbox.core import Sandbox
from sandbox.interactions import Interactions, Refused
from sandbox.people import Channel, Message, User
from sandbox.ui_files import file_routes
from sandbox.values import Values

Json = dict[str, Any]
CHANNEL_NAME = re.compile(r"[a-z0-9_-]{1,80}")


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request of a person."""

    sandbox: Sandbox
    interactions: Interactions
    asked: Json

    def text(self, name: str, default: str = "") -> str:
        value = self.asked.get(name)
        return default if value is None else str(value)

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or not int(value):
            raise Refused("invalid_arguments", f"{name} must be a number.")
        return int(value)

    def mapping(self, name: str) -> Json:
        """A JSON object; empty when it is left out."""
        value = self.asked.get(name)
        if value is not None and not isinstance(value, dict):
            raise Refused("invalid_arguments", f"{name} must be an object.")
        return value or {}

    def plain_values(self, name: str) -> Values:
        """Values by block id and action id."""
        values = self.mapping(name)
        if not all(isinstance(entries, dict) for entries in values.values()):
            raise Refused("invalid_arguments", f"{name} must hold an object for each block.")
        return values

    @property
    def user(self) -> User:
        user = self.sandbox.state.find_user(self.text("user"))
        if user is None or user.is_bot:
            raise Refused("user_not_found", f"There is no person {self.text('user')!r} here.")
        if user.deleted:
            raise Refused("user_deactivated", f"{user.real_name} is deactivated.")
        return user

    def channel(self, *, as_member: bool = False) -> Channel:
        channel = self.sandbox.state.find_channel(self.text("channel"))
        if channel is None or not self.sandbox.state.may_see(self.user.id, channel):
            raise Refused("channel_not_found", f"There is no channel {self.text('channel')!r} for you here.")
        if as_member and self.user.id not in channel.members:
            raise Refused("not_in_channel", "Join the channel first.")
        return channel

    def message(self, *, own: bool = False) -> Message:
        message = self.sandbox.state.find_message(self.channel().id, self.text("ts"))
        if message is None or (own and message.user != self.user.id):
            raise Refused("message_not_found")
        return message


Action = Callable[[Visit], Awaitable[Json]]
ACTIONS: list[tuple[str, str, Action]] = []


def action(verb: str, path: str) -> Callable[[Action], Action]:
    def register(run: Action) -> Action:
        ACTIONS.append((verb, path, run))
        return run

    return register


def ui_routes(sandbox: Sandbox) -> list[BaseRoute]:
    """The routes of the UI API."""
    interactions = Interactions(sandbox)

    def endpoint(run: Action) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                visit = Visit(sandbox=sandbox, interactions=interactions, asked=await _asked(request))
                return JSONResponse({"ok": True} | await run(visit))
            except Refused as refused:
                return JSONResponse({"ok": False, "error": refused.code, "message": refused.words}, status_code=400)

        return answer

    async def stream(request: Request) -> Response:
        user = sandbox.state.find_user(request.query_params.get("user", ""))
        if user is None:
            return JSONResponse({"ok": False, "error": "user_not_found", "message": "Who?"}, status_code=400)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(sandbox.streams.listen(user.id), media_type="text/event-stream", headers=headers)

    return [
        *(Route(path, endpoint(run), methods=[verb]) for verb, path, run in ACTIONS),
        Route("/ui/stream", stream),
        *file_routes(sandbox),
    ]


async def _asked(request: Request) -> Json:
    if request.method == "GET":
        return dict(request.query_params)
    try:
        return await json_object(request)
    except BadBody as fault:
        raise Refused("invalid_json", str(fault)) from fault


# The workspace


@action("GET", "/ui/workspace")
async def workspace(visit: Visit) -> Json:
    state, app = visit.sandbox.state, visit.sandbox.app
    return {
        "team": {"id": state.team.id, "name": state.team.name, "domain": state.team.domain},
        "app": {
            "id": app.id,
            "name": app.manifest.name,
            "description": app.manifest.description,
            "color": app.manifest.color,
            "bot_user_id": app.bot_user_id,
            "bot_id": app.bot_id,
            "home_tab": app.manifest.home_tab,
            "messages_tab": app.manifest.messages_tab,
        },
        "users": [visit.sandbox.screens.user_json(user) for user in state.users.values()],
        "usergroups": [
            {"id": group.id, "handle": group.handle, "name": group.name, "users": list(group.members)}
            for group in state.groups.values()
        ],
        "commands": [
            {"command": entry.command, "description": entry.description, "usage_hint": entry.usage_hint}
            for entry in app.manifest.commands
        ],
        "shortcuts": [
            {"name": s.name, "type": s.type, "callback_id": s.callback_id, "description": s.description}
            for s in app.manifest.shortcuts
        ],
        "tips": list(visit.sandbox.options.tips),
    }


@action("GET", "/ui/channels")
async def channels(visit: Visit) -> Json:
    state, user = visit.sandbox.state, visit.user
    state.direct_message(visit.sandbox.app.bot_user_id, user.id)
    visible = [channel for channel in state.channels.values() if state.may_see(user.id, channel)]
    return {"channels": [visit.sandbox.screens.channel_json(channel, user.id) for channel in visible]}


@action("POST", "/ui/join")
async def join(visit: Visit) -> Json:
    visit.sandbox.state.join(visit.channel(), visit.user.id)
    return {}


@action("POST", "/ui/leave")
async def leave(visit: Visit) -> Json:
    visit.sandbox.state.leave(visit.channel(), visit.user.id)
    return {}


@action("POST", "/ui/channel")
async def change_channel(visit: Visit) -> Json:
    channel, name = visit.channel(as_member=True), visit.text("name").strip().lstrip("#").lower()
    if channel.is_im:
        raise Refused("method_not_supported_for_channel_type")
    if name and not CHANNEL_NAME.fullmatch(name):
        raise Refused("invalid_name", "Small letters, digits, - and _ only.")
    if name and visit.sandbox.state.find_channel(name) is not None:
        raise Refused("name_taken", f"There is a channel #{name} already.")
    if name:
        visit.sandbox.state.rename(channel, name, actor=visit.user.id)
    archived = visit.asked.get("is_archived")
    if isinstance(archived, bool) and archived != channel.is_archived:
        visit.sandbox.state.archive(channel, actor=visit.user.id, archived=archived)
    return {"channel": visit.sandbox.screens.channel_json(channel, visit.user.id)}


@action("POST", "/ui/dm")
async def direct_message(visit: Visit) -> Json:
    other = visit.sandbox.state.find_user(visit.text("with"))
    if other is None:
        raise Refused("user_not_found")
    channel = visit.sandbox.state.direct_message(visit.user.id, other.id)
    return {"channel": visit.sandbox.screens.channel_json(channel, visit.user.id)}


@action("POST", "/ui/read")
async def read(visit: Visit) -> Json:
    channel = visit.channel()
    timeline = visit.sandbox.state.timeline(channel.id)
    latest = timeline[-1].ts if timeline else ""
    visit.sandbox.state.mark_read(channel, visit.user.id, ts=visit.text("ts") or latest)
    return {}


# Messages


@action("GET", "/ui/messages")
async def messages(visit: Visit) -> Json:
    channel = visit.channel()
    shown = visit.sandbox.screens.messages(visit.user.id, channel, thread_ts=visit.text("thread_ts") or None)
    before, limit = visit.text("before"), visit.number("limit", 50)
    earlier = [message for message in shown if not before or message.ts < before]
    page = earlier[-limit:]
    return {
        "messages": [visit.sandbox.screens.message_json(message) for message in page],
        "has_more": len(page) < len(earlier),
    }


@action("POST", "/ui/message")
async def say(visit: Visit) -> Json:
    channel, state = visit.channel(as_member=True), visit.sandbox.state
    if not visit.text("text").strip():
        raise Refused("no_text", "There is nothing to send.")
    if channel.is_archived:
        raise Refused("is_archived", "The channel is archived.")
    text = linked(visit.text("text"), state)
    parent = state.find_message(channel.id, visit.text("thread_ts")) if visit.text("thread_ts") else None
    if visit.text("thread_ts") and parent is None:
        raise Refused("thread_not_found")
    layout = [block | {"block_id": state.ids.next("b")[1:6]} for block in rich_text(text)]
    message = Message(
        channel=channel.id,
        ts=state.timestamps.next(),
        user=visit.user.id,
        text=text,
        blocks=layout,
        thread_ts=(parent.thread_ts or parent.ts) if parent else None,
        subtype="thread_broadcast" if parent and visit.asked.get("reply_broadcast") else None,
        client_msg_id=state.ids.next("").lower(),
    )
    state.post(message)
    return {"message": visit.sandbox.screens.message_json(message)}


@action("POST", "/ui/edit")
async def edit(visit: Visit) -> Json:
    text = linked(visit.text("text"), visit.sandbox.state)
    message = visit.message(own=True)
    layout = [block | {"block_id": visit.sandbox.state.ids.next("b")[1:6]} for block in rich_text(text)]
    visit.sandbox.state.change(message, actor=visit.user.id, edited=True, text=text, blocks=layout)
    return {"message": visit.sandbox.screens.message_json(message)}


@action("POST", "/ui/delete")
async def delete(visit: Visit) -> Json:
    visit.sandbox.state.delete(visit.message(own=True), actor=visit.user.id)
    return {}


@action("POST", "/ui/reaction")
async def reaction(visit: Visit) -> Json:
    name = visit.text("name").strip(":")
    if not name:
        raise Refused("invalid_name")
    visit.sandbox.state.react(visit.message(), visit.user.id, name=name, added=not visit.asked.get("remove"))
    return {}


@action("POST", "/ui/dismiss")
async def dismiss(visit: Visit) -> Json:
    whisper = visit.sandbox.state.ephemerals.get((visit.channel().id, visit.text("ts")))
    if whisper is None or whisper.ephemeral_for != visit.user.id:
        raise Refused("message_not_found")
    visit.sandbox.state.delete(whisper, actor=visit.user.id)
    return {}


# The app


@action("POST", "/ui/command")
async def command(visit: Visit) -> Json:
    channel, line = visit.channel(), visit.text("text").strip()
    name, _, rest = line.partition(" ")
    if name in ("/invite", "/remove"):
        _membership(visit, channel, verb=name, guest_name=rest)
        return {}
    await visit.interactions.command(visit.user, channel, line)
    return {}


def _membership(visit: Visit, channel: Channel, *, verb: str, guest_name: str) -> None:
    state = visit.sandbox.state
    if visit.user.id not in channel.members:
        raise Refused("not_in_channel", "Join the channel first.")
    guest = state.find_user(guest_name.strip().lower())
    if guest is None:
        raise Refused("user_not_found", f"There is nobody called {guest_name.strip()!r} here.")
    if verb == "/invite":
        state.join(channel, guest.id, inviter=visit.user.id)
    else:
        state.leave(channel, guest.id)


@action("POST", "/ui/action")
async def act(visit: Visit) -> Json:
    request = visit.asked | {"state": visit.plain_values("state")}
    await visit.interactions.act(visit.user, visit.mapping("container"), request)
    return {}


@action("POST", "/ui/options")
async def options(visit: Visit) -> Json:
    return await visit.interactions.options(visit.user, visit.mapping("container"), visit.asked)


@action("POST", "/ui/submit")
async def submit(visit: Visit) -> Json:
    errors = await visit.interactions.submit(visit.user, visit.text("view_id"), visit.plain_values("values"))
    return {"ok": False, "errors": errors} if errors else {}


@action("POST", "/ui/close")
async def close(visit: Visit) -> Json:
    visit.interactions.close(visit.user, visit.text("view_id"), whole_stack=bool(visit.asked.get("all")))
    return {}


@action("POST", "/ui/shortcut")
async def shortcut(visit: Visit) -> Json:
    message = None
    if visit.text("message_ts"):
        message = visit.sandbox.state.find_message(visit.channel().id, visit.text("message_ts"))
        if message is None:
            raise Refused("message_not_found")
    await visit.interactions.shortcut(visit.user, visit.text("callback_id"), message)
    return {}


@action("POST", "/ui/home/open")
async def open_home(visit: Visit) -> Json:
    view = visit.interactions.open_home(visit.user, visit.text("tab", "home"))
    return {"view": view.json() if view else None}


@action("GET", "/ui/home")
async def home(visit: Visit) -> Json:
    view = visit.sandbox.views.home(visit.user.id)
    return {"view": view.json() if view else None}


@action("GET", "/ui/modals")
async def modals(visit: Visit) -> Json:
    return {"modals": [view.json() for view in visit.sandbox.views.stack(visit.user.id)]}
