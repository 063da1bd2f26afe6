"""What the company decided once and every stage needs: departments, rules, promises and who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.promise import Terms
from bot.domain.roles import Roles
from bot.domain.routing import Department, RoutingTable


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`answerable` names the sources that take our answers."""

    company: str
    zone: str
    routing: RoutingTable
    lease: timedelta
    roles: Roles = field(default_factory=Roles)
    ops_channel: str = ""
    source_titles: Mapping[str, str]
    answerable: frozenset[str] = frozenset()
    about: Mapping[str, str] = field(default_factory=dict)
    """What the mentions of a source speak of, where that is not the company as a whole."""

    def department(self, name: str) -> Department:
        """The department, or the triage department for one that the configuration no longer has."""
        departments = self.routing.departments
        return departments.get(name) or departments[self.routing.triage]

    @property
    def triage(self) -> Department:
        return self.routing.departments[self.routing.triage]


def terms_of(department: Department) -> Terms:
    """A department's promises as the clock counts them."""
    return Terms(
        decide_within=department.decide_within,
        answer_within=department.answer_within,
        warn_before=department.warn_before,
        hours=department.office_hours,
    )
