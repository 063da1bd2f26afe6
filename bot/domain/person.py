"""Somebody who writes under several accounts, as an employee found: Earshot proposes, and never links by itself."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.stance import Stance


@dataclass(frozen=True, kw_only=True, order=True)
class Account:
    """A handle at a source, which may be another person's elsewhere."""

    source: str
    author: str


@dataclass(frozen=True, kw_only=True)
class KnownAccount:
    """An account as a dialog shows it; `mention_id` is its newest mention, by which buttons name it."""

    account: Account
    source_title: str
    name: str
    total: int
    mention_id: int
    linked_by: str = ""
    linked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Links:
    """Whose account it is, what is linked to it, and what may be theirs too: the same handle or name elsewhere."""

    own: KnownAccount
    linked: tuple[KnownAccount, ...] = ()
    suggested: tuple[KnownAccount, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    """Where an account can be looked for: name and title."""


@dataclass(frozen=True, kw_only=True)
class Voiced:
    """Somebody with a stance, for the report: the account that wrote last, and how many are theirs."""

    name: str
    source_title: str
    accounts: int
    stance: Stance


@dataclass(frozen=True, kw_only=True)
class Voices:
    """Determined detractors and advocates as they stand now, the strongest first."""

    detractors: tuple[Voiced, ...] = ()
    advocates: tuple[Voiced, ...] = ()
