"""The Web API as a client meets it: tokens, scopes, membership, paging, messages, views, files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.core import Options
from sandbox.serve import RunningSandbox, running_sandbox
from tests.sandbox.conftest import HERE


def error_of(web: WebClient, method: str, **params: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        web.api_call(method, json=params)
    return str(refused.value.response["error"])


def channel_id(sandbox: RunningSandbox, name: str) -> str:
    return sandbox.within(lambda running: running.state.find_channel(name).id)  # type: ignore[union-attr]


# Tokens and scopes


def test_tokens_are_checked(sandbox: RunningSandbox) -> None:
    def call(method: str, **headers: str) -> dict[str, Any]:
        return httpx.post(f"{sandbox.api_url}{method}", headers=headers, trust_env=False).json()

    assert call("auth.test") == {"ok": False, "error": "not_authed"}
    assert call("auth.test", authorization="Bearer xoxb-wrong")["error"] == "invalid_auth"
    assert call("auth.test", authorization=f"Bearer {sandbox.app_token}")["error"] == "not_allowed_token_type"
    assert (
        call("apps.connections.open", authorization=f"Bearer {sandbox.bot_token}")["error"] == "not_allowed_token_type"
    )
    assert call("no.such", authorization=f"Bearer {sandbox.bot_token}")["error"] == "unknown_method"
    assert call("api.test") == {"ok": True}


def test_the_token_may_be_an_argument_and_bodies_forms_or_json(sandbox: RunningSandbox) -> None:
    form = httpx.post(
        f"{sandbox.api_url}chat.postMessage",
        data={"token": sandbox.bot_token, "channel": "#billing", "text": "hi", "blocks": '[{"type": "divider"}]'},
        trust_env=False,
    )
    assert form.json()["message"]["blocks"][0]["type"] == "divider"
    assert "chat:write" in form.headers["x-oauth-scopes"].split(",")
    assert form.headers["x-accepted-oauth-scopes"] == "chat:write"


@pytest.fixture
def poor(tmp_path: Path) -> Iterator[RunningSandbox]:
    """A sandbox whose app may next to nothing."""
    manifest = yaml.safe_load((HERE / "manifest.yaml").read_text())
    manifest["oauth_config"]["scopes"]["bot"] = ["chat:write", "channels:read", "users:read"]
    path = tmp_path / "manifest.yaml"
    path.write_text(yaml.safe_dump(manifest))
    with running_sandbox(manifest=path, workspace=HERE / "workspace.toml", options=Options(rate_scale=None)) as running:
        yield running


def test_a_missing_scope_is_named(poor: RunningSandbox) -> None:
    web = WebClient(token=poor.bot_token, base_url=poor.api_url)
    billing = channel_id(poor, "billing")
    for method, scope, params in [
        ("usergroups.list", "usergroups:read", {}),
        ("conversations.join", "channels:join", {"channel": billing}),
        ("conversations.history", "channels:history", {"channel": billing}),
        ("conversations.list", "groups:read", {"types": "public_channel,private_channel"}),
        ("reactions.add", "reactions:write", {"channel": billing, "timestamp": "1.1", "name": "eyes"}),
        ("files.getUploadURLExternal", "files:write", {"filename": "a", "length": 1}),
        ("users.lookupByEmail", "users:read.email", {"email": "a@b.c"}),
    ]:
        with pytest.raises(SlackApiError) as refused:
            web.api_call(method, json=params)
        answer = refused.value.response
        assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
        assert answer["provided"] == "chat:write,channels:read,users:read"
    assert "email" not in web.users_list()["members"][0]["profile"]
    assert error_of(web, "chat.postMessage", channel="#support", text="hi") == "not_in_channel"


# Channels


def test_the_bot_sees_public_channels_and_its_own(sandbox: RunningSandbox, web: WebClient) -> None:
    listed = web.conversations_list(types="public_channel,private_channel")["channels"]
    assert {channel["name"] for channel in listed} == {"billing", "support", "secret", "attic"}
    assert {c["name"]: c["is_member"] for c in listed}["support"] is False
    live = web.conversations_list(exclude_archived=True)["channels"]
    assert {channel["name"] for channel in live} == {"billing", "support"}
    assert error_of(web, "conversations.info", channel=channel_id(sandbox, "board")) == "channel_not_found"
    assert error_of(web, "conversations.list", types="private") == "invalid_types"


def test_lists_are_paged(web: WebClient) -> None:
    names: list[str] = []
    for page in web.conversations_list(limit=1, types="public_channel,private_channel"):
        assert len(page["channels"]) <= 1
        names += [channel["name"] for channel in page["channels"]]
    assert sorted(names) == ["attic", "billing", "secret", "support"]
    assert error_of(web, "conversations.list", cursor="bad") == "invalid_cursor"


def test_joining(sandbox: RunningSandbox, web: WebClient) -> None:
    support = channel_id(sandbox, "support")
    assert error_of(web, "conversations.history", channel=support) == "not_in_channel"
    assert web.conversations_join(channel=support)["channel"]["is_member"] is True
    assert web.conversations_join(channel=support)["warning"] == "already_in_channel"
    assert web.conversations_history(channel=support)["messages"][0]["subtype"] == "channel_join"
    assert error_of(web, "conversations.join", channel=channel_id(sandbox, "secret")) == (
        "method_not_supported_for_channel_type"
    )
    assert error_of(web, "conversations.join", channel=channel_id(sandbox, "board")) == "channel_not_found"
    assert error_of(web, "conversations.join", channel=channel_id(sandbox, "attic")) == "is_archived"


def test_where_the_bot_may_post(sandbox: RunningSandbox, web: WebClient) -> None:
    assert web.chat_postMessage(channel="#support", text="chat:write.public")["ok"]
    assert error_of(web, "chat.postMessage", channel="#board", text="hi") == "channel_not_found"
    assert error_of(web, "chat.postMessage", channel="#attic", text="hi") == "is_archived"
    assert error_of(web, "chat.postMessage", channel="#nowhere", text="hi") == "channel_not_found"
    assert error_of(web, "chat.postMessage", text="hi") == "channel_not_found"
    ana = sandbox.person("ana")
    direct = web.chat_postMessage(channel=ana.id, text="psst")
    assert direct["channel"] == web.conversations_open(users=ana.id)["channel"]["id"]
    assert ana.messages(direct["channel"])[0]["text"] == "psst"
    assert error_of(web, "conversations.open", users=sandbox.person("old").id) == "user_disabled"


# Messages


def test_what_a_message_must_hold(web: WebClient) -> None:
    assert error_of(web, "chat.postMessage", channel="#billing") == "no_text"
    assert error_of(web, "chat.postMessage", channel="#billing", text="") == "no_text"
    assert error_of(web, "chat.postMessage", channel="#billing", blocks="{nonsense") == "invalid_blocks_format"
    long = web.chat_postMessage(channel="#billing", text="x" * 40_001)
    assert len(long["message"]["text"]) == 40_000
    assert long["response_metadata"]["warnings"] == ["message_truncated"]


def test_bad_blocks_are_named_with_their_place(web: WebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        web.chat_postMessage(channel="#billing", text="x", blocks=[{"type": "header", "text": "bare"}])
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == ["[ERROR] must provide an object [json-pointer:/blocks/0/text]"]


def test_metadata_is_given_back_only_when_asked_for(sandbox: RunningSandbox, web: WebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"delivery_id": "d1"}}
    billing = channel_id(sandbox, "billing")
    posted = web.chat_postMessage(channel=billing, text="card", metadata=metadata)
    assert "metadata" not in web.conversations_history(channel=billing)["messages"][0]
    asked = web.conversations_history(channel=billing, include_all_metadata=True)["messages"][0]
    assert asked["metadata"] == metadata
    replies = web.conversations_replies(channel=billing, ts=posted["ts"], include_all_metadata=True)
    assert replies["messages"][0]["metadata"] == metadata
    for bad, code in [
        ({"event_type": "x"}, "invalid_metadata_format"),
        ({"event_type": 1, "event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "x", "event_payload": {"a": "y" * 9000}}, "metadata_too_large"),
    ]:
        assert error_of(web, "chat.postMessage", channel=billing, text="x", metadata=bad) == code


def test_updating_keeps_what_is_left_out(sandbox: RunningSandbox, web: WebClient) -> None:
    billing = channel_id(sandbox, "billing")
    metadata = {"event_type": "card", "event_payload": {"id": "1"}}
    ts = web.chat_postMessage(channel=billing, text="one", blocks=[{"type": "divider"}], metadata=metadata)["ts"]
    changed = web.chat_update(channel=billing, ts=ts, text="two")
    assert (changed["text"], changed["message"]["blocks"][0]["type"]) == ("two", "divider")
    bare = web.chat_update(channel=billing, ts=ts, text="three", blocks=[])
    assert "blocks" not in bare["message"]
    assert bare["message"]["metadata"] == metadata
    assert bare["message"]["edited"]["user"]
    mine = sandbox.person("ana").say("#billing", "mine")["ts"]
    assert error_of(web, "chat.update", channel=billing, ts=mine, text="x") == "cant_update_message"
    assert error_of(web, "chat.update", channel=billing, ts="1.1", text="x") == "message_not_found"
    assert error_of(web, "chat.update", channel=billing, ts=ts, text="x" * 4001) == "msg_too_long"
    assert error_of(web, "chat.delete", channel=billing, ts=mine) == "cant_delete_message"
    web.chat_delete(channel=billing, ts=ts)
    assert error_of(web, "chat.delete", channel=billing, ts=ts) == "message_not_found"


def test_threads_count_and_broadcast(sandbox: RunningSandbox, web: WebClient) -> None:
    billing = channel_id(sandbox, "billing")
    parent = web.chat_postMessage(channel=billing, text="parent")["ts"]
    reply = web.chat_postMessage(channel=billing, text="reply", thread_ts=parent)
    web.chat_postMessage(channel=billing, text="loud", thread_ts=reply["ts"], reply_broadcast=True)
    shown = web.conversations_history(channel=billing)["messages"]
    assert [message["text"] for message in shown] == ["loud", "parent"]
    assert (shown[1]["reply_count"], shown[0]["subtype"]) == (2, "thread_broadcast")
    thread = web.conversations_replies(channel=billing, ts=parent)["messages"]
    assert [message["text"] for message in thread] == ["parent", "reply", "loud"]
    assert error_of(web, "conversations.replies", channel=billing, ts="1.1") == "thread_not_found"
    assert error_of(web, "chat.postMessage", channel=billing, text="x", thread_ts="1.1") == "thread_not_found"


def test_history_between_two_times(sandbox: RunningSandbox, web: WebClient) -> None:
    billing = channel_id(sandbox, "billing")
    stamps = [web.chat_postMessage(channel=billing, text=str(n))["ts"] for n in range(5)]

    def texts(**params: Any) -> list[str]:
        return [m["text"] for m in web.conversations_history(channel=billing, **params)["messages"]]

    assert texts(oldest=stamps[2]) == ["4", "3"]
    assert texts(oldest=stamps[2], inclusive=True) == ["4", "3", "2"]
    assert texts(latest=stamps[2]) == ["1", "0"]
    assert texts(limit=2) == ["4", "3"]
    first = web.conversations_history(channel=billing, limit=3)
    assert first["has_more"] is True
    assert texts(limit=3, cursor=first["response_metadata"]["next_cursor"]) == ["1", "0"]


def test_ephemeral_messages_are_for_one_person(sandbox: RunningSandbox, web: WebClient) -> None:
    ana, ben = sandbox.person("ana"), sandbox.person("ben")
    billing = channel_id(sandbox, "billing")
    web.chat_postEphemeral(channel=billing, user=ana.id, text="for Ana")
    assert ana.messages("#billing")[-1]["is_ephemeral"] is True
    assert ben.messages("#billing") == []
    assert web.conversations_history(channel=billing)["messages"] == []
    mia = sandbox.person("mia").id
    assert error_of(web, "chat.postEphemeral", channel=billing, user=mia, text="x") == "user_not_in_channel"
    assert error_of(web, "chat.postEphemeral", channel=billing, user="U0", text="x") == "user_not_found"


def test_permalinks_lead_to_the_page(sandbox: RunningSandbox, web: WebClient) -> None:
    ts = web.chat_postMessage(channel="#billing", text="x")["ts"]
    link = web.chat_getPermalink(channel=channel_id(sandbox, "billing"), message_ts=ts)["permalink"]
    assert link.endswith(f"/p{ts.replace('.', '')}")
    assert httpx.get(link, trust_env=False).headers["location"].startswith("/#C")


# People


def test_people_and_groups(sandbox: RunningSandbox, web: WebClient) -> None:
    members = {member["name"]: member for member in web.users_list()["members"]}
    assert members["old"]["deleted"] is True
    assert members["mia"]["is_admin"] is True
    assert members["testbot"]["is_bot"] is True
    ana = members["ana"]
    assert web.users_lookupByEmail(email=ana["profile"]["email"])["user"]["id"] == ana["id"]
    assert error_of(web, "users.lookupByEmail", email="nobody@example.com") == "users_not_found"
    assert error_of(web, "users.info", user="U0") == "user_not_found"
    group = web.usergroups_list(include_users=True, include_count=True)["usergroups"][0]
    assert (group["handle"], group["user_count"]) == ("billing-team", 2)
    assert web.usergroups_users_list(usergroup=group["id"])["users"] == group["users"]
    assert error_of(web, "usergroups.users.list", usergroup="S0") == "no_such_subteam"
    bot = web.bots_info(bot=web.auth_test()["bot_id"])["bot"]
    assert bot["user_id"] == members["testbot"]["id"]
    assert error_of(web, "bots.info", bot="B0") == "bot_not_found"


def test_reactions(sandbox: RunningSandbox, web: WebClient) -> None:
    billing = channel_id(sandbox, "billing")
    ts = web.chat_postMessage(channel=billing, text="x")["ts"]
    web.reactions_add(channel=billing, timestamp=ts, name="eyes")
    assert error_of(web, "reactions.add", channel=billing, timestamp=ts, name="eyes") == "already_reacted"
    assert web.reactions_get(channel=billing, timestamp=ts)["message"]["reactions"][0]["count"] == 1
    web.reactions_remove(channel=billing, timestamp=ts, name="eyes")
    assert error_of(web, "reactions.remove", channel=billing, timestamp=ts, name="eyes") == "no_reaction"
    assert error_of(web, "reactions.add", channel=billing, timestamp=ts, name="not an emoji") == "invalid_name"
    assert error_of(web, "reactions.add", name="eyes") == "no_item_specified"


# Views


def test_triggers_work_once(sandbox: RunningSandbox, web: WebClient) -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [{"type": "divider"}]}
    ana = sandbox.person("ana").id
    trigger = sandbox.within(lambda running: running.triggers.issue(ana))
    assert web.views_open(trigger_id=trigger, view=view)["view"]["previous_view_id"] is None
    assert error_of(web, "views.open", trigger_id=trigger, view=view) == "exchanged_trigger_id"
    assert error_of(web, "views.open", trigger_id="1.2.abc", view=view) == "invalid_trigger_id"


def test_modals_stack_three_high_and_hashes_protect(sandbox: RunningSandbox, web: WebClient) -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [{"type": "divider"}]}
    ana = sandbox.person("ana")
    ana_id = ana.id

    def fresh() -> str:
        return sandbox.within(lambda running: running.triggers.issue(ana_id))

    root = web.views_open(trigger_id=fresh(), view=view)["view"]
    second = web.views_push(trigger_id=fresh(), view=view)["view"]
    third = web.views_push(trigger_id=fresh(), view=view)["view"]
    assert (third["root_view_id"], third["previous_view_id"]) == (root["id"], second["id"])
    assert error_of(web, "views.push", trigger_id=fresh(), view=view) == "push_limit_reached"
    updated = web.views_update(view_id=third["id"], hash=third["hash"], view=view)["view"]
    assert updated["hash"] != third["hash"]
    assert error_of(web, "views.update", view_id=third["id"], hash=third["hash"], view=view) == "hash_conflict"
    ana.close(third["id"])
    assert [modal["id"] for modal in ana.modals()] == [root["id"], second["id"]]
    assert error_of(web, "views.update", view_id=third["id"], view=view) == "not_found"
    bad = view | {"title": {"type": "plain_text", "text": "x" * 25}}
    assert error_of(web, "views.open", trigger_id=fresh(), view=bad) == "invalid_arguments"
    big = view | {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2990}}] * 90}
    assert error_of(web, "views.open", trigger_id=fresh(), view=big) == "view_too_large"


def test_home_is_guarded_by_its_hash(sandbox: RunningSandbox, web: WebClient) -> None:
    ana = sandbox.person("ana").id
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = web.views_publish(user_id=ana, view=home)["view"]
    second = web.views_publish(user_id=ana, view=home, hash=first["hash"])["view"]
    assert second["id"] == first["id"]
    assert error_of(web, "views.publish", user_id=ana, view=home, hash=first["hash"]) == "hash_conflict"
    assert error_of(web, "views.publish", user_id="U0", view=home) == "user_not_found"


# Files


def test_a_file_goes_up_in_three_steps(sandbox: RunningSandbox, web: WebClient) -> None:
    billing = channel_id(sandbox, "billing")
    web.files_upload_v2(
        channel=billing, filename="report.csv", content="a,b\n1,2\n", title="Report", initial_comment="Here it is"
    )
    shown = sandbox.person("ana").expect_message("#billing", containing="Here it is")
    file = shown["files"][0]
    assert (file["name"], file["title"], file["mimetype"]) == ("report.csv", "Report", "text/csv")
    assert httpx.get(file["url_private"], trust_env=False).text == "a,b\n1,2\n"
    with pytest.raises(SlackApiError) as refused:
        web.files_upload_v2(channel=channel_id(sandbox, "support"), filename="a.txt", content="x")
    assert refused.value.response["error"] == "not_in_channel"
    assert error_of(web, "files.completeUploadExternal", files=json.dumps([{"id": "F0"}])) == "file_not_found"
