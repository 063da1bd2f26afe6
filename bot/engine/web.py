"""The bot's own small web server: /healthz, /readyz and, in HTTP mode, Slack's requests."""

import threading
from collections.abc import Callable, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.engine.pulse import Pulse
from bot.errors import GiveUp

START_SECONDS = 10.0


def health_routes(pulse: Pulse, database_fault: Callable[[], str]) -> list[BaseRoute]:
    """/healthz: the process lives. /readyz: 503 with the names of what does not work."""

    def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    def readyz(_: Request) -> Response:
        beats = pulse.beats()
        late = {beat.name: beat.last_fault or "has not run lately" for beat in beats if not beat.well}
        fault = database_fault()
        problems = late | ({"database": fault} if fault else {})
        return JSONResponse({"ready": not problems, "problems": problems}, status_code=503 if problems else 200)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


class WebServer:
    """uvicorn in a thread."""

    def __init__(self, routes: Sequence[BaseRoute], *, host: str, port: int) -> None:
        settings = uvicorn.Config(Starlette(routes=list(routes)), host=host, port=port, log_level="warning", ws="none")
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)
        self._where = f"{host}:{port}"

    def start(self) -> int:
        """Serve; gives the port. GiveUp where the address cannot be had."""
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(START_SECONDS * 50)):
            if self._server.started:
                return int(self._server.servers[0].sockets[0].getsockname()[1])
            if not self._thread.is_alive():
                break
            waited.wait(0.02)
        raise GiveUp(f"cannot serve on {self._where}: is another program there?")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(5)
