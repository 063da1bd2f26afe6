"""Views: each person's stack of at most three modals, and their Home tab of the app."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox import blocks
from sandbox.ids import Clock, Ids, secret_name
from sandbox.people import InstalledApp

Json = dict[str, Any]
Values = dict[str, dict[str, Any]]

STACK_LIMIT = 3
CARRIED = ("callback_id", "private_metadata", "external_id", "clear_on_close", "notify_on_close", "submit_disabled")
DEFAULTS: Json = {
    "callback_id": "",
    "private_metadata": "",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
    "submit_disabled": False,
}


class ViewRefused(Exception):
    """The change cannot be made; `code` is Slack's word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(kw_only=True)
class View:
    """A view on somebody's screen. `values` is what they have put in: block id, then action id, in Slack's state objects."""

    id: str
    type: str
    user_id: str
    app: InstalledApp
    team_id: str
    body: Json
    hash: str = ""
    root_id: str = ""
    previous_id: str | None = None
    values: Values = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        layout: list[Json] = self.body["blocks"]
        return layout

    def json(self) -> Json:
        return {
            "id": self.id,
            "team_id": self.team_id,
            "type": self.type,
            "blocks": self.blocks,
            **{name: self.body.get(name, DEFAULTS[name]) for name in CARRIED if name != "submit_disabled"},
            **({"submit_disabled": bool(self.body.get("submit_disabled"))} if self.type == "modal" else {}),
            "state": {"values": self.values},
            "hash": self.hash,
            "title": self.body.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "close": self.body.get("close"),
            "submit": self.body.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id or self.id,
            "app_id": self.app.id,
            "app_installed_team_id": self.team_id,
            "bot_id": self.app.bot_id,
        }


class ViewWatcher(Protocol):
    """Who is told of what is on a person's screen."""

    def view_changed(self, event: str, view: View, stack: list[str]) -> None: ...


class Views:
    def __init__(self, app: InstalledApp, team_id: str, *, ids: Ids, clock: Clock) -> None:
        self._app = app
        self._team_id = team_id
        self._ids = ids
        self._clock = clock
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}
        self._watchers: list[ViewWatcher] = []

    def watch(self, watcher: ViewWatcher) -> None:
        self._watchers.append(watcher)

    def stack(self, user_id: str) -> list[View]:
        return self._stacks.setdefault(user_id, [])

    def home(self, user_id: str) -> View | None:
        return self._homes.get(user_id)

    def all(self) -> list[View]:
        return [*self._homes.values(), *(view for stack in self._stacks.values() for view in stack)]

    def find(self, view_id: str, external_id: str = "") -> View | None:
        for view in self.all():
            if (view_id and view.id == view_id) or (
                not view_id and external_id and view.body.get("external_id") == external_id
            ):
                return view
        return None

    def open(self, user_id: str, body: Json) -> View:
        """Show a modal as the root of a new stack; modals that were open go."""
        self._check_external_id(body)
        for view in reversed(self.stack(user_id)[:]):
            self._remove(view)
        return self._add(user_id, body)

    def push(self, user_id: str, body: Json) -> View:
        """Put a modal over the ones that are open."""
        stack = self.stack(user_id)
        if not stack:
            raise ViewRefused("not_found")
        if len(stack) >= STACK_LIMIT:
            raise ViewRefused("push_limit_reached")
        self._check_external_id(body)
        return self._add(user_id, body)

    def update(self, view: View, body: Json, *, expected_hash: str = "") -> View:
        """Replace what a view shows; what people have put in stays where block and action ids stay."""
        if expected_hash and expected_hash != view.hash:
            raise ViewRefused("hash_conflict")
        self._check_external_id(body, but=view)
        view.body = self._filled(body)
        view.hash = self._new_hash()
        view.values = kept_values(view.values, view.blocks)
        self._tell("home" if view.type == "home" else "modal_updated", view)
        return view

    def publish(self, user_id: str, body: Json, *, expected_hash: str = "") -> View:
        """Set a person's Home tab."""
        home = self._homes.get(user_id)
        if home is not None:
            return self.update(home, body, expected_hash=expected_hash)
        view = self._new(user_id, body, "home")
        self._homes[user_id] = view
        self._tell("home", view)
        return view

    def close(self, view: View, *, whole_stack: bool = False) -> None:
        """Take a modal off the screen; with `whole_stack` all of this person's."""
        doomed = self.stack(view.user_id)[:] if whole_stack else [view]
        for entry in reversed(doomed):
            self._remove(entry)

    def _add(self, user_id: str, body: Json) -> View:
        stack = self.stack(user_id)
        view = self._new(user_id, body, "modal")
        if stack:
            view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)
        self._tell("modal_opened", view)
        return view

    def _new(self, user_id: str, body: Json, kind: str) -> View:
        view_id = self._ids.next("V")
        return View(
            id=view_id,
            type=kind,
            user_id=user_id,
            app=self._app,
            team_id=self._team_id,
            body=self._filled(body),
            hash=self._new_hash(),
            root_id=view_id,
        )

    def _filled(self, body: Json) -> Json:
        return body | {"blocks": blocks.with_ids(body["blocks"], self._ids)}

    def _new_hash(self) -> str:
        return f"{int(self._clock())}.{secret_name(8)}"

    def _remove(self, view: View) -> None:
        stack = self.stack(view.user_id)
        if view in stack:
            stack.remove(view)
            self._tell("modal_closed", view)

    def _tell(self, event: str, view: View) -> None:
        stack = [entry.id for entry in self.stack(view.user_id)]
        for watcher in self._watchers:
            watcher.view_changed(event, view, stack)

    def _check_external_id(self, body: Json, *, but: View | None = None) -> None:
        external_id = body.get("external_id")
        if external_id and (found := self.find("", external_id)) is not None and found is not but:
            raise ViewRefused("duplicate_external_id")


def kept_values(values: Values, layout: list[Json]) -> Values:
    """The values whose input is still there."""
    present = {(block.get("block_id"), element.get("action_id")) for block, element in blocks.elements(layout)}
    kept = {
        block_id: {action_id: value for action_id, value in entries.items() if (block_id, action_id) in present}
        for block_id, entries in values.items()
    }
    return {block_id: entries for block_id, entries in kept.items() if entries}
