"""figures → the engagement report, and the ledger."""

from datetime import datetime

from bot.domain.period import Period
from bot.domain.policy import Policy
from bot.domain.report import Report, build_report
from bot.store import figures
from bot.store.database import Database
from bot.store.figures import Ledger


def engagement(db: Database, policy: Policy, period: Period, now: datetime, *, department: str = "") -> Report:
    """The report on a period, for all departments or one. Raises ValueError for a department that nobody knows."""
    departments = {name: each.office_hours for name, each in policy.routing.departments.items()}
    if department and department not in departments:
        raise ValueError(f"There is no department “{department}”. There are: {', '.join(sorted(departments))}.")
    with db.read() as session:
        found = figures.facts(session, period.previous().begin)
    if department:
        found = [each for each in found if each.department == department]
        departments = {department: departments[department]}
    return build_report(found, period, now=now, departments=departments)


def balance(db: Database) -> Ledger:
    """ingested = posted + folded + filtered + waiting + failed, always."""
    with db.read() as session:
        return figures.ledger(session)
