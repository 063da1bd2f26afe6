"""Closing the loop: linking a mention to an issue, the list of what customers wait for, and word of a release."""

from collections.abc import Callable

from bot.domain.issue import Demand
from bot.errors import Refused
from bot.flow.desk import linking, looking
from bot.slack import ids
from bot.slack.blocks.issues import PAGE, issues_view, link_modal, release_modal, released_message
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import Act, Command, Form, typed_words, whole_number


def ask_issue(floor: Floor, act: Act) -> None:
    floor.show(act, link_modal(looking.look(floor.desk, whole_number(act.value)), origin=act.origin))


def link(floor: Floor, form: Form) -> None:
    click = click_of(form, form.mention_id)
    linking.link_issue(floor.desk, click, form.text(ids.ISSUE_KEY), form.text(ids.ISSUE_TITLE))


def unlink(floor: Floor, act: Act) -> None:
    mention_id, _, key = act.value.partition(":")
    card = linking.unlink_issue(floor.desk, click_of(act, whole_number(mention_id)), key)
    floor.change(act.view, link_modal(card, origin=act.origin))


def list_issues(floor: Floor, command: Command) -> None:
    """/mentions issues"""
    floor.open(command.trigger, _page(floor, 0))


def turn_issues(floor: Floor, act: Act) -> None:
    floor.change(act.view, _page(floor, whole_number(act.value)), unless_changed=True)


def ask_release(floor: Floor, act: Act) -> None:
    found = _demand(floor, act.value)
    floor.show(act, release_modal(found.issue, found.mentions))


def release(floor: Floor, form: Form) -> Callable[[], None] | None:
    """From the list's dialog, which then shows what is left."""
    linking.release_issue(floor.desk, str(form.memory["key"]), form.text(ids.ISSUE_RELEASE), by=form.user, act=form.key)
    return (lambda: floor.change({"id": form.beneath}, _page(floor, 0))) if form.beneath else None


def release_by_command(floor: Floor, command: Command) -> None:
    """/mentions released KEY RELEASE"""
    key, _, version = typed_words(command.text.partition(" ")[2]).partition(" ")
    if not key or not version:
        raise Refused("Say what is out and where: `/mentions released SIM-42 2.3`.")
    issue = linking.release_issue(floor.desk, key, version, by=command.user, act=f"release:{command.key}")
    floor.whisper(command, released_message(issue, _demand(floor, issue.key).mentions))


def _page(floor: Floor, page: int) -> dict[str, object]:
    demands, total = linking.demanded(floor.desk, limit=PAGE, offset=page * PAGE)
    return issues_view(demands, page=page, total=total)


def _demand(floor: Floor, key: str) -> Demand:
    return linking.demand_of(floor.desk, key)


ISSUE_ACTS = {
    ids.ISSUE_ASK: ask_issue,
    ids.ISSUE_UNLINK: unlink,
    ids.ISSUE_OUT: ask_release,
    ids.ISSUES_BACK: turn_issues,
    ids.ISSUES_MORE: turn_issues,
}
ISSUE_FORMS = {ids.ISSUE: link, ids.ISSUE_OUT: release}
