"""views.*: modals and the Home tab."""

import json
from collections.abc import Callable

from sandbox import blocks
from sandbox.render import Json
from sandbox.triggers import Trigger, TriggerRefused
from sandbox.views import View, ViewRefused
from sandbox.web_api.call import ApiError, Call, method

VIEW_SIZE_LIMIT = 250_000


@method("views.open")
def open_(call: Call) -> Json:
    body = _checked_view(call, "modal")
    trigger = _redeem(call)
    return _answer(lambda: call.sandbox.views.open(trigger.user_id, body))


@method("views.push")
def push(call: Call) -> Json:
    body = _checked_view(call, "modal")
    trigger = _redeem(call)
    return _answer(lambda: call.sandbox.views.push(trigger.user_id, body))


@method("views.update")
def update(call: Call) -> Json:
    view = call.sandbox.views.find(call.text("view_id"), call.text("external_id"))
    if view is None:
        raise ApiError("not_found")
    body = _checked_view(call, view.type)
    return _answer(lambda: call.sandbox.views.update(view, body, expected_hash=call.text("hash")))


@method("views.publish")
def publish(call: Call) -> Json:
    user = call.sandbox.state.users.get(call.text("user_id"))
    if user is None:
        raise ApiError("user_not_found" if call.text("user_id") else "invalid_arguments")
    if not call.sandbox.app.manifest.home_tab:
        raise ApiError("not_enabled")
    body = _checked_view(call, "home")
    return _answer(lambda: call.sandbox.views.publish(user.id, body, expected_hash=call.text("hash")))


def _checked_view(call: Call, kind: str) -> Json:
    body = call.structure("view", "invalid_arguments")
    faults = blocks.check_view(body, blocks.Surface(kind))
    if faults:
        raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {fault}" for fault in faults]})
    assert isinstance(body, dict)
    if len(json.dumps(body)) > VIEW_SIZE_LIMIT:
        raise ApiError("view_too_large")
    return body


def _redeem(call: Call) -> Trigger:
    try:
        return call.sandbox.triggers.redeem(call.text("trigger_id"))
    except TriggerRefused as refused:
        raise ApiError(refused.code) from refused


def _answer(make: Callable[[], View]) -> Json:
    try:
        return {"view": make().json()}
    except ViewRefused as refused:
        raise ApiError(refused.code) from refused
