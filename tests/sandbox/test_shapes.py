"""Every answer, event and payload against the shapes of Slack's own: known paths of known types, and what clients rely on.

The shapes lie beside the repository (`../shared/slack-shapes`); without them these tests are skipped.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from sandbox.serve import RunningSandbox
from sandbox.web_api.call import METHODS
from tests.sandbox.conftest import Connect, wait_until
from tests.sandbox.shapes import Recorded, missing, strange

SHAPES = Path(__file__).resolve().parents[3] / "shared" / "slack-shapes"
pytestmark = pytest.mark.skipif(not SHAPES.exists(), reason=f"Slack's shapes are not here: {SHAPES}")

Json = dict[str, Any]

NOT_IN_ORACLE = {
    "reactions.remove": "has no sample; its answer is that of reactions.add",
}
"""Methods that the shapes do not hold, each with why that is no matter."""

RELIED_ON: dict[str, tuple[str, ...]] = {
    "auth.test": ("team_id", "user_id", "bot_id", "url", "team", "user"),
    "apps.connections.open": ("url",),
    "bots.info": ("bot.id", "bot.app_id", "bot.user_id", "bot.name"),
    "chat.postMessage": ("channel", "ts", "message.ts", "message.text", "message.bot_id", "message.blocks[].block_id"),
    "chat.update": ("channel", "ts", "text", "message.edited.ts"),
    "chat.delete": ("channel", "ts"),
    "chat.postEphemeral": ("message_ts",),
    "chat.getPermalink": ("channel", "permalink"),
    "conversations.list": ("channels[].id", "channels[].name", "channels[].is_member", "response_metadata.next_cursor"),
    "conversations.info": (
        "channel.id",
        "channel.name",
        "channel.is_private",
        "channel.is_member",
        "channel.is_archived",
    ),
    "conversations.members": ("members[]", "response_metadata.next_cursor"),
    "conversations.join": ("channel.id", "channel.is_member"),
    "conversations.open": ("channel.id",),
    "conversations.history": (
        "messages[].ts",
        "messages[].metadata.event_type",
        "messages[].reactions[].count",
        "messages[].reply_count",
        "has_more",
        "response_metadata.next_cursor",
    ),
    "conversations.replies": ("messages[].thread_ts", "messages[].parent_user_id", "has_more"),
    "files.getUploadURLExternal": ("upload_url", "file_id"),
    "files.completeUploadExternal": ("files[].id", "files[].title"),
    "reactions.get": ("message.reactions[].users[]", "type", "channel"),
    "team.info": ("team.id", "team.name", "team.domain"),
    "users.info": ("user.id", "user.profile.email", "user.tz", "user.deleted", "user.is_bot"),
    "users.list": ("members[].id", "members[].profile.display_name", "response_metadata.next_cursor"),
    "users.lookupByEmail": ("user.id",),
    "usergroups.list": ("usergroups[].id", "usergroups[].handle", "usergroups[].users[]"),
    "usergroups.users.list": ("users[]",),
    "views.open": (
        "view.id",
        "view.hash",
        "view.root_view_id",
        "view.state",
        "view.private_metadata",
        "view.callback_id",
    ),
    "views.publish": ("view.id", "view.hash", "view.type"),
    "views.push": ("view.id", "view.previous_view_id"),
    "views.update": ("view.id", "view.hash"),
}

EVENT_SHAPES = {
    "app_home_opened": "AppHomeOpenedPayload",
    "app_mention": "AppMentionPayload",
    "channel_archive": "ChannelArchivePayload",
    "channel_rename": "ChannelRenamePayload",
    "channel_unarchive": "ChannelArchivePayload",
    "member_joined_channel": "MemberJoinedChannelPayload",
    "reaction_added": "ReactionAddedPayload",
    "reaction_removed": "ReactionAddedPayload",
    "message": "MessagePayload",
    "message/bot": "MessagePayload",
    "message/channel_archive": "MessageChannelArchivePayload",
    "message/channel_join": "MessageChannelJoinPayload",
    "message/channel_name": "MessageChannelNamePayload",
    "message/channel_unarchive": "MessageChannelUnarchivePayload",
    "message/message_changed": "MessageChangedPayload",
    "message/message_deleted": "MessageDeletedPayload",
    "message/file_share": "MessageFileSharePayload",
    "message/thread_broadcast": "MessageThreadBroadcastPayload",
}
PAYLOAD_SHAPES = {
    "block_actions": "BlockActionPayload",
    "view_submission": "ViewSubmissionPayload",
    "view_closed": "ViewClosedPayload",
    "message_action": "MessageShortcutPayload",
    "command": "SlashCommandPayload",
}
FORM_FIELDS = {"is_enterprise_install: string"}
"""A slash command is a form: the SDK's samples hold this field as the SDK reads it, not as it is sent."""
UNSAMPLED_PAYLOADS = {
    "block_suggestion": "no sample; formed as documented, like block_actions",
    "shortcut": "no sample of a global shortcut; formed as documented",
}
OUTER = ("token", "team_id", "api_app_id", "type", "event_id", "event_time", "event.type", "event.event_ts")
COMMON = ("type", "user.id", "team.id", "token")
RELIED_ON_PAYLOADS: dict[str, tuple[str, ...]] = {
    "block_actions": (
        *COMMON,
        "trigger_id",
        "actions[].action_id",
        "actions[].block_id",
        "actions[].type",
        "container.type",
    ),
    "view_submission": (*COMMON, "trigger_id", "view.id", "view.state", "view.private_metadata", "view.callback_id"),
    "view_closed": (*COMMON, "view.id", "is_cleared"),
    "message_action": (*COMMON, "trigger_id", "callback_id", "message.ts", "channel.id", "response_url", "message_ts"),
    "command": (
        "command",
        "text",
        "user_id",
        "channel_id",
        "team_id",
        "trigger_id",
        "response_url",
        "api_app_id",
        "token",
    ),
}


def load(name: str) -> dict[str, dict[str, str]]:
    shapes: dict[str, dict[str, str]] = json.loads((SHAPES / name).read_text(encoding="utf-8"))
    return shapes


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


MODAL = {
    "type": "modal",
    "callback_id": "m",
    "title": plain("Title"),
    "submit": plain("Send"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "note",
            "label": plain("Note"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {"type": "actions", "elements": [{"type": "button", "action_id": "inside", "text": plain("Inside")}]},
    ],
}
CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Card"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "claim", "text": plain("Claim"), "value": "1", "style": "primary"},
            {"type": "overflow", "action_id": "more", "options": [{"text": plain("A"), "value": "a"}]},
            {"type": "external_select", "action_id": "pick", "min_query_length": 0},
        ],
    },
]


@pytest.fixture
def recorded(sandbox: RunningSandbox) -> Recorded:
    return Recorded(sandbox, sandbox.bot_token)


def test_answers_have_slacks_shape(sandbox: RunningSandbox, recorded: Recorded) -> None:
    call_every_method(sandbox, recorded)
    oracle = load("api.json")
    assert set(METHODS) - set(oracle) == set(NOT_IN_ORACLE)
    assert set(recorded.answers) == set(METHODS), "a method was never called"
    odd = {
        method: found
        for method, answers in recorded.answers.items()
        if (found := set().union(*(strange(answer, oracle[shape_name(method)]) for answer in answers)))
    }
    assert odd == {}, "\n".join(f"{name}: {sorted(found)}" for name, found in odd.items())
    for method, wanted in RELIED_ON.items():
        lacking = set.intersection(*(missing(answer, wanted) for answer in recorded.answers[method]))
        assert lacking == set(), method


def shape_name(method: str) -> str:
    return "reactions.add" if method == "reactions.remove" else method


def call_every_method(sandbox: RunningSandbox, web: Recorded) -> None:
    ana = sandbox.person("ana").id
    billing = next(c["id"] for c in web.conversations_list(limit=1)["channels"])
    call_for_people(web, ana)
    call_for_messages(web, billing, ana)
    call_for_views(sandbox, web, ana)
    web.files_upload_v2(channel=billing, filename="a.txt", content="hello", alt_txt="a")
    app_level = Recorded(sandbox, sandbox.app_token)
    app_level.apps_connections_open(app_token=sandbox.app_token)
    web.answers |= app_level.answers


def call_for_people(web: Recorded, ana: str) -> None:
    web.api_test(foo="bar")
    bot = web.auth_test()["bot_id"]
    web.bots_info(bot=bot)
    web.team_info()
    email = web.users_info(user=ana)["user"]["profile"]["email"]
    web.users_lookupByEmail(email=email)
    web.users_list(limit=2)
    group = web.usergroups_list(include_users=True, include_count=True)["usergroups"][0]
    web.usergroups_users_list(usergroup=group["id"])


def call_for_messages(web: Recorded, billing: str, ana: str) -> None:
    metadata = {"event_type": "card", "event_payload": {"delivery_id": "d"}}
    ts = web.chat_postMessage(channel=billing, text="card", blocks=CARD, metadata=metadata)["ts"]
    reply = web.chat_postMessage(channel=billing, text="reply", thread_ts=ts, reply_broadcast=True)["ts"]
    web.reactions_add(channel=billing, timestamp=ts, name="eyes")
    web.reactions_get(channel=billing, timestamp=ts)
    web.chat_update(channel=billing, ts=ts, text="changed")
    web.conversations_history(channel=billing, include_all_metadata=True, limit=1)
    web.conversations_history(channel=billing, include_all_metadata=True, oldest="0")
    web.conversations_replies(channel=billing, ts=ts, include_all_metadata=True)
    web.reactions_remove(channel=billing, timestamp=ts, name="eyes")
    web.chat_getPermalink(channel=billing, message_ts=ts)
    web.chat_delete(channel=billing, ts=reply)
    web.chat_postEphemeral(channel=billing, user=ana, text="psst")
    web.chat_postMessage(channel=billing, text="x" * 40_001)
    web.conversations_info(channel=billing, include_num_members=True)
    web.conversations_members(channel=billing)
    web.conversations_join(channel=billing)
    web.conversations_open(users=ana, return_im=True)


def call_for_views(sandbox: RunningSandbox, web: Recorded, ana: str) -> None:
    def trigger() -> str:
        return sandbox.within(lambda running: running.triggers.issue(ana))

    web.views_open(trigger_id=trigger(), view=MODAL)
    pushed = web.views_push(trigger_id=trigger(), view=MODAL)["view"]
    web.views_update(view_id=pushed["id"], view=MODAL)
    web.views_publish(user_id=ana, view={"type": "home", "blocks": CARD})


@pytest.fixture
def sent(sandbox: RunningSandbox, app: App, connect: Connect, recorded: Recorded) -> list[Json]:
    """Every payload of a busy session, as it went to the app."""
    answer_everything(app)
    connect(app)
    outgoing: list[Json] = []
    sandbox.within(lambda running: setattr(running.stats, "sent", outgoing))
    talk(sandbox, recorded)
    click_around(sandbox, recorded)
    wait_until(lambda: sandbox.within(lambda running: running.delivery.is_idle))
    return outgoing


def answer_everything(app: App) -> None:
    @app.event("message")
    def message() -> None:
        return

    for name in set(EVENT_SHAPES) - {"message"}:
        app.event(name)(lambda: None)

    def open_modal(ack: Ack, body: Json, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    app.action("claim")(open_modal)
    for action in ("more", "inside"):
        app.action(action)(lambda ack: ack())
    app.options("pick")(lambda ack: ack(options=[{"text": plain("One"), "value": "1"}]))
    app.action("pick")(lambda ack: ack())
    app.view("m")(lambda ack: ack())
    app.view_closed("m")(lambda ack: ack())
    app.shortcut("file_it")(lambda ack: ack())
    app.shortcut("new_thing")(lambda ack: ack())
    app.command("/count")(lambda ack: ack("1"))


def talk(sandbox: RunningSandbox, web: Recorded) -> None:
    ana, mia = sandbox.person("ana"), sandbox.person("mia")
    billing = next(c["id"] for c in web.conversations_list(limit=1)["channels"])
    asked = ana.say("#billing", "@testbot hello https://example.com")
    web.chat_postMessage(channel=billing, text="hi", thread_ts=asked["ts"], reply_broadcast=True)
    mia.join("#billing")
    mia.post("/ui/channel", channel="#billing", name="money")
    mia.post("/ui/channel", channel="#money", is_archived=True)
    mia.post("/ui/channel", channel="#money", is_archived=False, name="billing")
    ana.react("#billing", asked["ts"], "eyes")
    ana.react("#billing", asked["ts"], "eyes", remove=True)
    ts = web.chat_postMessage(channel=billing, text="a", blocks=CARD)["ts"]
    web.chat_update(channel=billing, ts=ts, text="b")
    web.chat_delete(channel=billing, ts=ts)
    ana.say(web.conversations_open(users=ana.id)["channel"]["id"], "a direct message")
    web.files_upload_v2(channel=billing, filename="a.txt", content="hello")
    ana.open_home()
    web.views_publish(user_id=ana.id, view={"type": "home", "blocks": CARD})
    ana.open_home()


def click_around(sandbox: RunningSandbox, web: Recorded) -> None:
    ana = sandbox.person("ana")
    ts = web.chat_postMessage(channel="#billing", text="card", blocks=CARD)["ts"]
    ana.click("#billing", ts, "claim")
    modal = ana.expect_modal()
    ana.click_in_view(modal["id"], "inside", state={"note": {"text": "half"}})
    assert ana.submit(modal["id"], {"note": {"text": "whole"}}) == {}
    ana.click("#billing", ts, "claim")
    ana.close(ana.expect_modal()["id"])
    ana.choose("#billing", ts, "more", "a")
    container = {"type": "message", "channel": "#billing", "ts": ts}
    assert ana.options(container, "pick", "o")[0]["value"] == "1"
    ana.choose("#billing", ts, "pick", "1")
    ana.command("/count", "#billing")
    ana.shortcut("file_it", channel="#billing", message_ts=ts)
    ana.shortcut("new_thing")


AUTHOR_FIELDS = ("app_id", "bot_id", "bot_profile", "team", "parent_user_id")
"""Slack says who wrote a message in the same fields everywhere; some samples were written by people only."""


def author_fields(oracle: dict[str, dict[str, str]]) -> dict[str, str]:
    """The author's fields as the samples of messages by bots have them, for every place where a message stands."""
    sampled = oracle["AppMentionPayload"] | oracle["MessagePayload"]
    fields = {path.removeprefix("event."): kind for path, kind in sampled.items() if path.startswith("event.")}
    author = {path: kind for path, kind in fields.items() if path.split(".")[0] in AUTHOR_FIELDS}
    places = ("event", "event.message", "event.previous_message")
    return {f"{place}.{path}": kind for place in places for path, kind in author.items()}


def event_kind(event: Json) -> str:
    if event["type"] != "message":
        return str(event["type"])
    if "subtype" in event:
        return f"message/{event['subtype']}"
    return "message/bot" if "bot_id" in event else "message"


def test_events_have_slacks_shape(sent: list[Json]) -> None:
    oracle = load("events.json")
    events = [payload for payload in sent if payload.get("type") == "event_callback"]
    assert {event_kind(payload["event"]) for payload in events} == set(EVENT_SHAPES)
    odd = {}
    for payload in events:
        kind = event_kind(payload["event"])
        if found := strange(payload, oracle[EVENT_SHAPES[kind]] | author_fields(oracle)):
            odd.setdefault(kind, set()).update(found)
        assert missing(payload, OUTER) == set()
    assert odd == {}, "\n".join(f"{name}: {sorted(found)}" for name, found in odd.items())


def test_payloads_have_slacks_shape(sent: list[Json]) -> None:
    oracle = load("payloads.json")
    payloads = [payload for payload in sent if payload.get("type") != "event_callback"]
    kinds = {payload.get("type", "command") for payload in payloads}
    assert kinds == set(PAYLOAD_SHAPES) | set(UNSAMPLED_PAYLOADS)
    odd: dict[str, set[str]] = {}
    for payload in payloads:
        kind = payload.get("type", "command")
        if kind in UNSAMPLED_PAYLOADS:
            assert missing(payload, COMMON) == set()
            continue
        if found := strange(payload, oracle[PAYLOAD_SHAPES[kind]]) - FORM_FIELDS:
            odd.setdefault(kind, set()).update(found)
        assert missing(payload, RELIED_ON_PAYLOADS[kind]) == set(), kind
    assert odd == {}, "\n".join(f"{name}: {sorted(found)}" for name, found in odd.items())


def test_the_comparison_finds_what_is_wrong() -> None:
    shape = {"ok": "bool", "message.text": "string", "state": "object", "list[].id": "string"}
    good = {"ok": True, "message": {"text": "x"}, "state": {"values": {"a": 1}}, "list": [{"id": "1"}]}
    assert strange(good, shape) == set()
    assert strange({"ok": "yes"}, shape) == {"ok: string"}
    assert strange({"message": {"txt": "x"}}, shape) == {"message.txt: string"}
    assert strange({"list": [{"id": 1}]}, shape) == {"list[].id: int"}
    assert missing(good, ("message.text", "message.ts")) == {"message.ts"}
