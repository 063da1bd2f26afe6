"""What people do with the app: click, choose, submit, close, call a command. Payload out, ack in, consequences."""

from typing import Any

from sandbox import blocks, values
from sandbox.composer import linked
from sandbox.core import Sandbox
from sandbox.delivery import NotDelivered, PayloadType
from sandbox.payloads import Payloads
from sandbox.people import Channel, Message, User
from sandbox.responses import BadResponse, respond
from sandbox.triggers import ResponseAddress
from sandbox.values import BadValue, Values
from sandbox.views import View, ViewRefused

Json = dict[str, Any]


class Refused(Exception):
    """The person's request cannot be done; code and words for them."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.words = words or code


class Interactions:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._payloads = Payloads(sandbox)

    # Finding what is touched

    def holder(self, user: User, container: Json) -> Message | View:
        """The message or view that a person touches. Raises Refused when they cannot see it."""
        if container.get("type") == "view":
            view = self._sandbox.views.find(str(container.get("view_id", "")))
            if view is None or view.user_id != user.id:
                raise Refused("view_not_found")
            return view
        channel = self._sandbox.state.find_channel(str(container.get("channel", "")))
        if channel is None or not self._sandbox.state.may_see(user.id, channel):
            raise Refused("channel_not_found")
        ts = str(container.get("ts", ""))
        message = self._sandbox.state.find_message(channel.id, ts)
        whisper = self._sandbox.state.ephemerals.get((channel.id, ts))
        if message is None and whisper is not None and whisper.ephemeral_for == user.id:
            message = whisper
        if message is None:
            raise Refused("message_not_found")
        return message

    @staticmethod
    def _layout(holder: Message | View) -> list[Json]:
        if isinstance(holder, View):
            return holder.blocks
        return [*holder.blocks, *(block for entry in holder.attachments for block in entry.get("blocks", []))]

    def _element(self, holder: Message | View, block_id: str | None, action_id: str) -> tuple[Json, Json]:
        for block, element in blocks.elements(self._layout(holder)):
            if element.get("action_id") == action_id and block_id in (None, "", block.get("block_id")):
                return block, element
        raise Refused("element_not_found", f"There is no element {action_id!r} here.")

    def _offered(self, user: User, holder: Message | View) -> Json:
        return self._sandbox.offered.setdefault((user.id, holder.id if isinstance(holder, View) else holder.ts), {})

    # Elements

    async def act(self, user: User, container: Json, request: Json) -> None:
        """A click or a choice; returns when the app has acked."""
        holder = self.holder(user, container)
        block, element = self._element(holder, request.get("block_id"), str(request.get("action_id", "")))
        value = request.get("value")
        given: Values = request.get("state") or {}
        offered = self._offered(user, holder)
        try:
            if element["type"] in values.VALUE_KINDS:
                given = given | {block["block_id"]: given.get(block["block_id"], {}) | {element["action_id"]: value}}
            ready = values.with_offered(element, offered)
            action = values.action_object(block, ready, value, ts=self._sandbox.state.timestamps.next())
            kept = holder.values if isinstance(holder, View) else {}
            state = self._with_files(values.merged_state(self._layout(holder), kept, given, offered=offered))
        except BadValue as fault:
            raise Refused("invalid_value", str(fault)) from fault
        if isinstance(holder, View):
            holder.values = state
            payload = self._payloads.view_action(user.id, holder, actions=[action])
        else:
            payload = self._payloads.message_action(user.id, holder, actions=[action], state=state)
        failed = {"container": container, "block_id": block["block_id"], "action_id": element["action_id"]}
        await self._send(user, PayloadType.INTERACTIVE, payload, event="action_failed", failed=failed)

    async def options(self, user: User, container: Json, request: Json) -> Json:
        """The options of an external select for what has been typed."""
        holder = self.holder(user, container)
        block, element = self._element(holder, request.get("block_id"), str(request.get("action_id", "")))
        payload = self._payloads.suggestion(
            user.id, holder, block=block, element=element, query=str(request.get("query", ""))
        )
        failed = {"container": container, "block_id": block["block_id"], "action_id": element["action_id"]}
        answer = await self._send(user, PayloadType.INTERACTIVE, payload, event="action_failed", failed=failed) or {}
        groups = answer.get("option_groups") or []
        found = [*(answer.get("options") or []), *(option for group in groups for option in group.get("options", []))]
        known = self._offered(user, holder).setdefault(element["action_id"], [])
        known[:] = [*found, *(option for option in known if option not in found)]
        return {"option_groups": groups} if groups else {"options": found}

    # Modals

    async def submit(self, user: User, view_id: str, given: Values) -> dict[str, str]:
        """Submit a modal; the errors that stand beside its inputs, none when it went through."""
        view = self.holder(user, {"type": "view", "view_id": view_id})
        if not isinstance(view, View) or view.type != "modal":
            raise Refused("view_not_found")
        try:
            merged = values.merged_state(view.blocks, view.values, given, offered=self._offered(user, view))
        except BadValue as fault:
            raise Refused("invalid_value", str(fault)) from fault
        view.values = self._with_files(merged)
        if errors := values.form_errors(view.blocks, view.values):
            return errors
        failed = {"view_id": view.id}
        payload = self._payloads.submission(view)
        answer = await self._send(user, PayloadType.INTERACTIVE, payload, event="submit_failed", failed=failed)
        return self._follow(view, answer or {})

    def _with_files(self, state: Values) -> Values:
        """The state with whole file objects where people chose files."""
        sandbox = self._sandbox
        for value in (value for entries in state.values() for value in entries.values() if "files" in value):
            found = [sandbox.files.find(entry["id"]) for entry in value["files"]]
            if None in found:
                raise Refused("file_not_found")
            value["files"] = [sandbox.files.json(stored, sandbox.base_url) for stored in found if stored is not None]
        return state

    def _follow(self, view: View, answer: Json) -> dict[str, str]:
        """Do what the app's `response_action` says."""
        views = self._sandbox.views
        action = answer.get("response_action")
        try:
            match action:
                case None:
                    views.close(view)
                case "clear":
                    views.close(view, whole_stack=True)
                case "errors":
                    return self._shown_errors(view, answer.get("errors"))
                case "update":
                    views.update(view, self._answered_view(answer))
                case "push":
                    views.push(view.user_id, self._answered_view(answer))
                case _:
                    raise Refused("invalid_response_action", f"The app answered {action!r}.")
        except ViewRefused as refused:
            raise Refused(refused.code, "The app's answer could not be shown.") from refused
        return {}

    @staticmethod
    def _shown_errors(view: View, errors: Any) -> dict[str, str]:
        inputs = {block["block_id"] for block in view.blocks if block.get("type") == "input"}
        if not isinstance(errors, dict) or not errors or set(errors) - inputs:
            raise Refused("invalid_response_errors", "The app named errors for inputs that are not there.")
        return {block_id: str(words) for block_id, words in errors.items()}

    @staticmethod
    def _answered_view(answer: Json) -> Json:
        body = answer.get("view")
        if faults := blocks.check_view(body, blocks.Surface.MODAL):
            raise Refused("invalid_view", "; ".join(faults))
        assert isinstance(body, dict)
        return body

    def close(self, user: User, view_id: str, *, whole_stack: bool) -> None:
        """Close a modal; the app hears of it where the view asks for that."""
        view = self.holder(user, {"type": "view", "view_id": view_id})
        if not isinstance(view, View) or view.type != "modal":
            raise Refused("view_not_found")
        whole = whole_stack or bool(view.body.get("clear_on_close"))
        leaving = self._sandbox.views.stack(user.id)[:] if whole else [view]
        self._sandbox.views.close(view, whole_stack=whole)
        for entry in reversed(leaving):
            if entry.body.get("notify_on_close"):
                payload = self._payloads.closing(entry, is_cleared=whole and entry is not view)
                self._sandbox.delivery.in_background(self._send_quietly(payload))

    async def _send_quietly(self, payload: Json) -> None:
        try:
            await self._sandbox.delivery.send(PayloadType.INTERACTIVE, payload, name=payload["type"])
        except NotDelivered:
            return

    # Commands, shortcuts, Home

    async def command(self, user: User, channel: Channel, line: str) -> None:
        """Run a slash command; returns when the app has acked."""
        name, _, text = line.strip().partition(" ")
        known = next((entry for entry in self._sandbox.app.manifest.commands if entry.command == name), None)
        if known is None:
            raise Refused("unknown_command", f"{name} is not a valid command.")
        text = linked(text.strip(), self._sandbox.state, with_names=True) if known.should_escape else text.strip()
        payload = self._payloads.command(user.id, channel, command=name, text=text)
        failed = {"channel": channel.id, "command": name}
        answer = await self._send(user, PayloadType.COMMAND, payload, event="command_failed", failed=failed)
        if answer:
            address = ResponseAddress(user_id=user.id, channel_id=channel.id, message=None, thread_ts=None, issued=0.0)
            try:
                respond(self._sandbox, address, answer)
            except BadResponse as fault:
                raise Refused(str(fault), f'{name} failed with the error "{fault}"') from fault

    async def shortcut(self, user: User, callback_id: str, message: Message | None) -> None:
        wanted = "message" if message else "global"
        known = self._sandbox.app.manifest.shortcuts
        if not any(entry.callback_id == callback_id and entry.type == wanted for entry in known):
            raise Refused("unknown_shortcut")
        if message is None:
            payload = self._payloads.shortcut(user.id, callback_id)
        else:
            payload = self._payloads.message_shortcut(user.id, message, callback_id=callback_id)
        failed = {"container": None, "block_id": None, "action_id": callback_id}
        await self._send(user, PayloadType.INTERACTIVE, payload, event="action_failed", failed=failed)

    def open_home(self, user: User, tab: str) -> View | None:
        """Open the app's Home: the view that is there now; the app hears of it."""
        home = self._sandbox.views.home(user.id)
        channel = self._sandbox.state.direct_message(self._sandbox.app.bot_user_id, user.id)
        self._sandbox.events.home_opened(
            user_id=user.id, channel_id=channel.id, tab=tab, view=home.json() if home and tab == "home" else None
        )
        return home

    # Sending

    async def _send(self, user: User, kind: PayloadType, payload: Json, *, event: str, failed: Json) -> Json | None:
        """Deliver and wait. A failure goes to the person's pages too, then is raised as Refused."""
        name = payload.get("type") or payload["command"]
        try:
            return await self._sandbox.delivery.send(kind, payload, name=name)
        except NotDelivered as failure:
            if kind is PayloadType.COMMAND:
                words = f'{name} failed with the error "{failure.error}"'
            else:
                words = f"{self._sandbox.app.manifest.name} did not respond. Try again in a moment."
            note = failed | {"error": failure.error, "message": words}
            self._sandbox.streams.publish([user.id], event, note)
            raise Refused(failure.error, words) from failure
