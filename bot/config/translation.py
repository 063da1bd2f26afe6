"""From checked tables to the frozen values that the rest of the bot works with."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from bot.config.faults import Fault
from bot.config.listening_tables import BETWEEN
from bot.config.model_tables import ModelTable
from bot.config.tables import (
    ALWAYS,
    CompanyTable,
    DepartmentTable,
    FileTable,
    RotaTable,
    RuleTable,
)
from bot.config.tree import (
    Also,
    Claims,
    Company,
    Config,
    Database,
    Health,
    Heard,
    Learning,
    Logging,
    Model,
    Retention,
    Slack,
)
from bot.domain.approval import ApprovalRule
from bot.domain.kudos import Staff
from bot.domain.listening import Account, Ears, Theme, same_handle
from bot.domain.promise import HORIZON_DAYS, OfficeHours, always, office_time_between
from bot.domain.repeat import RepeatTerms
from bot.domain.roles import Permission, Roles
from bot.domain.rota import Rota
from bot.domain.routing import Department, Level, Rule, Topic
from bot.domain.signal import SignalTerms
from bot.domain.terms import PromiseRule
from bot.sources.table import SourceTable
from bot.values import Table

Value = TypeVar("Value")

_ENDLESS = "with these office hours that takes more than five years: shorten it or open longer"
_MONDAY = datetime(2026, 1, 12, tzinfo=UTC)


def to_config(file: FileTable) -> Config:
    """Every name in `file` must resolve; `checks` has made sure of it."""
    return Config(
        company=_company(file.company),
        heard=_heard(file),
        slack=_same(Slack, file.slack),
        roles=_roles(file),
        database=_same(Database, file.database),
        model=_model(file.model),
        learning=_same(Learning, file.learning),
        departments=tuple(_department(table, file) for table in file.departments),
        rotas=tuple(_rota(table, file.company) for table in file.rotas),
        triage=file.triage.department,
        topics=tuple(_same(Topic, table) for table in file.topics),
        rules=tuple(_rule(table) for table in file.rules),
        staff=tuple(_same(Staff, table) for table in file.staff),
        staff_report=file.kudos.staff_report,
        promises=tuple(_same(PromiseRule, table) for table in file.promises),
        sources=tuple(_source(table, file.company) for table in file.sources),
        approvals=tuple(_same(ApprovalRule, table) for table in file.approvals),
        retention=_same(Retention, file.retention),
        claims=_same(Claims, file.claims),
        signals=_same(SignalTerms, file.signals),
        repeats=_same(RepeatTerms, file.repeats),
        health=_same(Health, file.health),
        logging=_same(Logging, file.logging),
    )


def endless_promises(file: FileTable) -> Iterator[Fault]:
    """Promises that need more office time than the hours of `HORIZON_DAYS` hold, half of it kept for holidays."""
    for index, table in enumerate(file.departments):
        hours = _hours(table, file)
        if hours is None:
            continue
        room = _weekly(hours) * (HORIZON_DAYS / 7 / 2)
        for key in ("decide_within", "answer_within"):
            if getattr(table, key) > room:
                yield Fault(where=("departments", index, key), advice=_ENDLESS)
            for place, rule in enumerate(file.promises):
                within = getattr(rule, key)
                if within and within > room and (not rule.departments or table.name in rule.departments):
                    yield Fault(where=("promises", place, key), advice=_ENDLESS)


def _same(cls: type[Value], table: Table) -> Value:
    """A section whose value has the very fields of its table."""
    return cls(**dict(table))


def _company(table: CompanyTable) -> Company:
    names = tuple(dict.fromkeys((table.name, *table.names)))
    return Company(**dict(table) | {"names": names})


def _heard(file: FileTable) -> Heard:
    table = file.listening
    names = (*_company(file.company).names, *table.products, *table.handles, *file.company.hashtags, *table.hashtags)
    ears = Ears(
        misspellings=table.misspellings,
        complaint_hashtags=table.complaint_hashtags,
        own_accounts=tuple(_accounts(table.own_accounts, file.sources)),
        employees=tuple(_accounts(table.employees, file.sources)),
        themes=tuple(_same(Theme, theme) for theme in file.themes),
    )
    return Heard(names=tuple(dict.fromkeys(names)), ears=ears)


def _accounts(written: Iterable[str], sources: Iterable[SourceTable]) -> Iterator[Account]:
    """As they are written, and where a source's mentions have such a handle in a longer form, in that as well."""
    for each in written:
        source, _, handle = each.rpartition(BETWEEN)
        account = Account(source=source.strip(), handle=same_handle(handle))
        yield account
        for table in sources:
            full = same_handle(table.full_handle(account.handle))
            if account.source in ("", table.name) and full != account.handle:
                yield Account(source=table.name, handle=full)


def _roles(file: FileTable) -> Roles:
    written = ((permission, getattr(file.roles, permission)) for permission in Permission)
    named = {permission: holders for permission, holders in written if holders is not None}
    return Roles(managers=file.slack.managers, named=named)


def _model(table: ModelTable) -> Model:
    return Model(**dict(table) | {"also": tuple(_same(Also, also) for also in table.also)})


def _department(table: DepartmentTable, file: FileTable) -> Department:
    hours = _hours(table, file)
    if hours is None:
        raise KeyError(table.office_hours)
    return Department(
        name=table.name,
        title=table.title or table.name,
        channel=table.channel,
        people=table.people,
        user_group=table.user_group,
        decide_within=table.decide_within,
        answer_within=table.answer_within,
        warn_before=table.warn_before,
        office_hours=hours,
        escalation=tuple(_same(Level, level) for level in table.escalation),
        escalation_repeats=table.escalation_repeats,
        quiet_hours=table.quiet_hours,
        lease=table.lease,
        assign=table.assign,
        preflight=table.preflight,
        promises=table.promises,
    )


def _rota(table: RotaTable, company: CompanyTable) -> Rota:
    return Rota(
        name=table.name,
        people=table.people,
        starts=table.starts,
        turn_days=table.turn // timedelta(days=1),
        handover=time.fromisoformat(table.handover),
        zone=table.zone or company.zone,
    )


def _hours(table: DepartmentTable, file: FileTable) -> OfficeHours | None:
    """None where the department names hours that the file does not have."""
    if table.office_hours == ALWAYS:
        return always(file.company.zone)
    hours = file.office_hours.get(table.office_hours) if isinstance(table.office_hours, str) else table.office_hours
    if hours is None:
        return None
    return OfficeHours(zone=hours.zone or file.company.zone, week=hours.week, holidays=frozenset(hours.holidays))


def _weekly(hours: OfficeHours) -> timedelta:
    """Office time of a week without holidays; the week is any one without a change of clocks in most zones."""
    return office_time_between(_MONDAY, _MONDAY + timedelta(days=7), replace(hours, holidays=frozenset()))


def _rule(table: RuleTable) -> Rule:
    return Rule(outcome=table.do, department=table.to, **table.model_dump(exclude={"do", "to"}))


def _source(table: SourceTable, company: CompanyTable) -> SourceTable:
    return table.model_copy(update={"about": table.about or company.name})
