"""Whom Slack can tell something just now: the Reach of flow/reach, asked afresh and remembered for a minute."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait

from slack_sdk import WebClient

from bot.domain.escalation import Target, TargetKind
from bot.errors import GiveUp, Retry
from bot.flow.reach import as_written
from bot.slack.calls import call
from bot.slack.directory import Directory

log = logging.getLogger(__name__)

FRESH_SECONDS = 60.0
"""A storm calls the same people many times a minute; whoever left a minute ago gets one call in vain."""

WORKERS = 8


class SlackReach:
    """Asks Slack about each reference by itself: the directory's lists may be ten minutes old."""

    def __init__(
        self,
        client: WebClient,
        directory: Directory,
        *,
        patience: float | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        """`patience` is how many seconds a look takes at most: who is not known by then is taken as written."""
        self._client = client
        self._patience = patience
        self._asking = ThreadPoolExecutor(WORKERS, thread_name_prefix="reach")
        self._directory = directory
        self._tick = tick
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Target]] = {}

    def look(self, references: Iterable[str]) -> Mapping[str, Target]:
        """All at once: one after the other a long chain takes longer than Slack lets a dialog wait."""
        asked = {each: self._asking.submit(self._remembered, each) for each in references}
        wait(asked.values(), timeout=self._patience)
        return {each: found.result() if found.done() else self._late(each) for each, found in asked.items()}

    def _late(self, reference: str) -> Target:
        log.warning("reach_unknown", extra={"reference": reference, "reason": "Slack has not answered in time"})
        with self._lock:
            _, target = self._known.get(reference, (0.0, None))
        return target or as_written(reference)

    def _remembered(self, reference: str) -> Target:
        with self._lock:
            at, target = self._known.get(reference, (0.0, None))
        if target is not None and self._tick() - at <= FRESH_SECONDS:
            return target
        try:
            found = self._ask(reference)
        except Retry as fault:
            log.warning("reach_unknown", extra={"reference": reference, "reason": fault.reason})
            return target or as_written(reference)
        with self._lock:
            self._known[reference] = (self._tick(), found)
        return found

    def _ask(self, reference: str) -> Target:
        try:
            found = self._directory.id_of(reference)
        except GiveUp:
            return Target(reference=reference, called="", kind=TargetKind.UNKNOWN, problem="does not exist in Slack")
        if found.startswith("S"):
            return Target(reference=reference, called=found, kind=TargetKind.GROUP, problem=self._fault_of_group(found))
        if found.startswith(("C", "G")):
            problem = self._fault_of_channel(found)
            return Target(reference=reference, called=found, kind=TargetKind.CHANNEL, problem=problem)
        return Target(reference=reference, called=found, kind=TargetKind.PERSON, problem=self._fault_of_person(found))

    def _fault_of_person(self, user: str) -> str:
        try:
            found = call(self._client.users_info, user=user)["user"]
        except GiveUp:
            return "does not exist in Slack"
        if found.get("deleted"):
            return "has left Slack"
        return "is an app, not a person" if found.get("is_bot") else ""

    def _fault_of_group(self, group: str) -> str:
        try:
            members = call(self._client.usergroups_users_list, usergroup=group).get("users") or []
        except GiveUp:
            return "is not in use any more"
        return "" if any(not self._fault_of_person(each) for each in members) else "has nobody in it"

    def _fault_of_channel(self, channel: str) -> str:
        try:
            found = call(self._client.conversations_info, channel=channel)["channel"]
        except GiveUp:
            return "cannot be seen by Earshot"
        if found.get("is_archived"):
            return "is archived"
        if found.get("is_private") and not found.get("is_member"):
            return "is private, and Earshot was not invited"
        return ""
