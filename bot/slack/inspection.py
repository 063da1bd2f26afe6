"""What a workspace still needs before Earshot can work in it, in words for whoever installs it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from slack_sdk import WebClient

from bot.domain.approval import ApprovalRule
from bot.domain.kudos import Staff
from bot.domain.roles import EVERYONE, FOR_MANAGERS, Permission, Roles
from bot.domain.rota import NOBODY, Rota, rota_name
from bot.domain.routing import Department
from bot.errors import GiveUp
from bot.finding import Finding, tried
from bot.slack.calls import call
from bot.slack.directory import Directory
from bot.slack.reach import SlackReach
from bot.slack.scopes import SCOPES


def inspect_workspace(
    client: WebClient,
    *,
    app_token: str,
    departments: Sequence[Department],
    channels: Mapping[str, str],
    roles: Roles,
    approvals: Sequence[ApprovalRule],
    rotas: Sequence[Rota] = (),
    staff: Sequence[Staff] = (),
) -> Iterator[Finding]:
    """Tokens, scopes, then every channel and person that the configuration names. No `app_token`: no socket is opened.

    `channels` are those besides the departments', by what they are for; one without a reference is passed over.
    """
    bot = tried("Slack bot token", lambda: _who(client))
    yield bot
    if app_token:
        yield tried("Slack app token", lambda: _socket(client, app_token))
    if not bot.well:
        return
    yield tried("Slack scopes", lambda: _scopes(client))
    directory = Directory(client)
    for department in departments:
        yield tried(f"channel of {department.title}", partial(_channel, client, directory, department.channel))
        yield from _people(client, directory, department)
    yield from _on_call(client, directory, rotas)
    for what, reference in channels.items():
        if reference:
            yield tried(what, partial(_channel, client, directory, reference))
    for each in staff:
        yield tried(f"staff “{each.name}”", partial(_known, directory, (each.slack,)))
    for permission in Permission:
        yield tried(f"role {permission}", partial(_holders, directory, roles, permission))
    for rule in approvals:
        if rule.authors or rule.approvers:
            yield tried(f"approval “{rule.name}”", partial(_approval, directory, rule))


def _who(client: WebClient) -> str:
    answer = call(client.auth_test)
    return f"speaks as {answer['user']} in {answer['team']}"


def _socket(client: WebClient, app_token: str) -> str:
    call(client.apps_connections_open, app_token=app_token)
    return "opens a socket"


def _scopes(client: WebClient) -> str:
    granted = {
        scope
        for name, value in call(client.auth_test).headers.items()
        if name.lower() == "x-oauth-scopes"
        for scope in value.split(",")
    }
    granted = {scope.strip() for scope in granted}
    missing = [f"{scope} (to {purpose})" for scope, purpose in SCOPES.items() if scope not in granted]
    if missing:
        raise GiveUp(f"missing {', '.join(missing)}: update the app from slack-manifest.yaml and reinstall it")
    return f"all {len(SCOPES)} granted"


def _channel(client: WebClient, directory: Directory, reference: str) -> str:
    channel: dict[str, Any] = call(client.conversations_info, channel=directory.id_of(reference))["channel"]
    name = channel.get("name", reference)
    if channel.get("is_archived"):
        raise GiveUp(f"#{name} is archived: unarchive it or name another in the configuration")
    if channel.get("is_private") and not channel.get("is_member"):
        raise GiveUp(f"#{name} is private: type /invite @Earshot there")
    return f"can post in #{name}" if channel.get("is_member") else f"will join #{name}"


def _people(client: WebClient, directory: Directory, department: Department) -> Iterator[Finding]:
    wanted = (*department.people, *([department.user_group] if department.user_group else []))
    called = tuple(each for level in department.escalation for each in level.notify if not rota_name(each))
    if wanted:
        yield tried(f"people of {department.title}", lambda: _known(directory, wanted))
    if called:
        yield tried(f"escalation of {department.title}", lambda: _reached(client, directory, called))


def _holders(directory: Directory, roles: Roles, permission: Permission) -> str:
    """Raises GiveUp where nobody would be left who may, and for a reference that means nothing."""
    holders = roles.holders(permission)
    if not holders:
        instead = " (or slack.managers)" if permission in FOR_MANAGERS and permission not in roles.named else ""
        raise GiveUp(f"names nobody: set [roles] {permission}{instead}")
    if roles.is_for_everyone(permission):
        return EVERYONE
    known = _known(directory, holders)
    if not _has_people(directory, holders):
        raise GiveUp(f"{known} has nobody in it: add people, or name others in [roles] {permission}")
    return known


def _approval(directory: Directory, rule: ApprovalRule) -> str:
    """Raises GiveUp where its answers would wait for nobody, and for a reference that means nothing."""
    known = _known(directory, (*rule.authors, *rule.approvers))
    if rule.approvers and not _has_people(directory, rule.approvers):
        raise GiveUp(f"{', '.join(rule.approvers)} has nobody in it: add people, or name other approvers")
    return known


def _has_people(directory: Directory, references: tuple[str, ...]) -> bool:
    people = {one for each in directory.ids_of(references) for one in (directory.members(each) or {each})}
    return any(not each.startswith("S") for each in directory.present(people))


def _on_call(client: WebClient, directory: Directory, rotas: Sequence[Rota]) -> Iterator[Finding]:
    for rota in rotas:
        people = tuple(dict.fromkeys(each for each in rota.people if each != NOBODY))
        if people:
            yield tried(f"rota {rota.name}", partial(_reached, client, directory, people))


def _reached(client: WebClient, directory: Directory, references: tuple[str, ...]) -> str:
    """Raises GiveUp for those whom nobody could tell now: an escalation would pass them over."""
    known = _known(directory, references)
    gaps = [each for each in SlackReach(client, directory).look(references).values() if each.problem]
    if gaps:
        raise GiveUp("; ".join(f"{each.reference} {each.problem}" for each in gaps))
    return known


def _known(directory: Directory, references: tuple[str, ...]) -> str:
    for reference in references:
        directory.id_of(reference)
    return ", ".join(references)
