"""Slack's rate limits: a minute's window for each method by its tier, and the pace of posting in a channel."""

import math
from collections import defaultdict, deque

from sandbox.ids import Clock

WINDOW_SECONDS = 60.0
TIERS: dict[str, int] = {"1": 1, "2": 20, "3": 50, "4": 100}
"""Calls a minute, as documented."""
BURST: dict[str, int] = {"1": 9, "2": 5, "3": 10, "4": 20}
"""What is tolerated above it ("bursts"); the numbers are ours, Slack gives none."""

METHOD_TIERS: dict[str, str] = {
    "api.test": "4",
    "apps.connections.open": "1",
    "bots.info": "3",
    "chat.delete": "3",
    "chat.postEphemeral": "4",
    "chat.update": "3",
    "conversations.history": "3",
    "conversations.info": "3",
    "conversations.join": "3",
    "conversations.list": "2",
    "conversations.members": "4",
    "conversations.open": "3",
    "conversations.replies": "3",
    "files.completeUploadExternal": "4",
    "files.getUploadURLExternal": "4",
    "reactions.add": "3",
    "reactions.get": "3",
    "reactions.remove": "2",
    "team.info": "3",
    "usergroups.list": "2",
    "usergroups.users.list": "2",
    "users.info": "4",
    "users.list": "2",
    "users.lookupByEmail": "3",
    "views.open": "4",
    "views.publish": "4",
    "views.push": "4",
    "views.update": "4",
}
"""`auth.test`, `chat.getPermalink` and `chat.postMessage` have limits of their own."""
SPECIAL_PER_MINUTE = {"auth.test": 300, "chat.getPermalink": 300, "chat.postMessage": 300}
CHANNEL_PER_SECOND = 1.0
CHANNEL_BURST = 4.0


class Limits:
    """Answers how many seconds a call has to wait. `scale` multiplies every limit; None lets everything through."""

    def __init__(self, clock: Clock, scale: float | None) -> None:
        self._clock = clock
        self._scale = scale
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self._channels: dict[str, tuple[float, float]] = {}

    def retry_after(self, method: str, channel: str) -> int:
        """Whole seconds to wait before this call may be made, 0 when it is let through (and counted)."""
        if self._scale is None:
            return 0
        wait = self._window_wait(method)
        if not wait and method == "chat.postMessage" and channel:
            wait = self._channel_wait(channel)
        if not wait:
            self._calls[method].append(self._clock())
        return math.ceil(wait)

    def _window_wait(self, method: str) -> float:
        allowed = self._allowed(method)
        calls, now = self._calls[method], self._clock()
        while calls and calls[0] <= now - WINDOW_SECONDS:
            calls.popleft()
        if len(calls) < allowed:
            return 0.0
        return max(calls[0] + WINDOW_SECONDS - now, 0.001)

    def _allowed(self, method: str) -> int:
        tier = METHOD_TIERS.get(method, "3")
        per_minute = SPECIAL_PER_MINUTE.get(method, TIERS[tier] + BURST[tier])
        return max(1, int(per_minute * (self._scale or 1.0)))

    def _channel_wait(self, channel: str) -> float:
        """A bucket that holds a small burst and fills at the channel's pace."""
        pace = CHANNEL_PER_SECOND * (self._scale or 1.0)
        now = self._clock()
        left, since = self._channels.get(channel, (CHANNEL_BURST, now))
        left = min(CHANNEL_BURST, left + (now - since) * pace)
        if left < 1:
            self._channels[channel] = (left, now)
            return (1 - left) / pace
        self._channels[channel] = (left - 1, now)
        return 0.0
