"""Who and what the configuration's references mean in this workspace: `#channel`, `@person`, `@group`, or ids."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk import WebClient

from bot.domain.routing import Department
from bot.errors import GiveUp, Retry
from bot.slack.calls import call, pages

log = logging.getLogger(__name__)

FRESH_SECONDS = 600.0
"""What is older is still told, and looked at anew in the background: the lists of a large workspace take many seconds,
and whoever submits a dialog waits for three.
"""
PATIENCE_SECONDS = 30.0
"""A name that is not known asks Slack again, but not more often than this."""

SLACKBOT = "USLACKBOT"
"""Slack calls it no bot in its list of users."""

ID_STARTS = ("C", "G", "D", "U", "W", "S")


@dataclass(frozen=True, kw_only=True)
class _Listing:
    """One look at the workspace; `at` is monotonic."""

    at: float
    channels: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    users: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    groups: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    team_url: str = ""

    def find(self, reference: str) -> dict[str, Any] | None:
        if reference.startswith("#"):
            return next((c for c in self.channels.values() if c.get("name") == reference[1:]), None)
        if reference.startswith("@"):
            name = reference.lstrip("@").casefold()
            people = (u for u in self.users.values() if name in _names(u))
            groups = (g for g in self.groups.values() if str(g.get("handle", "")).casefold() == name)
            return next(people, None) or next(groups, None)
        return self.channels.get(reference) or self.users.get(reference) or self.groups.get(reference)


@dataclass(frozen=True, kw_only=True)
class Group:
    """A user group: its name for people, its handle without the @, and the ids of who is in it."""

    id: str
    name: str
    handle: str
    members: frozenset[str]


def _names(user: Mapping[str, Any]) -> set[str]:
    profile = user.get("profile") or {}
    return {str(name).casefold() for name in (user.get("name"), profile.get("display_name")) if name}


class Directory:
    """A cached look at channels, people and user groups; thread-safe."""

    def __init__(self, client: WebClient, *, tick: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._tick = tick
        self._lock = threading.Lock()
        self._looking: set[str] = set()
        self._listing: _Listing | None = None
        self._members: dict[str, tuple[float, frozenset[str]]] = {}
        self._strangers: dict[str, tuple[float, dict[str, Any] | None]] = {}
        self._joined: set[str] = set()

    def id_of(self, reference: str) -> str:
        """The id behind a reference; GiveUp where the workspace has nothing of that name."""
        if _is_id(reference):
            return reference
        found = self._find(reference)
        if found is None:
            advice = ": if it is private, type /invite @Earshot there" if reference.startswith("#") else ""
            raise GiveUp(f"{reference} does not exist in this workspace, or Earshot cannot see it{advice}")
        return str(found["id"])

    def ids_of(self, references: Iterable[str]) -> list[str]:
        """Ids of the references that exist; the others are left out (somebody may have left)."""
        found = (
            reference if _is_id(reference) else (self._find(reference) or {}).get("id") for reference in references
        )
        return [str(each) for each in found if each]

    def join(self, channel_id: str) -> None:
        """Join a public channel: its history can only be read from inside. A private one needs an invitation."""
        if channel_id in self._joined or not channel_id.startswith("C"):
            return
        channel = self._find(channel_id)
        if channel is not None and not channel.get("is_member") and not channel.get("is_private"):
            call(self._client.conversations_join, channel=channel_id)
        self._joined.add(channel_id)

    def can_post_in(self, channel_id: str) -> bool:
        """Whether Earshot is in the channel or may join it. Asked afresh: an invitation a moment ago counts."""
        if channel_id.startswith("D"):  # to look at direct messages takes a scope that we do not ask for
            return True
        try:
            channel = call(self._client.conversations_info, channel=channel_id)["channel"]
        except GiveUp:
            return False
        return bool(not channel.get("is_archived") and (channel.get("is_member") or not channel.get("is_private")))

    def permalink(self, channel_id: str, ts: str) -> str:
        """A message's address, built as Slack builds it, without a call."""
        return f"{self._current().team_url}archives/{channel_id}/p{ts.replace('.', '')}"

    def zone_of(self, user: str) -> ZoneInfo:
        """Their own time zone; UTC for whoever has none, or one that this machine does not know."""
        try:
            return ZoneInfo(str((self._person(user) or {}).get("tz") or "UTC"))
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def names_of(self, users: Iterable[str]) -> dict[str, str]:
        """Display names by id; people who left keep the name they had, marked. Whom Slack does not know is left out."""
        found = {user: self._person(user) for user in users}
        return {user: _shown_name(each) for user, each in found.items() if each}

    def present(self, users: Iterable[str]) -> list[str]:
        """Those who have not left."""
        return [user for user in users if not (self._person(user) or {}).get("deleted")]

    def able(self, users: Iterable[str]) -> list[str]:
        """Those who can take work on: known to Slack, still here, and no app."""
        found = ((user, self._person(user)) for user in users)
        return [user for user, each in found if each and not _is_away_or_app(each)]

    def group_of(self, reference: str) -> Group | None:
        """The user group behind a reference; None for a person, and for a name that means nothing."""
        found = self._find(reference)
        if found is None or not str(found["id"]).startswith("S"):
            return None
        group, name = str(found["id"]), str(found.get("name") or found.get("handle"))
        return Group(id=group, name=name, handle=str(found.get("handle")), members=self.members(group))

    def look_again_at_groups(self) -> bool:
        """Forget who is in which group where that is older than a moment; whether anything was forgotten."""
        old = [group for group, (at, _) in self._members.items() if self._tick() - at > PATIENCE_SECONDS]
        for group in old:
            self._members.pop(group, None)
        return bool(old)

    def is_one_of(self, user: str, references: Iterable[str]) -> bool:
        """Whether a person is named by the references, directly or as a member of a user group."""
        return any(user == each or user in self.members(each) for each in self.ids_of(references))

    def departments_of(self, user: str, departments: Iterable[Department]) -> list[str]:
        return [
            each.name
            for each in departments
            if self.is_one_of(user, [*each.people, *([each.user_group] if each.user_group else [])])
        ]

    def members(self, group_id: str) -> frozenset[str]:
        """People of a user group; empty for one that was disabled, and for anything else."""
        if not group_id.startswith("S"):
            return frozenset()
        known = self._members.get(group_id)
        if known is None:
            return self._ask_for_members(group_id)
        if self._tick() - known[0] > FRESH_SECONDS:
            self._look_soon(group_id, lambda: self._ask_for_members(group_id))
        return known[1]

    def _ask_for_members(self, group_id: str) -> frozenset[str]:
        try:
            found = frozenset(call(self._client.usergroups_users_list, usergroup=group_id).get("users") or [])
        except GiveUp:
            found = frozenset()
        self._members[group_id] = (self._tick(), found)
        return found

    def forget(self) -> None:
        """Look again at the next question: a channel was renamed, archived or joined."""
        with self._lock:
            self._listing = None
            self._joined.clear()

    def _person(self, user: str) -> dict[str, Any] | None:
        """Somebody by id, of this workspace or of another with which a channel is shared; None where Slack knows nobody."""
        known = self._current().users.get(user)
        if known is not None or user[:1] not in ("U", "W"):
            return known
        at, stranger = self._strangers.get(user, (0.0, None))
        if at and self._tick() - at <= FRESH_SECONDS:
            return stranger
        try:
            stranger = call(self._client.users_info, user=user)["user"]
        except GiveUp:
            stranger = None
        self._strangers[user] = (self._tick(), stranger)
        return stranger

    def _find(self, reference: str) -> dict[str, Any] | None:
        listing = self._current()
        found = listing.find(reference)
        if found is None and self._tick() - listing.at > PATIENCE_SECONDS:
            self.forget()
            found = self._current().find(reference)
        return found

    def _current(self) -> _Listing:
        with self._lock:
            if self._listing is None:
                self._listing = self._look()
            known = self._listing
        if self._tick() - known.at > FRESH_SECONDS:
            self._look_soon("workspace", self._look_anew)
        return known

    def _look_anew(self) -> None:
        found = self._look()
        with self._lock:
            self._listing = found

    def _look_soon(self, what: str, look: Callable[[], object]) -> None:
        """In the background, and once where many ask."""
        with self._lock:
            if what in self._looking:
                return
            self._looking.add(what)
        threading.Thread(target=self._look_in_peace, args=(what, look), name="directory", daemon=True).start()

    def _look_in_peace(self, what: str, look: Callable[[], object]) -> None:
        try:
            look()
        except (Retry, GiveUp) as fault:  # what is known stays; the next question looks again
            log.warning("directory_not_renewed", extra={"what": what, "reason": fault.reason})
        finally:
            with self._lock:
                self._looking.discard(what)

    def _look(self) -> _Listing:
        kinds = "public_channel,private_channel"
        channels = pages(self._client.conversations_list, "channels", types=kinds, limit=500, exclude_archived=False)
        users = pages(self._client.users_list, "members", limit=200)
        groups = call(self._client.usergroups_list).get("usergroups") or []
        return _Listing(
            at=self._tick(),
            channels={str(each["id"]): each for each in channels},
            users={str(each["id"]): each for each in users},
            groups={str(each["id"]): each for each in groups},
            team_url=str(call(self._client.auth_test)["url"]),
        )


def _is_id(reference: str) -> bool:
    return reference[:1] in ID_STARTS and reference[1:].isalnum() and reference.isupper() and len(reference) >= 7


def _is_away_or_app(user: Mapping[str, Any]) -> bool:
    return bool(user.get("deleted") or user.get("is_bot") or user.get("id") == SLACKBOT)


def _shown_name(user: Mapping[str, Any]) -> str:
    profile = user.get("profile") or {}
    name = str(profile.get("display_name") or user.get("real_name") or user.get("name") or user.get("id"))
    return f"{name} (left)" if user.get("deleted") else name
