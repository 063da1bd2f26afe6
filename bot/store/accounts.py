"""The people and accounts tables: which accounts are one person's, as employees linked them."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from bot.domain.person import Account
from bot.store.database import insert_into
from bot.store.schema import MentionRow
from bot.store.schema_sources import AccountRow, PersonRow


def linked(session: Session, accounts: Collection[Account]) -> dict[Account, frozenset[Account]]:
    """Every account of the person behind each, itself included; one that nobody linked is alone."""
    names = sorted({each.author for each in accounts})
    people = select(AccountRow.person_id).where(AccountRow.author.in_(names))
    rows = session.scalars(select(AccountRow).where(AccountRow.person_id.in_(people))).all()
    person = {_account(row): row.person_id for row in rows}
    groups: dict[int, set[Account]] = {}
    for account, person_id in person.items():
        groups.setdefault(person_id, set()).add(account)
    return {each: frozenset(groups[person[each]]) if each in person else frozenset({each}) for each in accounts}


def rows_of(session: Session, account: Account) -> dict[Account, tuple[str, datetime]]:
    """The accounts linked with one, itself included: who linked each, and when. Empty where nobody did."""
    mine = select(AccountRow.person_id).where(AccountRow.source == account.source, AccountRow.author == account.author)
    rows = session.scalars(select(AccountRow).where(AccountRow.person_id == mine.scalar_subquery()))
    return {_account(row): (row.linked_by, row.linked_at) for row in rows}


def link(session: Session, one: Account, other: Account, *, by: str, now: datetime) -> bool:
    """Say that both are one person, with whatever each was linked to before; False where that is known."""
    first, second = (_person_of(session, each) for each in (one, other))
    if first is not None and first == second:
        return False
    person_id = first if first is not None else _new_person(session, by, now)
    if second is not None:
        moved = update(AccountRow).where(AccountRow.person_id == second).values(person_id=person_id)
        session.execute(moved.execution_options(synchronize_session=False))
        session.execute(delete(PersonRow).where(PersonRow.id == second))
    for each in (one, other):
        row = {"source": each.source, "author": each.author, "person_id": person_id, "linked_by": by, "linked_at": now}
        statement = insert_into(session, AccountRow).values(row)
        session.execute(statement.on_conflict_do_nothing(index_elements=["source", "author"]))
    return True


def unlink(session: Session, account: Account) -> bool:
    """It is somebody else's; False where it was linked to nothing. Who has one account left is no matter of this table."""
    found = session.get(AccountRow, (account.source, account.author))
    if found is None:
        return False
    session.delete(found)
    session.flush()
    forget_lonely(session)
    return True


def forget_gone(session: Session) -> None:
    """Accounts go with their last mention, people with the last but one of their accounts."""
    written = exists().where(MentionRow.author == AccountRow.author, MentionRow.source == AccountRow.source)
    session.execute(delete(AccountRow).where(~written).execution_options(synchronize_session=False))
    forget_lonely(session)


def forget_lonely(session: Session) -> None:
    several = select(AccountRow.person_id).group_by(AccountRow.person_id).having(func.count() > 1)
    session.execute(delete(PersonRow).where(PersonRow.id.not_in(several)).execution_options(synchronize_session=False))


def newest_mention(session: Session, account: Account) -> int | None:
    """By which an account is named in a button, and whose log tells of it."""
    newest = select(func.max(MentionRow.id))
    return session.scalar(newest.where(MentionRow.source == account.source, MentionRow.author == account.author))


def named_like(session: Session, handle: str, name: str) -> Iterable[Account]:
    """Accounts with the same handle, or the same name, in whatever case and with an @ or without."""
    plain = handle.removeprefix("@").casefold()
    spelt = [each for each in (plain, f"@{plain}") if plain]
    by_handle = func.lower(MentionRow.author).in_(spelt)
    wanted = by_handle | (func.lower(MentionRow.author_name) == name.casefold()) if name else by_handle
    rows = session.execute(
        select(MentionRow.source, MentionRow.author).where(MentionRow.author != "", wanted).distinct()
    )
    return sorted(Account(source=source, author=author) for source, author in rows)


def described(session: Session, account: Account) -> tuple[str, int, int]:
    """The name that they gave last, how many mentions they wrote, and the newest of them; 0 for none."""
    mine = (MentionRow.source == account.source, MentionRow.author == account.author)
    total, newest = session.execute(select(func.count(), func.max(MentionRow.id)).where(*mine)).one()
    name = session.scalar(select(MentionRow.author_name).where(MentionRow.id == newest)) if newest else ""
    return name or "", total, newest or 0


def _person_of(session: Session, account: Account) -> int | None:
    row = session.get(AccountRow, (account.source, account.author), with_for_update=True, populate_existing=True)
    return row.person_id if row else None


def _new_person(session: Session, by: str, now: datetime) -> int:
    person = PersonRow(made_by=by, made_at=now)
    session.add(person)
    session.flush()
    return person.id


def _account(row: AccountRow) -> Account:
    return Account(source=row.source, author=row.author)
