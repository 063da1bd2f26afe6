"""Who may let a waiting answer go: people by id, out of the references of its rule or of the role."""

from bot.domain.approval import authored_by
from bot.domain.card import Card
from bot.domain.roles import EVERYONE, Permission
from bot.errors import Refused
from bot.slack.floor import Floor
from bot.slack.permissions import who_can


def authored_rules(floor: Floor, user: str) -> frozenset[str]:
    """The approval rules that name this person among their authors, directly or by a group."""
    return authored_by(floor.policy.approvals, lambda references: floor.directory.is_one_of(user, references))


def people_who_approve(floor: Floor, rule: str, *, but: str) -> tuple[str, ...]:
    """Ids of whoever may let an answer of this rule go, without its writer; nobody by name where everyone may.

    Raises Refused where that leaves nobody: the answer would wait for ever.
    """
    references = floor.policy.approvers(rule)
    if EVERYONE in references:
        return ()
    ids = floor.directory.ids_of(references)
    people = {person for each in ids for person in (floor.directory.members(each) or {each})}
    found = tuple(sorted(person for person in floor.directory.present(people) if person[:1] in "UW" and person != but))
    if not found:
        raise Refused(
            f"The rule “{rule}” asks for somebody's approval, and nobody but you could give it. "
            "Ask whoever runs Earshot to name another approver."
        )
    return found


def approved_by(floor: Floor, user: str) -> tuple[str, ...]:
    """The approval rules whose answers this person may let go."""
    asked = {rule.name: floor.policy.approvers(rule.name) for rule in floor.policy.approvals}
    return tuple(
        name
        for name, references in asked.items()
        if EVERYONE in references or floor.directory.is_one_of(user, references)
    )


def require_approver(floor: Floor, user: str, card: Card) -> None:
    """Refused, with who can, for whoever may not let the card's answer go."""
    approval = card.answer.approval if card.answer else None
    references = approval.approvers if approval else floor.policy.roles.holders(Permission.APPROVE)
    if EVERYONE in references or floor.directory.is_one_of(user, references):
        return
    if floor.directory.look_again_at_groups() and floor.directory.is_one_of(user, references):
        return
    raise Refused(who_can(floor.directory, Permission.APPROVE, references))
