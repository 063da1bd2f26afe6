"""Drills and measurements: `/sandbox/…`."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.bodies import BadBody, json_object
from sandbox.core import Sandbox
from sandbox.delivery import NotDelivered
from sandbox.faults import BadFault

DISCONNECT_REASONS = ("refresh_requested", "warning", "link_disabled")


def control_routes(sandbox: Sandbox) -> list[BaseRoute]:
    return [
        Route("/sandbox/faults", _faults(sandbox), methods=["GET", "POST", "DELETE"]),
        Route("/sandbox/disconnect", _disconnect(sandbox), methods=["POST"]),
        Route("/sandbox/verify", _verify(sandbox), methods=["POST"]),
        Route("/sandbox/people", _people(sandbox), methods=["POST"]),
        Route("/sandbox/groups", _groups(sandbox), methods=["POST"]),
        Route("/sandbox/stats", _stats(sandbox)),
        Route("/sandbox/health", _health),
    ]


async def _health(_: Request) -> Response:
    return JSONResponse({"ok": True})


def _refused(words: str) -> Response:
    return JSONResponse({"ok": False, "error": "invalid_arguments", "message": words}, status_code=400)


def _faults(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            wanted = request.query_params.get("id", "")
            if wanted and not wanted.isdecimal():
                return _refused("id must be a number")
            sandbox.faults.remove(int(wanted) if wanted else None)
        elif request.method == "POST":
            try:
                body = await json_object(request)
                channel = sandbox.state.find_channel(str(body.get("channel") or ""))
                fault = sandbox.faults.add(body | ({"channel": channel.id} if channel else {}))
            except (BadBody, BadFault) as error:
                return _refused(str(error))
            return JSONResponse({"ok": True, "id": fault.id})
        return JSONResponse({"ok": True, "faults": sandbox.faults.list()})

    return faults


def _disconnect(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    async def disconnect(request: Request) -> Response:
        try:
            reason = (await json_object(request)).get("reason", "refresh_requested")
        except BadBody as error:
            return _refused(str(error))
        if reason not in DISCONNECT_REASONS:
            return _refused(f"reason must be one of {', '.join(DISCONNECT_REASONS)}")
        await sandbox.sockets.ask_to_leave(reason)
        return JSONResponse({"ok": True})

    return disconnect


def _verify(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    async def verify(_: Request) -> Response:
        if sandbox.http is None:
            return _refused("there is no request URL: the app is in Socket Mode")
        try:
            verified = await sandbox.http.verify(sandbox.app.verification_token)
        except NotDelivered as failure:
            return _refused(failure.reason)
        return JSONResponse({"ok": verified})

    return verify


def _people(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    async def people(request: Request) -> Response:
        try:
            body = await json_object(request)
        except BadBody as error:
            return _refused(str(error))
        user, deleted = sandbox.state.find_user(str(body.get("user") or "")), body.get("deactivated")
        if user is None or not isinstance(deleted, bool):
            return _refused("give user, an id or handle, and deactivated, true or false")
        sandbox.state.deactivate(user, deleted=deleted)
        return JSONResponse({"ok": True, "user": user.id})

    return people


def _groups(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    async def groups(request: Request) -> Response:
        try:
            body = await json_object(request)
        except BadBody as error:
            return _refused(str(error))
        wanted, handles = str(body.get("group") or "").lstrip("@"), body.get("members")
        group = next((each for each in sandbox.state.groups.values() if wanted in (each.id, each.handle)), None)
        members = [sandbox.state.find_user(str(each)) for each in handles] if isinstance(handles, list) else [None]
        if group is None or None in members:
            return _refused("give group, an id or handle, and members, a list of ids or handles")
        sandbox.state.regroup(group, [user.id for user in members if user is not None])
        return JSONResponse({"ok": True, "group": group.id})

    return groups


def _stats(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    async def stats(_: Request) -> Response:
        return JSONResponse({"ok": True} | sandbox.stats.report() | {"sockets": sandbox.sockets.count})

    return stats
