"""auth.*, apps.*, team.*, users.*, usergroups.*, bots.*: who is here."""

from sandbox.people import User
from sandbox.render import Json, bot_profile_json, group_json, user_json
from sandbox.web_api.call import ApiError, Call, TokenType, method


@method("api.test", token=TokenType.NONE)
def api_test(call: Call) -> Json:
    if error := call.text("error"):
        raise ApiError(error, args=call.args)
    return {"args": call.args} if call.args else {}


@method("auth.test")
def auth_test(call: Call) -> Json:
    state = call.sandbox.state
    return {
        "url": f"{call.base_url}/",
        "team": state.team.name,
        "user": state.users[call.bot_user_id].handle,
        "team_id": state.team.id,
        "user_id": call.bot_user_id,
        "bot_id": state.app.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", "connections:write", token=TokenType.APP)
def connections_open(call: Call) -> Json:
    return {"url": call.sandbox.sockets.ticket_url(call.base_url)}


@method("team.info", "team:read")
def team_info(call: Call) -> Json:
    team = call.sandbox.state.team
    return {
        "team": {
            "id": team.id,
            "name": team.name,
            "url": f"{call.base_url}/",
            "domain": team.domain,
            "email_domain": f"{team.domain}.example",
            "icon": {"image_default": True},
            "avatar_base_url": f"{call.base_url}/ui/avatar/",
            "is_verified": False,
        }
    }


@method("users.list", "users:read")
def users_list(call: Call) -> Json:
    page, following = call.page(list(call.sandbox.state.users.values()), default=1000)
    return {
        "members": [_user_json(call, user) for user in page],
        "cache_ts": int(call.sandbox.clock()),
        "response_metadata": {"next_cursor": following},
    }


@method("users.info", "users:read")
def users_info(call: Call) -> Json:
    user = call.sandbox.state.users.get(call.text("user"))
    if user is None:
        raise ApiError("user_not_found")
    return {"user": _user_json(call, user)}


@method("users.lookupByEmail", "users:read.email")
def users_lookup_by_email(call: Call) -> Json:
    email = call.text("email").lower()
    for user in call.sandbox.state.users.values():
        if email and user.email.lower() == email and not user.deleted:
            return {"user": _user_json(call, user)}
    raise ApiError("users_not_found")


@method("usergroups.list", "usergroups:read")
def usergroups_list(call: Call) -> Json:
    state = call.sandbox.state
    with_users, with_count = call.flag("include_users"), call.flag("include_count")
    return {
        "usergroups": [
            group_json(group, state.team, with_users=with_users, with_count=with_count)
            for group in state.groups.values()
        ]
    }


@method("usergroups.users.list", "usergroups:read")
def usergroups_users_list(call: Call) -> Json:
    group = call.sandbox.state.groups.get(call.text("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": list(group.members)}


@method("bots.info", "users:read")
def bots_info(call: Call) -> Json:
    app = call.sandbox.app
    if call.text("bot") not in ("", app.bot_id):
        raise ApiError("bot_not_found")
    profile = bot_profile_json(call.sandbox.state, call.base_url)
    return {"bot": {key: profile[key] for key in profile if key != "team_id"} | {"user_id": app.bot_user_id}}


def _user_json(call: Call, user: User) -> Json:
    return user_json(
        user,
        call.sandbox.state.team,
        with_email=call.has("users:read.email"),
        app=call.sandbox.app,
        base_url=call.base_url,
    )
