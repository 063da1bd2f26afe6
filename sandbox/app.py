"""The ASGI application: Web API, sockets, response URLs, uploads, UI API, drills, and the page."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from sandbox.bodies import BadBody, json_object
from sandbox.control import control_routes
from sandbox.core import Sandbox
from sandbox.files import FileRefused
from sandbox.responses import BadResponse, respond
from sandbox.same_origin import SameOrigin
from sandbox.triggers import TriggerRefused
from sandbox.ui import ui_routes
from sandbox.web_api.dispatch import web_api

PAGE = Path(__file__).parent / "page"


class FreshFiles(StaticFiles):
    """Browsers ask each time whether a file changed: after an upgrade nobody works with yesterday's modules."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


def build_app(sandbox: Sandbox, *, extra_routes: Sequence[BaseRoute] = ()) -> Starlette:
    """Everything under one address; `extra_routes` are what a demonstration adds."""
    return Starlette(
        middleware=[Middleware(SameOrigin)],
        routes=[
            Route("/api/{method}", web_api(sandbox), methods=["GET", "POST"]),
            WebSocketRoute("/link/", sandbox.sockets.serve),
            Route("/hooks/respond/{name}", _respond(sandbox), methods=["POST"]),
            Route("/upload/v1/{name}", _upload(sandbox), methods=["POST", "PUT"]),
            *ui_routes(sandbox),
            *control_routes(sandbox),
            *extra_routes,
            Route("/", _index),
            Mount("/page", FreshFiles(directory=PAGE, check_dir=False)),
        ],
    )


async def _index(_: Request) -> Response:
    index = PAGE / "index.html"
    if not index.exists():
        return PlainTextResponse("The sandbox runs; its page is not installed.", status_code=404)
    return FileResponse(index)


def _respond(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            body = await json_object(request)
            respond(sandbox, sandbox.responses.use(request.path_params["name"]), body)
        except TriggerRefused as refused:
            return JSONResponse({"ok": False, "error": refused.code}, status_code=404)
        except BadResponse as fault:
            return JSONResponse({"ok": False, "error": str(fault)}, status_code=400)
        except BadBody:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, status_code=400)
        return PlainTextResponse("ok")

    return answer


def _upload(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    async def upload(request: Request) -> Response:
        content = await _uploaded(request)
        try:
            stored = sandbox.files.receive(request.path_params["name"], content)
        except FileRefused as refused:
            return PlainTextResponse(refused.code, status_code=404 if refused.code == "file_not_found" else 400)
        return PlainTextResponse(f"OK - {stored.length}")

    return upload


async def _uploaded(request: Request) -> bytes:
    """The bytes of an upload, sent as such or as a form with a file in it."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    form = await request.form()
    for value in form.values():
        if isinstance(value, UploadFile):
            return await value.read()
    return b""
