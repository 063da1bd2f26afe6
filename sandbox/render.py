"""Slack's JSON for what the workspace holds. Pure; the field names are Slack's."""

import datetime
import zoneinfo
from typing import Any

from sandbox.people import CHANNEL_LINES, Channel, InstalledApp, Message, Team, User, UserGroup
from sandbox.state import State

Json = dict[str, Any]
IMAGE_SIZES = (24, 32, 48, 72, 192, 512)


def user_json(user: User, team: Team, *, with_email: bool, app: InstalledApp, base_url: str) -> Json:
    offset = datetime.datetime.now(zoneinfo.ZoneInfo(user.tz)).utcoffset() or datetime.timedelta()
    return {
        "id": user.id,
        "team_id": team.id,
        "name": user.handle,
        "deleted": user.deleted,
        "color": user.color.lstrip("#"),
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()),
        "profile": _profile_json(user, team, with_email=with_email, app=app, base_url=base_url),
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
        "is_email_confirmed": not user.is_bot,
        "who_can_share_contact_card": "EVERYONE",
    }


def _profile_json(user: User, team: Team, *, with_email: bool, app: InstalledApp, base_url: str) -> Json:
    first, _, last = user.real_name.partition(" ")
    profile: Json = {
        "title": user.title,
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.handle if user.is_bot else first,
        "display_name_normalized": user.handle if user.is_bot else first,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": user.id.lower()[1:],
        "first_name": first,
        "last_name": last,
        "team": team.id,
    }
    profile |= {f"image_{size}": f"{base_url}/ui/avatar/{user.id}.svg" for size in IMAGE_SIZES}
    if user.is_bot:
        profile |= {"api_app_id": app.id, "bot_id": app.bot_id, "always_active": True}
    elif with_email:
        profile["email"] = user.email
    return profile


def group_json(group: UserGroup, team: Team, *, with_users: bool, with_count: bool) -> Json:
    owner = group.members[0] if group.members else ""
    body: Json = {
        "id": group.id,
        "team_id": team.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.created,
        "date_delete": 0,
        "auto_provision": False,
        "created_by": owner,
        "updated_by": owner,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if with_users:
        body["users"] = list(group.members)
    if with_count:
        body["user_count"] = len(group.members)
    return body


def channel_json(channel: Channel, state: State, *, viewer: str, with_count: bool = False) -> Json:
    if channel.is_im:
        return _im_json(channel, state, viewer)
    body: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "created": channel.created,
        "updated": channel.created * 1000,
        "creator": channel.creator,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "unlinked": 0,
        "is_shared": False,
        "is_org_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "shared_team_ids": [state.team.id],
        "context_team_id": state.team.id,
        "previous_names": list(channel.previous_names),
        "is_member": viewer in channel.members,
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": channel.created},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }
    if with_count:
        body["num_members"] = len(channel.members)
    return body


def _im_json(channel: Channel, state: State, viewer: str) -> Json:
    return {
        "id": channel.id,
        "created": channel.created,
        "updated": channel.created * 1000,
        "is_archived": False,
        "is_im": True,
        "is_org_shared": False,
        "context_team_id": state.team.id,
        "user": channel.other(viewer),
        "priority": 0,
    }


def bot_profile_json(state: State, base_url: str) -> Json:
    return {
        "id": state.app.bot_id,
        "app_id": state.app.id,
        "name": state.app.manifest.bot_name,
        "icons": {f"image_{size}": f"{base_url}/ui/avatar/{state.app.bot_user_id}.svg" for size in (36, 48, 72)},
        "deleted": False,
        "updated": 0,
        "team_id": state.team.id,
    }


def message_json(message: Message, state: State, base_url: str, *, with_metadata: bool = False) -> Json:
    """A message as history and events carry it, with its place in a thread."""
    body = content_json(message, state, base_url, with_metadata=with_metadata)
    return body | _thread_json(message, state)


def content_json(message: Message, state: State, base_url: str, *, with_metadata: bool = False) -> Json:
    """What a message says, without its thread."""
    body: Json = {"user": message.user, "type": "message", "ts": message.ts}
    if message.subtype:
        body["subtype"] = message.subtype
    if message.client_msg_id:
        body["client_msg_id"] = message.client_msg_id
    body["text"] = message.text
    if message.subtype not in CHANNEL_LINES:
        body["team"] = state.team.id
    if message.is_bot and message.subtype not in CHANNEL_LINES:
        body |= {
            "bot_id": state.app.bot_id,
            "app_id": state.app.id,
            "bot_profile": bot_profile_json(state, base_url),
        }
    body |= {name: value for name in ("edited", "blocks", "attachments", "files") if (value := getattr(message, name))}
    body |= message.extra
    if message.reactions:
        body["reactions"] = reactions_json(message)
    if with_metadata and message.metadata:
        body["metadata"] = message.metadata
    return body


def reactions_json(message: Message) -> list[Json]:
    return [{"name": name, "users": people, "count": len(people)} for name, people in message.reactions.items()]


def _thread_json(message: Message, state: State) -> Json:
    if message.thread_ts is None:
        return {}
    if message.is_reply:
        parent = state.find_message(message.channel, message.thread_ts)
        return {"thread_ts": message.thread_ts} | ({"parent_user_id": parent.user} if parent else {})
    if not message.replies:
        return {"thread_ts": message.thread_ts}
    replies = [state.messages[message.channel][ts] for ts in message.replies]
    people = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.thread_ts,
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "latest_reply": replies[-1].ts,
        "reply_users": people[:5],
        "is_locked": False,
        "subscribed": state.app.bot_user_id in people or message.user == state.app.bot_user_id,
    }
