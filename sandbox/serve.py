"""Running the sandbox: uvicorn on a loopback port, in a thread for tests or in the foreground for people."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from starlette.routing import BaseRoute
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.app import build_app
from sandbox.core import Options, Sandbox
from sandbox.ids import Clock
from sandbox.manifest import load_manifest
from sandbox.person import Person
from sandbox.workspace import load_workspace

START_SECONDS = 60.0
T = TypeVar("T")


class HangUpProtocol(H11Protocol):
    """uvicorn's HTTP protocol, with a way to break the connection from inside a request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner = self.app

        async def with_hang_up(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})["sandbox.hang_up"] = transport.abort
            await inner(scope, receive, send)

        self.app = with_hang_up


def build_sandbox(
    *, manifest: Path, workspace: Path, clock: Clock = time.time, options: Options | None = None
) -> Sandbox:
    """A sandbox of a manifest and a workspace file; not yet served."""
    seed = load_workspace(workspace, created=int(clock()) - 86_400)
    return Sandbox(manifest=load_manifest(manifest), seed=seed, clock=clock, options=options or Options())


def listening_socket(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


class Server:
    """One sandbox behind one listening socket."""

    def __init__(self, sandbox: Sandbox, listener: socket.socket, extra_routes: Sequence[BaseRoute] = ()) -> None:
        self.sandbox = sandbox
        self._listener = listener
        host, port = listener.getsockname()[:2]
        sandbox.base_url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        config = uvicorn.Config(
            build_app(sandbox, extra_routes=extra_routes),
            http=HangUpProtocol,
            ws="websockets-sansio",
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
        self._uvicorn = uvicorn.Server(config)
        self.loop: asyncio.AbstractEventLoop | None = None

    @property
    def started(self) -> bool:
        return self._uvicorn.started

    async def run(self, *, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until asked to stop; `ready` is called once, when requests are answered."""
        self.loop = asyncio.get_running_loop()
        serving = asyncio.create_task(self._uvicorn.serve(sockets=[self._listener]))
        while not self._uvicorn.started and not serving.done():
            await asyncio.sleep(0.01)
        if not serving.done():
            ready()
        stopping = asyncio.create_task(self._end_streams())
        await serving
        stopping.cancel()
        await self.sandbox.stop()

    async def _end_streams(self) -> None:
        """uvicorn waits for open responses; event streams would keep it waiting."""
        while not self._uvicorn.should_exit:
            await asyncio.sleep(0.05)
        self.sandbox.streams.close()

    def ask_to_stop(self) -> None:
        self._uvicorn.should_exit = True


class RunningSandbox:
    """A sandbox that serves in a thread; what tests hold."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.sandbox = server.sandbox
        self.url = server.sandbox.base_url
        self.api_url = f"{self.url}/api/"
        self.bot_token = server.sandbox.app.bot_token
        self.app_token = server.sandbox.app.app_token
        self.signing_secret = server.sandbox.app.signing_secret
        self.team_id = server.sandbox.state.team.id
        self._people: dict[str, Person] = {}

    def person(self, handle: str) -> Person:
        """Somebody of the workspace, to act through the UI API; one browser each."""
        if handle not in self._people:
            self._people[handle] = Person(self.url, handle)
        return self._people[handle]

    def close_browsers(self) -> None:
        for person in self._people.values():
            person.close_browser()

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """What a channel shows to its members, oldest first, with replies left out."""

        def read(sandbox: Sandbox) -> list[dict[str, Any]]:
            found = sandbox.state.find_channel(channel)
            if found is None:
                raise LookupError(channel)
            return [sandbox.screens.message_json(message) for message in sandbox.state.timeline(found.id)]

        return self.within(read)

    def within(self, look: Callable[[Sandbox], T]) -> T:
        """Call something on the server's own thread, where alone the state may be touched."""
        assert self._server.loop is not None

        async def call() -> T:
            return look(self.sandbox)

        return asyncio.run_coroutine_threadsafe(call(), self._server.loop).result(timeout=START_SECONDS)


@contextlib.contextmanager
def running_sandbox(
    *,
    manifest: Path,
    workspace: Path,
    clock: Clock = time.time,
    options: Options | None = None,
    extra_routes: Sequence[BaseRoute] = (),
    port: int = 0,
) -> Iterator[RunningSandbox]:
    """Serve a sandbox on loopback for as long as the block lasts; port 0 takes a free one."""
    sandbox = build_sandbox(manifest=manifest, workspace=workspace, clock=clock, options=options)
    with contextlib.closing(listening_socket("127.0.0.1", port)) as listener:
        server = Server(sandbox, listener, extra_routes)
        ready = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(server.run(ready=ready.set)), name="sandbox", daemon=True)
        thread.start()
        if not ready.wait(START_SECONDS):
            raise RuntimeError("the sandbox did not start")
        running = RunningSandbox(server)
        try:
            yield running
        finally:
            running.close_browsers()
            server.ask_to_stop()
            thread.join(START_SECONDS)
