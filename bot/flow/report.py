"""figures → the engagement report, and the ledger."""

from dataclasses import replace
from datetime import datetime

from bot.domain.conversion import LOOK_BACK, conversion_of
from bot.domain.facts import MentionFacts
from bot.domain.lifecycle import State
from bot.domain.period import Period
from bot.domain.policy import Policy
from bot.domain.report import Report, build_report
from bot.flow.unheard import unheard_in
from bot.flow.voices import voices_now
from bot.store import figures
from bot.store.database import Database
from bot.store.figures import Ledger


def engagement(db: Database, policy: Policy, period: Period, now: datetime, *, department: str = "") -> Report:
    """The report on a period, for all departments or one. Raises ValueError for a department that nobody knows."""
    departments = {name: each.office_hours for name, each in policy.routing.departments.items()}
    if department and department not in departments:
        raise ValueError(f"There is no department “{department}”. There are: {', '.join(sorted(departments))}.")
    with db.read() as session:
        said = figures.facts(session, min(period.previous().begin, now - LOOK_BACK), follow_ups=True)
        unheard = unheard_in(session, period)
    owing_nothing = frozenset(name for name, each in policy.routing.departments.items() if not each.promises)
    if department:
        said = _of_department(said, department)
        departments = {department: departments[department]}
        owing_nothing = frozenset()
    counted = [each for each in said if each.state is not State.FOLDED]
    report = build_report(counted, period, now=now, departments=departments, owing_nothing=owing_nothing)
    voices = None if department else voices_now(db, policy, now)
    return replace(report, conversion=conversion_of(said, now), voices=voices, unheard=unheard)


def _of_department(said: list[MentionFacts], department: str) -> list[MentionFacts]:
    """Its mentions, and what their authors wrote later in the same conversations, which belongs to no department itself."""
    authors = {(each.source, each.author) for each in said if each.department == department and each.author}
    return [
        each
        for each in said
        if each.department == department or (each.state is State.FOLDED and (each.source, each.author) in authors)
    ]


def balance(db: Database) -> Ledger:
    """ingested = posted + folded + filtered + waiting + failed, always."""
    with db.read() as session:
        return figures.ledger(session)
