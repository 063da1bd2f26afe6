"""Who may do what: what the configuration names, what the managers hold, and what everyone may."""

import pytest

from bot.domain.lifecycle import PEOPLES, Action
from bot.domain.roles import EVERYONE, FOR_MANAGERS, Permission, Roles, needed_for


@pytest.mark.parametrize("permission", sorted(FOR_MANAGERS))
def test_what_is_not_configured_is_for_managers(permission: Permission) -> None:
    assert Roles(managers=("@mia",)).holders(permission) == ("@mia",)
    assert Roles().holders(permission) == ()


@pytest.mark.parametrize("permission", sorted(set(Permission) - FOR_MANAGERS))
def test_the_daily_work_is_for_everyone(permission: Permission) -> None:
    assert Roles(managers=("@mia",)).is_for_everyone(permission)


def test_a_role_that_is_configured_leaves_the_managers_out() -> None:
    roles = Roles(managers=("@mia",), named={Permission.APPROVE: ("@leads",), Permission.REPORT: (EVERYONE,)})
    assert roles.holders(Permission.APPROVE) == ("@leads",)
    assert roles.is_for_everyone(Permission.REPORT)
    assert roles.holders(Permission.ERASE) == ("@mia",)


def test_an_empty_role_is_nobodys() -> None:
    roles = Roles(managers=("@mia",), named={Permission.CLAIM: ()})
    assert roles.holders(Permission.CLAIM) == ()
    assert not roles.is_for_everyone(Permission.CLAIM)


@pytest.mark.parametrize("action", PEOPLES)
def test_every_action_of_people_needs_a_role(action: Action) -> None:
    assert needed_for(action) in Permission


@pytest.mark.parametrize("action", sorted(set(Action) - set(PEOPLES)))
def test_what_only_the_bot_does_needs_none(action: Action) -> None:
    with pytest.raises(KeyError):
        needed_for(action)
