"""What the company decided once and every stage needs: departments, rules, promises and who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.approval import ApprovalRule
from bot.domain.kudos import Staff
from bot.domain.preflight.voice import Voice
from bot.domain.repeat import RepeatTerms
from bot.domain.roles import Permission, Roles
from bot.domain.rota import Rota
from bot.domain.routing import Department, RoutingTable
from bot.domain.signal import SignalTerms
from bot.domain.terms import PromiseRule


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`answerable` names the sources that take our answers."""

    company: str
    zone: str
    routing: RoutingTable
    lease: timedelta
    offer: timedelta = timedelta(minutes=15)
    """How long somebody has to take what is offered to them."""
    undo: timedelta = timedelta(seconds=30)
    """How long the last step can be taken back; nothing for never."""
    roles: Roles = field(default_factory=Roles)
    ops_channel: str = ""
    rotas: Mapping[str, Rota] = field(default_factory=dict)
    """Who is on call, by the rota's name."""
    headquarters_channel: str = ""
    success_channel: str = ""
    source_titles: Mapping[str, str]
    answerable: frozenset[str] = frozenset()
    promise_rules: tuple[PromiseRule, ...] = ()
    """What is promised other than by the department; the first that fits."""
    customer_wait: timedelta = timedelta(days=7)
    """How long a mention waits for its customer before it comes back by itself."""
    approvals: tuple[ApprovalRule, ...] = ()
    """What an answer has to wait for before a customer reads it; the first that fits."""
    answer_limits: Mapping[str, int] = field(default_factory=dict)
    """How many characters a source takes of an answer, where it says."""
    signals: SignalTerms = field(default_factory=SignalTerms)
    """When mentions that are nothing by themselves are told of together."""
    repeats: RepeatTerms = field(default_factory=RepeatTerms)
    """For how long a post is the first of others that say the same."""
    voice: Voice = field(default_factory=Voice)
    staff: tuple[Staff, ...] = ()
    """Our people whom customers may praise by name."""
    staff_report: bool = False
    """Whether the report says who was praised how often."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What the mentions of a source speak of, where that is not the company as a whole."""

    def department(self, name: str) -> Department:
        """The department, or the triage department for one that the configuration no longer has."""
        departments = self.routing.departments
        return departments.get(name) or departments[self.routing.triage]

    def lease_in(self, department: str) -> timedelta:
        """How long a claim of the department's mentions lasts without a sign of life."""
        return self.department(department).lease or self.lease

    def approvers(self, rule: str) -> tuple[str, ...]:
        """References of whoever may let an answer go that this rule holds: its own, else those of the role."""
        named = next((each.approvers for each in self.approvals if each.name == rule), ())
        return named or self.roles.holders(Permission.APPROVE)

    @property
    def headquarters(self) -> str:
        """Where a decision to only monitor is told, as the response flow asks; empty where nobody said."""
        return self.headquarters_channel or self.ops_channel

    @property
    def triage(self) -> Department:
        return self.routing.departments[self.routing.triage]
