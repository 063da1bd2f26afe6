"""A person of the workspace for journeys and tests: drives the UI API over HTTP, as the page does."""

import time
from types import TracebackType
from typing import Any, Self

import httpx

Json = dict[str, Any]
POLL_SECONDS = 0.04
PATIENCE = 30.0
"""Seconds that somebody waits for what has to happen: far more than it takes, since a machine may be busy."""


class NotPossible(AssertionError):
    """The sandbox refused what the person tried; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Person:
    """Somebody at their screen. Channels are given as `#name` or id."""

    def __init__(self, url: str, handle: str) -> None:
        self.handle = handle
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=60.0)

    def close_browser(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_browser()

    @property
    def id(self) -> str:
        users = self.get("/ui/workspace")["users"]
        return str(next(user["id"] for user in users if user["name"] == self.handle))

    # Talking

    def say(self, channel: str, text: str, *, thread_ts: str | None = None) -> Json:
        """Send a message; the message as it stands."""
        message: Json = self.post("/ui/message", channel=channel, text=text, thread_ts=thread_ts)["message"]
        return message

    def react(self, channel: str, ts: str, name: str, *, remove: bool = False) -> None:
        self.post("/ui/reaction", channel=channel, ts=ts, name=name, remove=remove)

    def join(self, channel: str) -> None:
        self.post("/ui/join", channel=channel)

    def command(self, line: str, channel: str) -> None:
        """Run a slash command; returns when the app has acked."""
        self.post("/ui/command", channel=channel, text=line)

    def channels(self) -> list[Json]:
        found: list[Json] = self.get("/ui/channels")["channels"]
        return found

    def messages(self, channel: str, thread_ts: str | None = None, *, limit: int = 200) -> list[Json]:
        """What this person sees, oldest first, ephemeral messages included."""
        query = {"channel": channel, "limit": limit} | ({"thread_ts": thread_ts} if thread_ts else {})
        found: list[Json] = self.get("/ui/messages", **query)["messages"]
        return found

    def expect_message(
        self, channel: str, *, containing: str, within: float = PATIENCE, thread_ts: str | None = None
    ) -> Json:
        """The newest message with this text anywhere in it, waited for."""
        deadline = time.monotonic() + within
        while True:
            for message in reversed(self.messages(channel, thread_ts)):
                if containing in visible_text(message):
                    return message
            if time.monotonic() > deadline:
                shown = "\n".join(visible_text(message) for message in self.messages(channel, thread_ts)[-5:])
                raise AssertionError(
                    f"{self.handle} saw no {containing!r} in {channel} within {within} s, but\n{shown}"
                )
            time.sleep(POLL_SECONDS)

    # Clicking

    def click(
        self, channel: str, message_ts: str, action_id: str, value: Any = None, *, block_id: str | None = None
    ) -> None:
        """Press a button of a message (or give any other element a value); returns when the app has acked."""
        container = {"type": "message", "channel": channel, "ts": message_ts}
        self.post("/ui/action", container=container, block_id=block_id, action_id=action_id, value=value)

    def choose(self, channel: str, message_ts: str, action_id: str, value: Any) -> None:
        """Choose from an overflow menu or a select of a message."""
        self.click(channel, message_ts, action_id, value)

    def click_in_view(self, view_id: str, action_id: str, value: Any = None, *, state: Json | None = None) -> None:
        """Touch an element of a modal or of the Home tab."""
        container = {"type": "view", "view_id": view_id}
        self.post("/ui/action", container=container, action_id=action_id, value=value, state=state)

    def options(self, container: Json, action_id: str, query: str) -> list[Json]:
        """What an external select offers."""
        answer = self.post("/ui/options", container=container, action_id=action_id, query=query)
        found: list[Json] = answer.get("options") or []
        return found

    def shortcut(self, callback_id: str, *, channel: str | None = None, message_ts: str | None = None) -> None:
        self.post("/ui/shortcut", callback_id=callback_id, channel=channel, message_ts=message_ts)

    # Modals and Home

    def modals(self) -> list[Json]:
        found: list[Json] = self.get("/ui/modals")["modals"]
        return found

    def expect_modal(self, *, callback_id: str | None = None, within: float = PATIENCE) -> Json:
        """The modal on screen, waited for; with `callback_id` only that one will do."""
        deadline = time.monotonic() + within
        while True:
            for view in reversed(self.modals()[-1:]):
                if callback_id in (None, view["callback_id"]):
                    return view
            if time.monotonic() > deadline:
                seen = [view["callback_id"] for view in self.modals()]
                raise AssertionError(
                    f"{self.handle} saw no modal {callback_id or ''} within {within} s, but {seen}\n{self._clues()}"
                )
            time.sleep(POLL_SECONDS)

    def _clues(self) -> str:
        """What may tell why nothing came: what only this person was told, and what Slack refused to the app."""
        channels = (each["id"] for each in self.channels() if each.get("is_member") or each.get("is_im"))
        told = [m for channel in channels for m in self.messages(channel) if m.get("is_ephemeral")]
        calls = self.get("/sandbox/stats")["calls"]
        refused = {method: counts["errors"] for method, counts in calls.items() if counts["errors"]}
        return f"told: {[visible_text(message) for message in told[-3:]]}\nrefused by Slack: {refused}"

    def submit(self, view_id: str, values: Json | None = None) -> dict[str, str]:
        """Submit a modal: `values[block_id][action_id]`. The errors shown beside inputs, none when it went through."""
        answer = self.post("/ui/submit", view_id=view_id, values=values or {})
        errors: dict[str, str] = answer.get("errors", {})
        return errors

    def close(self, view_id: str, *, whole_stack: bool = False) -> None:
        self.post("/ui/close", view_id=view_id, all=whole_stack)

    def open_home(self) -> Json | None:
        """Open the app's Home; what was there before the app answers."""
        view: Json | None = self.post("/ui/home/open")["view"]
        return view

    def home(self) -> Json | None:
        view: Json | None = self.get("/ui/home")["view"]
        return view

    def expect_home(self, *, containing: str, within: float = PATIENCE) -> Json:
        """The Home tab once this text is on it."""
        deadline = time.monotonic() + within
        while True:
            view = self.home()
            if view is not None and containing in visible_text(view):
                return view
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.handle} saw no {containing!r} at Home within {within} s")
            time.sleep(POLL_SECONDS)

    # Any other request of the UI API

    def get(self, path: str, **query: Any) -> Json:
        return _answer(self._http.get(path, params={"user": self.handle, **query}))

    def post(self, path: str, **body: Any) -> Json:
        return _answer(self._http.post(path, json={"user": self.handle, **body}))


def _answer(response: httpx.Response) -> Json:
    body: Json = response.json()
    if response.status_code != 200:
        raise NotPossible(body.get("error", str(response.status_code)), body.get("message", ""))
    return body


def visible_text(shown: Any) -> str:
    """Every text in a message or view, a line each: what a reader could find on the screen."""
    if isinstance(shown, dict):
        own = [shown["text"]] if isinstance(shown.get("text"), str) else []
        return "\n".join([*own, *(visible_text(value) for value in shown.values() if isinstance(value, dict | list))])
    if isinstance(shown, list):
        return "\n".join(visible_text(entry) for entry in shown)
    return ""
