"""Who may use what, in one place: every id that Slack gives back to us has its permission here, or needs none.

Cards look the same for all who see them, so the click is where a person is told. `listeners` asks before any listener
runs, and refuses to be built with an id that nobody thought of.
"""

from collections.abc import Iterable, Mapping

from bot.domain.lifecycle import PEOPLES, Action
from bot.domain.roles import Permission, Roles, needed_for
from bot.errors import Refused
from bot.slack import ids
from bot.slack.blocks.text import listed
from bot.slack.directory import Directory, Group
from bot.slack.payloads import Act, Command, menu_choice

ACTIONS: dict[str, Permission | None] = {ids.action_id(action): needed_for(action) for action in PEOPLES}

APPROVERS = (ids.APPROVE, ids.REVIEW, ids.RETURN)
"""Whoever the rule names that holds the answer, which only the answer tells: `bot.slack.approvers` asks for it."""

ACTS: dict[str, Permission | None] = {
    **ACTIONS,
    ids.RETRY_REPLY: Permission.ANSWER,
    **dict.fromkeys((ids.ACCEPT, ids.UNDO), Permission.CLAIM),
    ids.DECLINE: None,
    **dict.fromkeys(ids.GUESSES, Permission.CLAIM),
    ids.SCORE: Permission.CLAIM,
    ids.FLOW: None,
    **dict.fromkeys((ids.OVERRIDE, ids.OVERRIDE_BACK), Permission.CLAIM),
    **dict.fromkeys(
        (ids.BULK, *ids.BULK_FILTERS, ids.BULK_OLDER, ids.BULK_NEWER, ids.BULK_TICK, ids.BULK_DECISION), None
    ),
    ids.BULK_UNDO: Permission.CLAIM,
    **dict.fromkeys((ids.LINK, ids.LINK_TO, ids.UNLINK), Permission.CLAIM),
    **dict.fromkeys((ids.REPEATS, ids.REPEATS_OLDER, ids.REPEATS_NEWER)),
    ids.REPEAT_OUT: Permission.CLAIM,
    ids.WHY: None,
    ids.HISTORY: None,
    ids.HISTORY_OLDER: None,
    ids.HISTORY_NEWER: None,
    ids.ANSWER_TEXT: None,
    ids.ANSWER_INSERT: None,
    **dict.fromkeys((ids.HASHTAG, ids.HASHTAG_OLDER, ids.HASHTAG_NEWER)),
    ids.AUTHOR: None,
    ids.AUTHOR_NEWER: None,
    ids.AUTHOR_OLDER: None,
    **dict.fromkeys(APPROVERS),
    **dict.fromkeys((ids.SIGNAL_REAL, ids.SIGNAL_NO_PATTERN), Permission.CLAIM),
    **dict.fromkeys((ids.REPLIES_OLDER, ids.REPLIES_NEWER, ids.REPLIES_OTHER, ids.REPLY_TEXT)),
    **dict.fromkeys(
        (ids.REPLY_NEW, ids.REPLY_EDIT, ids.REPLY_RETIRE, ids.REPLY_BACK, ids.REPLY_OF_ANSWER), Permission.SETTINGS
    ),
    **dict.fromkeys((ids.ISSUE_ASK, ids.ISSUE_UNLINK, ids.ISSUE_OUT), Permission.CLAIM),
    **dict.fromkeys((ids.ISSUES_BACK, ids.ISSUES_MORE)),
    **dict.fromkeys((ids.DUTY, ids.DUTY_END), Permission.SETTINGS),
    **dict.fromkeys((ids.RATE_USEFUL, ids.RATE_NOT_USEFUL, ids.NARROW, ids.UNSUBSCRIBE)),
    **dict.fromkeys((*ids.HOME_CHOICES, ids.HOME_BACK, ids.HOME_MORE, ids.HOME_AGAIN, ids.HOME_FIND), None),
    **dict.fromkeys((ids.FIND_OLDER, ids.FIND_NEWER, ids.AUTHOR_HISTORY, ids.AUTHOR_ALL), None),
    **dict.fromkeys((ids.KUDOS_STOP, ids.KUDOS_START)),
    ids.FIND_CLAIM: needed_for(Action.CLAIM),
    **dict.fromkeys((ids.FIND_REOPEN, ids.BRING_BACK), needed_for(Action.REOPEN)),
}
"""By action id; None for what everybody may. A menu's choices have a table of their own."""

MENU: dict[str, Permission | None] = {
    **{action.value: needed_for(action) for action in PEOPLES},
    **dict.fromkeys((ids.MENU_UNDO, ids.MENU_HAND_OVER, ids.MENU_TAKE_BACK), Permission.CLAIM),
    ids.MENU_SCORE: Permission.CLAIM,
    ids.MENU_ISSUE: Permission.CLAIM,
    ids.MENU_SHARE: Permission.CLAIM,
    ids.MENU_WHY: None,
    ids.MENU_FLOW: None,
    ids.MENU_HISTORY: None,
    ids.MENU_RATE: None,
}
"""By what stands before the colon in the value of a choice of the card's menu."""

FORMS: dict[str, Permission | None] = {
    **ACTIONS,
    **dict.fromkeys((ids.REVIEW, ids.RETURN)),
    ids.HAND_OVER: Permission.CLAIM,
    ids.DECLINE: None,
    ids.SCORE: Permission.CLAIM,
    ids.OVERRIDE: Permission.CLAIM,
    ids.BULK: None,  # by the decision, which only the form tells: `bulk_forms` asks for it
    ids.SIGNAL_NO_PATTERN: Permission.CLAIM,
    ids.REPLY: Permission.SETTINGS,
    **dict.fromkeys((ids.ISSUE, ids.ISSUE_OUT), Permission.CLAIM),
    ids.RATING: None,
    ids.SUBSCRIBE: None,
    ids.DUTY: Permission.SETTINGS,
    ids.FIND: None,
    ids.LINK: Permission.CLAIM,
    ids.ADD: Permission.CLAIM,
    ids.BRING_BACK: needed_for(Action.REOPEN),
}
"""By callback id of a dialog that is submitted."""

COMMANDS: dict[str, Permission | None] = {
    "/mentions": None,
    "/engagement-report": Permission.REPORT,
}
"""By command; `/mentions` has words that need more, below."""

WORDS: dict[str, Permission] = {"released": Permission.CLAIM, "add": Permission.CLAIM}
"""By the first word after `/mentions`, for those that need a role."""

_WHAT = {
    Permission.CLAIM: "claim, move or snooze mentions",
    Permission.ANSWER: "answer customers, or decide not to",
    Permission.APPROVE: "approve answers",
    Permission.ESCALATE: "escalate mentions",
    Permission.REPORT: "see the engagement report",
    Permission.ERASE: "erase mentions",
    Permission.SETTINGS: "change what belongs to everybody",
}
_PEOPLE_NAMED = 3
_MEMBERS_NAMED = 2


def needed_by_act(act: Act) -> Permission | None:
    """Refused for a choice that no menu of today offers."""
    if act.action_id != ids.MENU:
        return ACTS[act.action_id]
    what, _ = menu_choice(act.value)
    if what not in MENU:
        raise Refused("This menu is not one of mine any more: use the newest card.")
    return MENU[what]


def needed_by_command(command: Command) -> Permission | None:
    word = command.text.partition(" ")[0].casefold()
    return WORDS.get(word) if command.name == "/mentions" else COMMANDS[command.name]


def unthought_of(acts: Iterable[str], forms: Iterable[str], commands: Iterable[str]) -> list[str]:
    """Ids and commands that have a listener and no line here."""
    pairs: list[tuple[Iterable[str], Mapping[str, Permission | None]]] = [
        (acts, {**ACTS, ids.MENU: None}),
        (forms, FORMS),
        (commands, COMMANDS),
    ]
    return sorted(each for given, known in pairs for each in given if each not in known)


def permit(roles: Roles, directory: Directory, user: str, permission: Permission | None) -> None:
    """Refused with a sentence that says who can, where this person may not. Who joined a group just now counts."""
    if permission is None or roles.is_for_everyone(permission):
        return
    holders = roles.holders(permission)
    if directory.is_one_of(user, holders):
        return
    if directory.look_again_at_groups() and directory.is_one_of(user, holders):
        return
    raise Refused(who_can(directory, permission, holders))


def who_can(directory: Directory, permission: Permission, holders: Iterable[str]) -> str:
    """`Only Billing leads (@billing-leads: Ana, Bo, +3) and Mia can approve answers.`"""
    groups = [group for each in holders if (group := directory.group_of(each)) is not None]
    named = {group.id for group in groups}
    people = [each for each in directory.ids_of(holders) if each not in named]
    said = [*(_group(directory, group) for group in groups), *_shortened(directory, people, _PEOPLE_NAMED)]
    if not said:
        return f"Nobody here can {_WHAT[permission]}: whoever runs Earshot gives that with [roles] {permission}."
    return f"Only {listed(said)} can {_WHAT[permission]}."


def _group(directory: Directory, group: Group) -> str:
    members = ", ".join(_shortened(directory, sorted(group.members), _MEMBERS_NAMED)) or "nobody yet"
    return f"{group.name} (@{group.handle}: {members})"


def _shortened(directory: Directory, people: Iterable[str], most: int) -> list[str]:
    """Names of those who are still here, the first few; `+3` stands for the others."""
    names = sorted(directory.names_of(directory.present(people)).values(), key=str.casefold)
    return [*names[:most], *([f"+{len(names) - most}"] if len(names) > most else [])]
