"""Controls and modals: what people fill in, as the app gets it."""

from typing import Any

import httpx
import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from sandbox.person import NotPossible
from sandbox.serve import RunningSandbox
from tests.sandbox.conftest import Connect, wait_until

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def options(*values: str) -> list[Json]:
    return [{"text": plain(value.upper()), "value": value} for value in values]


def code_of(refused: pytest.ExceptionInfo[NotPossible]) -> str:
    return refused.value.code


CONTROLS: list[tuple[Json, Any, Json]] = [
    ({"type": "static_select", "options": options("a", "b")}, "b", {"selected_option": options("b")[0]}),
    ({"type": "radio_buttons", "options": options("a", "b")}, "a", {"selected_option": options("a")[0]}),
    ({"type": "overflow", "options": options("a", "b")}, "a", {"selected_option": options("a")[0]}),
    ({"type": "checkboxes", "options": options("a", "b")}, ["a", "b"], {"selected_options": options("a", "b")}),
    ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
    ({"type": "channels_select"}, "C1", {"selected_channel": "C1"}),
    ({"type": "conversations_select"}, "C1", {"selected_conversation": "C1"}),
    ({"type": "datepicker"}, "2026-01-31", {"selected_date": "2026-01-31"}),
    ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
    ({"type": "datetimepicker"}, 1_700_000_000, {"selected_date_time": 1_700_000_000}),
]


def test_every_control_sends_slacks_value(sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient) -> None:
    seen: list[Json] = []

    @app.action("it")
    def act(ack: Ack, body: Json) -> None:
        ack()
        seen.append(body)

    connect(app)
    for element, value, wanted in CONTROLS:
        layout = [{"type": "actions", "block_id": "b", "elements": [element | {"action_id": "it"}]}]
        ts = web.chat_postMessage(channel="#billing", text="x", blocks=layout)["ts"]
        sandbox.person("ana").choose("#billing", ts, "it", value)
        wait_until(lambda: bool(seen))
        body = seen.pop()
        action = body["actions"][0]
        assert {name: action[name] for name in wanted} == wanted
        assert (action["type"], action["block_id"]) == (element["type"], "b")
        if element["type"] != "overflow":
            assert body["state"]["values"]["b"]["it"] == {"type": element["type"]} | wanted


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "static_select", "options": options("a")}, "z"),
        ({"type": "checkboxes", "options": options("a")}, "a"),
        ({"type": "datepicker"}, "tomorrow"),
        ({"type": "users_select"}, 7),
    ],
)
def test_values_that_are_not_on_offer_are_refused(
    sandbox: RunningSandbox, web: WebClient, element: Json, value: Any
) -> None:
    layout = [{"type": "actions", "elements": [element | {"action_id": "it"}]}]
    ts = web.chat_postMessage(channel="#billing", text="x", blocks=layout)["ts"]
    with pytest.raises(NotPossible) as refused:
        sandbox.person("ana").choose("#billing", ts, "it", value)
    assert code_of(refused) == "invalid_value"


def field(block_id: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id),
        "element": element | {"action_id": "v"},
    } | more


FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Form"),
    "submit": plain("Send"),
    "blocks": [
        field("mail", {"type": "email_text_input"}),
        field("site", {"type": "url_text_input"}, optional=True),
        field("count", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}),
        field("people", {"type": "multi_users_select", "max_selected_items": 2}),
        field("kind", {"type": "static_select", "options": options("a", "b"), "initial_option": options("b")[0]}),
        field("pick", {"type": "external_select", "min_query_length": 0}, optional=True),
    ],
}


def test_a_form_is_checked_before_it_is_sent(
    sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient
) -> None:
    submitted: list[Json] = []

    @app.view("form")
    def form(ack: Ack, view: Json) -> None:
        ack()
        submitted.append(view["state"]["values"])

    @app.options("v")
    def offer(ack: Ack, payload: Json) -> None:
        ack(options=options(payload["value"]))

    connect(app)
    ana = sandbox.person("ana")
    ana_id = ana.id
    view = web.views_open(trigger_id=sandbox.within(lambda running: running.triggers.issue(ana_id)), view=FORM)["view"]
    errors = ana.submit(view["id"], {"mail": {"v": "nonsense"}, "site": {"v": "ftp:"}, "count": {"v": "12"}})
    assert set(errors) == {"mail", "site", "count", "people"}
    offered = ana.post(
        "/ui/options",
        container={"type": "view", "view_id": view["id"]},
        block_id="pick",
        action_id="v",
        query="zed",
    )["options"]
    good = {
        "mail": {"v": "ana@example.com"},
        "site": {"v": ""},
        "count": {"v": "3"},
        "people": {"v": ["U1"]},
        "pick": {"v": offered[0]["value"]},
    }
    assert ana.submit(view["id"], good) == {}
    assert submitted[0]["kind"]["v"]["selected_option"]["value"] == "b"
    assert submitted[0]["pick"]["v"]["selected_option"] == options("zed")[0]
    assert submitted[0]["site"]["v"]["value"] is None


def simple_modal(name: str, **more: Any) -> Json:
    body = {"type": "modal", "callback_id": name, "title": plain(name), "submit": plain("Go")}
    return body | {"blocks": [{"type": "divider"}]} | more


def test_response_actions_update_push_and_clear(
    sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient
) -> None:
    closed: list[tuple[str, bool]] = []
    app.view("one")(lambda ack: ack(response_action="update", view=simple_modal("two")))
    app.view("two")(lambda ack: ack(response_action="push", view=simple_modal("three", notify_on_close=True)))
    app.view("three")(lambda ack: ack(response_action="clear"))
    app.view("wrong")(lambda ack: ack(response_action="errors", errors={"not_there": "x"}))

    @app.view_closed("three")
    def hear(ack: Ack, body: Json) -> None:
        ack()
        closed.append((body["view"]["callback_id"], body["is_cleared"]))

    connect(app)
    ana = sandbox.person("ana")
    ana_id = ana.id

    def open_modal(name: str) -> str:
        trigger = sandbox.within(lambda running: running.triggers.issue(ana_id))
        return str(web.views_open(trigger_id=trigger, view=simple_modal(name))["view"]["id"])

    def titles() -> list[str]:
        return [modal["callback_id"] for modal in ana.modals()]

    first = open_modal("one")
    ana.submit(first)
    assert titles() == ["two"]
    ana.submit(first)
    assert titles() == ["two", "three"]
    ana.close(ana.modals()[-1]["id"])
    assert titles() == ["two"]
    wait_until(lambda: closed == [("three", False)])
    ana.submit(first)
    ana.submit(ana.modals()[-1]["id"])
    assert titles() == []
    wrong = open_modal("wrong")
    with pytest.raises(NotPossible) as refused:
        ana.submit(wrong)
    assert code_of(refused) == "invalid_response_errors"


def test_a_form_takes_files(
    sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient, page: httpx.Client
) -> None:
    got: list[Json] = []

    @app.view("form")
    def form(ack: Ack, view: Json) -> None:
        ack()
        got.extend(view["state"]["values"]["doc"]["v"]["files"])

    connect(app)
    ana = sandbox.person("ana")
    ana_id = ana.id
    view = simple_modal("form", blocks=[field("doc", {"type": "file_input", "max_files": 1})])
    trigger = sandbox.within(lambda running: running.triggers.issue(ana_id))
    modal = web.views_open(trigger_id=trigger, view=view)["view"]
    assert set(ana.submit(modal["id"], {})) == {"doc"}
    uploaded = page.post("/ui/upload", params={"user": "ana", "name": "a b.txt"}, content=b"hello").json()["file"]
    assert page.get(uploaded["url_private"]).text == "hello"
    with pytest.raises(NotPossible) as refused:
        ana.submit(modal["id"], {"doc": {"v": [uploaded["id"], "F2"]}})
    assert code_of(refused) == "invalid_value"
    assert ana.submit(modal["id"], {"doc": {"v": [uploaded["id"]]}}) == {}
    assert got[0]["name"] == "a b.txt"
