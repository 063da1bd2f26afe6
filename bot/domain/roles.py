"""Who may do what: seven permissions, each given to everyone, to people and user groups, or to nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bot.domain.lifecycle import Action

EVERYONE = "everyone"
"""What the configuration says in place of a list for a permission that needs no role."""


class Permission(StrEnum):
    """What a role gives; the value is its key in `[roles]`."""

    CLAIM = "claim"
    ANSWER = "answer"
    APPROVE = "approve"
    ESCALATE = "escalate"
    REPORT = "report"
    ERASE = "erase"
    SETTINGS = "settings"


FOR_MANAGERS = frozenset({Permission.APPROVE, Permission.REPORT, Permission.ERASE, Permission.SETTINGS})
"""What `slack.managers` may do, and nobody else, where `[roles]` is silent; the rest is then for everyone."""

_NEEDED = {
    Action.CLAIM: Permission.CLAIM,
    Action.RELEASE: Permission.CLAIM,
    Action.REROUTE: Permission.CLAIM,
    Action.SNOOZE: Permission.CLAIM,
    Action.WAKE: Permission.CLAIM,
    Action.ANSWER: Permission.ANSWER,
    Action.ANSWER_ELSEWHERE: Permission.ANSWER,
    Action.LET_STAND: Permission.ANSWER,
    Action.MONITOR: Permission.ANSWER,
    Action.DISMISS: Permission.ANSWER,
    Action.REOPEN: Permission.ANSWER,
    Action.ESCALATE: Permission.ESCALATE,
    Action.ACKNOWLEDGE: Permission.CLAIM,
}
"""To let a mention stand is to decide what the customer hears, as an answer is; to move it is part of taking it up."""


def needed_for(action: Action) -> Permission:
    """What a person needs for `action`. Raises KeyError for one that no person does."""
    return _NEEDED[action]


@dataclass(frozen=True, kw_only=True)
class Roles:
    """`named` gives the references (people, user groups, or EVERYONE alone) of each permission that is configured."""

    managers: tuple[str, ...] = ()
    named: Mapping[Permission, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def holders(self, permission: Permission) -> tuple[str, ...]:
        """References of whoever may; EVERYONE alone where it needs no role, nothing where nobody may."""
        if permission in self.named:
            return self.named[permission]
        return self.managers if permission in FOR_MANAGERS else (EVERYONE,)

    def is_for_everyone(self, permission: Permission) -> bool:
        return EVERYONE in self.holders(permission)
