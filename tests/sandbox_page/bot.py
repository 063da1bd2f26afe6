"""The app behind the page in its tests: a real Bolt app, small, that remembers what it was told."""

import time
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.person import PATIENCE
from sandbox.serve import RunningSandbox
from tests.sandbox_page import kitchen, views

Body = dict[str, Any]
NOTED = ("escalate", "more", "static", "user", "channel", "day", "external", "boxes", "radios", "feedback", "it")


class Bot:
    def __init__(self, sandbox: RunningSandbox) -> None:
        self.told: list[Body] = []
        self.app = App(client=WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[]))
        self._listen_to_cards()
        self._listen_to_dialogs()
        self._listen_to_home()
        self._listen_to_commands()
        self._handler = SocketModeHandler(
            self.app, sandbox.app_token, web_client=WebClient(token=sandbox.app_token, base_url=sandbox.api_url)
        )
        self._connect(sandbox)

    def close(self) -> None:
        self._handler.close()

    def actions(self, action_id: str) -> list[Body]:
        """What was told of one element, oldest first."""
        return [each for body in self.told for each in body.get("actions", []) if each["action_id"] == action_id]

    def _connect(self, sandbox: RunningSandbox) -> None:
        self._handler.connect()
        deadline = time.monotonic() + PATIENCE
        while not sandbox.within(lambda running: running.sockets.count):
            assert time.monotonic() < deadline, "the bot did not connect"
            time.sleep(0.01)
        self._handler.client.current_session.sock.settimeout(0.1)  # else closing waits for the read in progress

    def _note(self, ack: Ack, body: Body) -> None:
        ack()
        self.told.append(body)

    def _listen_to_cards(self) -> None:
        for action_id in NOTED:
            self.app.action(action_id)(self._note)

        @self.app.action("claim")
        def claim(ack: Ack, body: Body, client: WebClient) -> None:
            self._note(ack, body)
            place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
            client.chat_update(**place, text="Claimed", blocks=kitchen.CLAIMED)

        @self.app.action("silent")
        def never_acked(body: Body) -> None:
            self.told.append(body)

        @self.app.options("external")
        def suggest(ack: Ack, payload: Body) -> None:
            ack(options=kitchen.options(f"{payload['value']}-one", f"{payload['value']}-two"))

        @self.app.shortcut("new_mention")
        def new_mention(ack: Ack, body: Body, client: WebClient) -> None:
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=views.ANSWER)

        @self.app.shortcut("file_it")
        def file_it(ack: Ack, body: Body) -> None:
            ack()
            self.told.append({"filed": body["message"]["ts"]})

    def _listen_to_dialogs(self) -> None:
        @self.app.action("answer")
        def answer(ack: Ack, body: Body, client: WebClient) -> None:
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=views.ANSWER)

        @self.app.action("preview")
        def preview(ack: Ack, body: Body, client: WebClient) -> None:
            self._note(ack, body)
            shown = {"type": "section", "block_id": "shown", "text": kitchen.mrkdwn("_Preview drawn_")}
            view = {**views.ANSWER, "blocks": [*views.ANSWER["blocks"], shown]}
            client.views_update(view_id=body["view"]["id"], view=view)

        @self.app.action("help")
        def help_out(ack: Ack, body: Body, client: WebClient) -> None:
            ack()
            client.views_push(trigger_id=body["trigger_id"], view=views.HELP)

        @self.app.view("unheard")
        def never_acked(body: Body) -> None:
            self.told.append(body)

        @self.app.view("answer")
        def submitted(ack: Ack, view: Body) -> None:
            self.told.append({"view": view})
            if "sorry" in view["state"]["values"]["text"]["it"]["value"]:
                ack()
            else:
                ack(response_action="errors", errors={"text": "Say sorry first."})

        @self.app.view_closed("answer")
        def closed(ack: Ack, view: Body) -> None:
            ack()
            self.told.append({"closed": view["id"]})

        @self.app.view("inputs")
        def saved(ack: Ack, view: Body) -> None:
            ack()
            self.told.append({"view": view})

    def _listen_to_home(self) -> None:
        @self.app.event("app_home_opened")
        def home(event: Body, client: WebClient) -> None:
            if event["tab"] == "home":
                client.views_publish(user_id=event["user"], view=views.HOME)

        @self.app.action("home_go")
        def go(ack: Ack, body: Body, client: WebClient) -> None:
            ack()
            done = {"type": "section", "block_id": "done", "text": kitchen.mrkdwn("Here they are.")}
            client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": [done]})

        @self.app.action("home_open")
        def open_inputs(ack: Ack, body: Body, client: WebClient) -> None:
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=views.EVERY_INPUT)

    def _listen_to_commands(self) -> None:
        @self.app.command("/mentions")
        def mentions(ack: Ack, respond: Respond, command: Body) -> None:
            ack()
            respond(f"You said *{command['text']}*")

        @self.app.command("/silent")
        def never_acked(command: Body) -> None:
            self.told.append(command)
