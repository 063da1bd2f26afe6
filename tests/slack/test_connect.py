"""The socket ends when it is told to, whatever the SDK is doing just then."""

import threading
import time

from slack_bolt import App
from slack_sdk.socket_mode.builtin.connection import ConnectionState

from bot.slack.connect import Socket

PATIENCE = 30.0


class BeginningSession:
    """A connection whose session begins at the moment at which the client is closed."""

    session_id = "s"

    def __init__(self) -> None:
        self.asked, self.closed = threading.Event(), threading.Event()

    def is_active(self) -> bool:
        self.asked.set()
        return self.closed.wait(PATIENCE)

    def close(self) -> None:
        self.closed.set()

    disconnect = close

    def run_until_completion(self, state: ConnectionState) -> None:
        while not state.terminated:
            time.sleep(0.01)


def test_a_session_that_begins_while_the_socket_is_closed_ends_too() -> None:
    socket = Socket(App(token="xoxb-1", token_verification_enabled=False), "xapp-1")
    client, session = socket._handler.client, BeginningSession()
    client.current_session = session
    assert session.asked.wait(PATIENCE)
    stopping = threading.Thread(target=socket.stop, daemon=True)
    stopping.start()
    stopping.join(PATIENCE)
    assert not stopping.is_alive()
    assert not client.current_session_runner.is_alive()
