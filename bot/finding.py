"""What a look at the installation found."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import GiveUp, Retry


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at. `said` tells what was found, or what to do."""

    what: str
    well: bool
    said: str


def tried(what: str, look: Callable[[], str]) -> Finding:
    """What `look` says, or why it failed; a fault in one place does not keep the others from being looked at."""
    try:
        return Finding(what=what, well=True, said=look())
    except (GiveUp, Retry) as fault:
        return Finding(what=what, well=False, said=fault.reason)
