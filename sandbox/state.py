"""The workspace while it runs: the one place where messages and memberships change, and who is told of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dataclasses import replace as copy_of
from enum import StrEnum

from sandbox.ids import Clock, Ids, Timestamps, stable_id
from sandbox.people import CHANNEL_LINES, Channel, InstalledApp, Message, Team, User, UserGroup
from sandbox.workspace import Seed


class Kind(StrEnum):
    POSTED = "posted"
    CHANGED = "changed"
    DELETED = "deleted"
    EPHEMERAL = "ephemeral"
    EPHEMERAL_CHANGED = "ephemeral_changed"
    EPHEMERAL_DELETED = "ephemeral_deleted"
    REACTION_ADDED = "reaction_added"
    REACTION_REMOVED = "reaction_removed"
    RENAMED = "renamed"
    ARCHIVED = "archived"
    JOINED = "joined"
    LEFT = "left"
    READ = "read"


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something that happened in a channel. `actor` is who did it; `previous` is the message as it was."""

    kind: Kind
    channel: Channel
    actor: str
    message: Message | None = None
    previous: Message | None = None
    reaction: str = ""
    by_edit: bool = False


Watcher = Callable[[Change], None]


class State:
    """Everything in memory. Only the server's own event loop calls its methods."""

    def __init__(self, seed: Seed, app: InstalledApp, clock: Clock) -> None:
        self.team: Team = seed.team
        self.app = app
        self.clock = clock
        self.ids = Ids()
        self.timestamps = Timestamps(clock)
        bot = User(
            id=app.bot_user_id,
            handle=app.manifest.bot_name.lower().replace(" ", ""),
            real_name=app.manifest.bot_name,
            color=app.manifest.color,
            is_bot=True,
        )
        self.users: dict[str, User] = {user.id: user for user in (*seed.users, bot)}
        self.channels: dict[str, Channel] = {channel.id: channel for channel in seed.channels}
        self.groups: dict[str, UserGroup] = {group.id: group for group in seed.groups}
        self.messages: dict[str, dict[str, Message]] = {channel.id: {} for channel in seed.channels}
        self.ephemerals: dict[tuple[str, str], Message] = {}
        self._watchers: list[Watcher] = []
        for channel_id in seed.bot_channels:
            self.channels[channel_id].members.append(app.bot_user_id)

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    def _tell(self, change: Change) -> None:
        for watcher in self._watchers:
            watcher(change)

    # Finding

    def find_user(self, id_or_handle: str) -> User | None:
        wanted = id_or_handle.lstrip("@")
        if user := self.users.get(wanted):
            return user
        return next((user for user in self.users.values() if user.handle == wanted), None)

    def find_channel(self, id_or_name: str) -> Channel | None:
        if channel := self.channels.get(id_or_name):
            return channel
        wanted = id_or_name.lstrip("#")
        return next(
            (channel for channel in self.channels.values() if channel.name == wanted and not channel.is_im), None
        )

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        return self.messages.get(channel_id, {}).get(ts)

    def direct_message(self, one: str, other: str) -> Channel:
        """The direct message of two people, made when there is none yet."""
        pair = sorted((one, other))
        channel_id = stable_id("D", "+".join(pair))
        if channel_id not in self.channels:
            created = int(self.clock())
            self.channels[channel_id] = Channel(
                id=channel_id, name="", is_im=True, is_private=True, members=list(dict.fromkeys(pair)), created=created
            )
            self.messages[channel_id] = {}
        return self.channels[channel_id]

    def may_see(self, user_id: str, channel: Channel) -> bool:
        return user_id in channel.members or not (channel.is_private or channel.is_im)

    def timeline(self, channel_id: str) -> list[Message]:
        """What a channel shows, oldest first: no replies, but those also sent to the channel."""
        return [
            message
            for message in self.messages[channel_id].values()
            if not message.is_reply or message.subtype == "thread_broadcast"
        ]

    def thread(self, channel_id: str, thread_ts: str) -> list[Message]:
        """The parent and its replies, oldest first; empty when there is no such message."""
        parent = self.find_message(channel_id, thread_ts)
        if parent is None:
            return []
        root = self.find_message(channel_id, parent.thread_ts or thread_ts) or parent
        return [root, *(self.messages[channel_id][ts] for ts in root.replies)]

    # Changing

    def post(self, message: Message) -> Message:
        """Commit a message; its reply count goes to its parent."""
        channel = self.channels[message.channel]
        self.messages[channel.id][message.ts] = message
        channel.last_read[message.user] = message.ts
        if message.is_reply and (parent := self.find_message(channel.id, message.thread_ts or "")):
            parent.thread_ts = parent.ts
            parent.replies.append(message.ts)
            self._tell(Change(kind=Kind.CHANGED, channel=channel, actor=message.user, message=parent))
        self._tell(Change(kind=Kind.POSTED, channel=channel, actor=message.user, message=message))
        return message

    def change(self, message: Message, *, actor: str, edited: bool, **fields: object) -> Message:
        """Replace fields of a message that is there."""
        previous = copy_of(message)
        for name, value in fields.items():
            setattr(message, name, value)
        channel = self.channels[message.channel]
        if message.ephemeral_for is not None:
            self._tell(Change(kind=Kind.EPHEMERAL_CHANGED, channel=channel, actor=actor, message=message))
            return message
        if edited:
            message.edited = {"user": actor, "ts": self.timestamps.next()}
        self._tell(
            Change(kind=Kind.CHANGED, channel=channel, actor=actor, message=message, previous=previous, by_edit=True)
        )
        return message

    def delete(self, message: Message, *, actor: str) -> None:
        channel = self.channels[message.channel]
        if message.ephemeral_for is not None:
            del self.ephemerals[message.channel, message.ts]
            self._tell(Change(kind=Kind.EPHEMERAL_DELETED, channel=channel, actor=actor, message=message))
            return
        del self.messages[channel.id][message.ts]
        parent = self.find_message(channel.id, message.thread_ts or "") if message.is_reply else None
        if parent is not None:
            parent.replies.remove(message.ts)
        self._tell(Change(kind=Kind.DELETED, channel=channel, actor=actor, message=message, previous=message))

    def whisper(self, message: Message) -> Message:
        """Show an ephemeral message to `message.ephemeral_for`; it is in nobody's history."""
        self.ephemerals[message.channel, message.ts] = message
        channel = self.channels[message.channel]
        self._tell(Change(kind=Kind.EPHEMERAL, channel=channel, actor=message.user, message=message))
        return message

    def react(self, message: Message, user_id: str, *, name: str, added: bool) -> bool:
        """Add or take a reaction; False when nothing changed."""
        people = message.reactions.setdefault(name, [])
        if (user_id in people) == added:
            return False
        if added:
            people.append(user_id)
        else:
            people.remove(user_id)
        if not people:
            del message.reactions[name]
        kind = Kind.REACTION_ADDED if added else Kind.REACTION_REMOVED
        channel = self.channels[message.channel]
        self._tell(Change(kind=kind, channel=channel, actor=user_id, message=message, reaction=name))
        return True

    def join(self, channel: Channel, user_id: str, *, inviter: str | None = None) -> bool:
        """Make somebody a member; False when they are one."""
        if user_id in channel.members:
            return False
        channel.members.append(user_id)
        line = self._line(channel, user_id, subtype="channel_join", text=f"<@{user_id}> has joined the channel")
        self._tell(Change(kind=Kind.JOINED, channel=channel, actor=inviter or user_id, message=line))
        self._tell(Change(kind=Kind.POSTED, channel=channel, actor=user_id, message=line))
        return True

    def rename(self, channel: Channel, name: str, *, actor: str) -> None:
        old, channel.name = channel.name, name
        channel.previous_names.insert(0, old)
        text = f'<@{actor}> has renamed the channel from "{old}" to "{name}"'
        line = self._line(channel, actor, subtype="channel_name", text=text, extra={"old_name": old, "name": name})
        self._tell(Change(kind=Kind.RENAMED, channel=channel, actor=actor))
        self._tell(Change(kind=Kind.POSTED, channel=channel, actor=actor, message=line))

    def archive(self, channel: Channel, *, actor: str, archived: bool) -> None:
        channel.is_archived = archived
        what = "channel_archive" if archived else "channel_unarchive"
        text = f"<@{actor}> has {'' if archived else 'un-'}archived the channel"
        line = self._line(channel, actor, subtype=what, text=text)
        self._tell(Change(kind=Kind.ARCHIVED, channel=channel, actor=actor))
        self._tell(Change(kind=Kind.POSTED, channel=channel, actor=actor, message=line))

    def _line(
        self, channel: Channel, user_id: str, *, subtype: str, text: str, extra: dict[str, str] | None = None
    ) -> Message:
        """A line that Slack itself writes into the channel."""
        line = Message(
            channel=channel.id,
            ts=self.timestamps.next(),
            user=user_id,
            text=text,
            subtype=subtype,
            is_bot=self.users[user_id].is_bot,
            extra=dict(extra or {}),
        )
        self.messages[channel.id][line.ts] = line
        return line

    def leave(self, channel: Channel, user_id: str) -> bool:
        if user_id not in channel.members:
            return False
        channel.members.remove(user_id)
        self._tell(Change(kind=Kind.LEFT, channel=channel, actor=user_id))
        return True

    def mark_read(self, channel: Channel, user_id: str, *, ts: str) -> None:
        channel.last_read[user_id] = ts
        self._tell(Change(kind=Kind.READ, channel=channel, actor=user_id))

    def unread(self, channel: Channel, user_id: str) -> tuple[int, int]:
        """Messages by others after the last one read, and how many of them name this person."""
        since = channel.last_read.get(user_id, "")
        fresh = [
            m
            for m in self.timeline(channel.id)
            if m.ts > since and m.user != user_id and m.subtype not in CHANNEL_LINES
        ]
        named = (f"<@{user_id}>", "<!channel>", "<!here>", *(f"<!subteam^{g.id}" for g in self.groups_of(user_id)))
        return len(fresh), sum(channel.is_im or any(name in m.text for name in named) for m in fresh)

    def deactivate(self, user: User, *, deleted: bool) -> None:
        """An administrator takes somebody's account away, or gives it back. They stay in channels and groups, as in Slack."""
        user.deleted = deleted

    def regroup(self, group: UserGroup, members: Iterable[str]) -> UserGroup:
        """Give a user group other members; nobody at all is possible for those who hold an administrator's key."""
        changed = copy_of(group, members=tuple(dict.fromkeys(members)))
        self.groups[group.id] = changed
        return changed

    def groups_of(self, user_id: str) -> Iterable[UserGroup]:
        return (group for group in self.groups.values() if user_id in group.members)
