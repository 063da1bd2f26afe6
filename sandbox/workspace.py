"""The workspace as its TOML file describes it: team, people, channels, user groups."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.ids import stable_id
from sandbox.people import Channel, Team, User, UserGroup

COLORS = ("#2d6a6a", "#8a4b2a", "#4a4e8f", "#7a3e6b", "#5c6b1f", "#9a6a00", "#1f6f9a", "#a03c3c")


@dataclass(frozen=True, kw_only=True)
class Seed:
    """What a workspace starts with. `bot_channels` are the ids of the channels in which the bot is a member."""

    team: Team
    users: tuple[User, ...]
    channels: tuple[Channel, ...]
    groups: tuple[UserGroup, ...]
    bot_channels: frozenset[str]


class BadWorkspace(ValueError):
    """The workspace file names somebody who is not in it, or leaves out what is needed."""


def load_workspace(path: Path, *, created: int) -> Seed:
    """Read the file; raises BadWorkspace with every fault found."""
    return parse_workspace(tomllib.loads(path.read_text(encoding="utf-8")), created=created)


def parse_workspace(raw: dict[str, Any], *, created: int) -> Seed:
    team = _team(raw.get("team", {}))
    users = tuple(_user(entry, order, team) for order, entry in enumerate(raw.get("users", ())))
    ids = {user.handle: user.id for user in users}
    faults = [
        f"{kind} {entry.get('name', entry.get('handle'))}: no user {handle!r}"
        for kind in ("channels", "usergroups")
        for entry in raw.get(kind, ())
        for handle in _handles(entry, ids)
        if handle not in ids
    ]
    if not users:
        faults.append("users: at least one is needed")
    if faults:
        raise BadWorkspace("; ".join(faults))
    channels = tuple(_channel(entry, ids, created) for entry in raw.get("channels", ()))
    return Seed(
        team=team,
        users=users,
        channels=channels,
        groups=tuple(_group(entry, ids, created) for entry in raw.get("usergroups", ())),
        bot_channels=frozenset(
            channel.id
            for channel, entry in zip(channels, raw.get("channels", ()), strict=True)
            if entry.get("bot_is_member", False)
        ),
    )


def _handles(entry: dict[str, Any], ids: dict[str, str]) -> list[str]:
    members = entry.get("members", [])
    return list(ids) if members == "*" else list(members)


def _team(entry: dict[str, Any]) -> Team:
    name = entry.get("name", "Sandbox")
    domain = entry.get("domain") or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return Team(id=stable_id("T", domain), name=name, domain=domain)


def _user(entry: dict[str, Any], order: int, team: Team) -> User:
    handle = entry["handle"]
    return User(
        id=stable_id("U", handle),
        handle=handle,
        real_name=entry.get("real_name", handle.title()),
        title=entry.get("title", ""),
        tz=entry.get("tz", "UTC"),
        email=entry.get("email", f"{handle}@{team.domain}.example"),
        is_admin=entry.get("admin", False),
        deleted=entry.get("deactivated", False),
        color=entry.get("color", COLORS[order % len(COLORS)]),
    )


def _channel(entry: dict[str, Any], ids: dict[str, str], created: int) -> Channel:
    name = entry["name"].lstrip("#")
    members = [ids[handle] for handle in _handles(entry, ids)]
    return Channel(
        id=stable_id("C", name),
        name=name,
        topic=entry.get("topic", ""),
        is_private=entry.get("private", False),
        is_archived=entry.get("archived", False),
        members=members,
        creator=members[0] if members else next(iter(ids.values())),
        created=created,
    )


def _group(entry: dict[str, Any], ids: dict[str, str], created: int) -> UserGroup:
    handle = entry["handle"].lstrip("@")
    return UserGroup(
        id=stable_id("S", handle),
        handle=handle,
        name=entry.get("name", handle),
        members=tuple(ids[member] for member in _handles(entry, ids)),
        created=created,
    )
