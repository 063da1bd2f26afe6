"""What pages load besides JSON: files, pictures of people, and the way from a permalink to the page."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.core import Sandbox
from sandbox.screens import initials

Endpoint = Callable[[Request], Awaitable[Response]]


def file_routes(sandbox: Sandbox) -> list[BaseRoute]:
    return [
        Route("/ui/upload", _upload_endpoint(sandbox), methods=["POST"]),
        Route("/ui/files/{file_id}/{name:path}", _file_endpoint(sandbox)),
        Route("/ui/avatar/{user_id}.svg", _avatar_endpoint(sandbox)),
        Route("/archives/{channel}/{anchor}", _archive),
    ]


def _refused(code: str, words: str, status: int) -> Response:
    return JSONResponse({"ok": False, "error": code, "message": words}, status_code=status)


def _upload_endpoint(sandbox: Sandbox) -> Endpoint:
    """A person's own file, for a file input: the body is the bytes."""

    async def upload(request: Request) -> Response:
        user = sandbox.state.find_user(request.query_params.get("user", ""))
        name = request.query_params.get("name", "")
        if user is None or not name:
            return _refused("invalid_arguments", "A user and a name are needed.", 400)
        content = await request.body()
        place, stored = sandbox.files.begin(name=name, length=len(content), user_id=user.id, alt_text="")
        sandbox.files.receive(place, content)
        sandbox.files.complete(stored.id, name)
        return JSONResponse({"ok": True, "file": sandbox.files.json(stored, sandbox.base_url)})

    return upload


def _file_endpoint(sandbox: Sandbox) -> Endpoint:
    async def file(request: Request) -> Response:
        stored = sandbox.files.find(request.path_params["file_id"])
        if stored is None or stored.content is None:
            return _refused("file_not_found", "There is no such file.", 404)
        headers = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
        return Response(stored.content, media_type=stored.mimetype, headers=headers)

    return file


def _avatar_endpoint(sandbox: Sandbox) -> Endpoint:
    async def avatar(request: Request) -> Response:
        user = sandbox.state.find_user(request.path_params["user_id"])
        if user is None:
            return Response(status_code=404)
        picture = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72">'
            f'<rect width="72" height="72" rx="14" fill="{user.color}"/><text x="36" y="46" fill="#fff" '
            f'font-family="sans-serif" font-size="28" text-anchor="middle">{initials(user.real_name)}</text></svg>'
        )
        return Response(picture, media_type="image/svg+xml")

    return avatar


async def _archive(request: Request) -> Response:
    """A permalink leads to the page, which finds channel and message in the fragment."""
    channel, anchor = request.path_params["channel"], request.path_params["anchor"]
    thread = f"/{thread_ts}" if (thread_ts := request.query_params.get("thread_ts")) else ""
    return RedirectResponse(f"/#{channel}/{anchor}{thread}")
