"""How Slack's events come in: over a socket that we open, or by signed HTTP requests."""

import logging
import threading

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.request import BoltRequest
from slack_sdk.errors import SlackApiError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.slack.calls import LOCKED_OUT

log = logging.getLogger(__name__)

LONGEST_WAIT = 30.0
CLOSING_LOOK = 0.1
"""Seconds."""


class Socket:
    """Socket Mode that waits for Slack: the pipeline runs on while Slack is away."""

    def __init__(self, app: App, app_token: str) -> None:
        self._handler = SocketModeHandler(app, app_token)
        self._stop = threading.Event()
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._connect, name="socket", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take nothing new: what was acked is being carried out already."""
        self._stop.set()
        closing = threading.Thread(target=self._handler.close, name="socket-closing", daemon=True)
        closing.start()
        socket_mode = self._handler.client
        while closing.is_alive():
            # The SDK says once that the session is over, and waits for its end; one that begins just then takes it back.
            socket_mode.current_session_state.terminated = True
            closing.join(CLOSING_LOOK)

    def wait_connected(self, seconds: float) -> bool:
        return self._connected.wait(seconds)

    @property
    def connected(self) -> bool:
        return bool(self._handler.client.is_connected())

    def _connect(self) -> None:
        wait = 1.0
        while not self._stop.is_set():
            try:
                self._handler.connect()  # type: ignore[no-untyped-call]
            except SlackApiError as error:
                code = str(error.response.get("error"))
                level = logging.ERROR if code in LOCKED_OUT else logging.WARNING
                log.log(level, "socket_refused", extra={"reason": code, "again_in": wait})
            except OSError as error:
                log.warning("socket_unreachable", extra={"reason": type(error).__name__, "again_in": wait})
            else:
                self._connected.set()
                log.info("socket_connected")
                return
            self._stop.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def http_route(app: App, path: str = "/slack/events") -> Route:
    """Slack's requests on a real ASGI server, each in a worker thread: Bolt's development server lost events."""

    async def receive(request: Request) -> Response:
        body = (await request.body()).decode()
        asked = BoltRequest(body=body, query=request.url.query, headers=dict(request.headers))
        answer = await run_in_threadpool(app.dispatch, asked)
        return Response(answer.body, status_code=answer.status, headers=dict(answer.first_headers()))

    return Route(path, receive, methods=["POST"])
