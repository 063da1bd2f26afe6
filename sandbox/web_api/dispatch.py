"""The way of a Web API call: faults, token, scopes, limits, the method, the answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.core import Sandbox
from sandbox.faults import Effect, Fault
from sandbox.render import Json
from sandbox.web_api import chat, conversations, files, reactions, views, workspace
from sandbox.web_api.call import METHODS, ApiError, Call, Method, TokenType

FAMILIES = (chat, conversations, files, reactions, views, workspace)
"""Importing these registers their methods."""


def web_api(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of `/api/{method}`."""

    async def endpoint(request: Request) -> Response:
        name = request.path_params["method"]
        try:
            args = await _arguments(request)
        except json.JSONDecodeError:
            return JSONResponse({"ok": False, "error": "invalid_json"})
        channel = _channel_id(sandbox, args)
        fault = sandbox.faults.strike(name, channel)
        if fault is not None and (refusal := await _before(request, fault)) is not None:
            sandbox.stats.called(name, fault.effect.value)
            return refusal
        response = _answered(sandbox, request, name=name, args=args)
        if fault is not None and fault.effect is Effect.COMMIT_THEN_DROP:
            return await _hung_up(request)
        return response

    return endpoint


async def _arguments(request: Request) -> Json:
    """Query, form and JSON arguments as one."""
    args: Json = dict(request.query_params)
    if request.method == "POST":
        if request.headers.get("content-type", "").startswith("application/json"):
            body = json.loads(await request.body() or b"{}")
            return args | (body if isinstance(body, dict) else {})
        form = await request.form()
        args |= {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    return args


def _channel_id(sandbox: Sandbox, args: Json) -> str | None:
    wanted = str(args.get("channel") or args.get("channel_id") or "")
    channel = sandbox.state.find_channel(wanted) if wanted else None
    return channel.id if channel else wanted or None


async def _before(request: Request, fault: Fault) -> Response | None:
    """What a fault does before anything is committed; None when the call goes on."""
    match fault.effect:
        case Effect.LATENCY:
            await asyncio.sleep(fault.seconds)
        case Effect.DROP_BEFORE:
            return await _hung_up(request)
        case Effect.STATUS:
            return Response("upstream error", status_code=fault.status)
        case Effect.RATELIMIT:
            return _limited(fault.retry_after)
        case Effect.ERROR:
            return JSONResponse({"ok": False, "error": fault.error})
        case Effect.COMMIT_THEN_DROP:
            pass
    return None


async def _hung_up(request: Request) -> Response:
    """Break the connection, so that no byte of an answer arrives."""
    request.scope["extensions"]["sandbox.hang_up"]()
    while (await request.receive())["type"] != "http.disconnect":
        continue
    return Response()


def _limited(seconds: int) -> Response:
    return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers={"retry-after": str(seconds)})


def _answered(sandbox: Sandbox, request: Request, *, name: str, args: Json) -> Response:
    method = METHODS.get(name)
    if method is None:
        sandbox.stats.called(name, "unknown_method")
        return JSONResponse({"ok": False, "error": "unknown_method", "req_method": name})
    call = Call(
        method=name,
        sandbox=sandbox,
        args={key: value for key, value in args.items() if key != "token"},
        base_url=str(request.base_url).rstrip("/"),
    )
    try:
        _authorize(sandbox, request, method=method, args=args)
        wait = sandbox.limits.retry_after(name, _channel_id(sandbox, args) or "")
        if wait:
            sandbox.stats.called(name, "ratelimited")
            return _limited(wait)
        body: Json = {"ok": True} | method.run(call)
    except ApiError as refusal:
        body = {"ok": False, "error": refusal.code} | refusal.fields
    sandbox.stats.called(name, "ok" if body["ok"] else body["error"])
    if body["ok"] and name == "chat.postMessage":
        sandbox.stats.posted(body["channel"], body["ts"])
    return JSONResponse(body, headers=_headers(sandbox, method))


def _authorize(sandbox: Sandbox, request: Request, *, method: Method, args: Json) -> None:
    if method.token is TokenType.NONE:
        return
    header = request.headers.get("authorization", "")
    token = header.removeprefix("Bearer ").strip() or str(args.get("token") or "")
    if not token:
        raise ApiError("not_authed")
    kinds = {sandbox.app.bot_token: TokenType.BOT, sandbox.app.app_token: TokenType.APP}
    if token not in kinds:
        raise ApiError("invalid_auth")
    if kinds[token] is not method.token:
        raise ApiError("not_allowed_token_type")
    if method.token is TokenType.BOT:
        for scope in method.scopes:
            if scope not in sandbox.app.manifest.scopes:
                provided = ",".join(sandbox.app.manifest.scopes)
                raise ApiError("missing_scope", needed=scope, provided=provided)


def _headers(sandbox: Sandbox, method: Method) -> dict[str, str]:
    if method.token is not TokenType.BOT:
        return {}
    return {
        "x-oauth-scopes": ",".join(sandbox.app.manifest.scopes),
        "x-accepted-oauth-scopes": ",".join(method.scopes),
    }
