"""How far a folder of a mailbox is read."""

import json
from dataclasses import dataclass
from datetime import datetime

HIGHEST_UID = 2**32


@dataclass(frozen=True, kw_only=True)
class MailCursor:
    """UIDs rise, and mean the same for as long as UIDVALIDITY stays (RFC 3501).

    `box` is a digest of the place: another one starts over. Of the messages up to `first`, the last one there was at the
    first poll, those that arrived before `start` are left out. `reached` is when the newest one that was read arrived, from
    where it is read again should the numbers change.
    """

    box: str
    validity: int = 0
    uid: int = 0
    first: int = 0
    start: datetime | None = None
    reached: datetime | None = None

    def text(self) -> str:
        moments = [moment and moment.isoformat() for moment in (self.start, self.reached)]
        return json.dumps([self.box, self.validity, self.uid, self.first, *moments])

    @classmethod
    def parse(cls, text: str, *, box: str) -> "MailCursor":
        """The cursor that `text()` wrote for this place; a fresh one for anything else."""
        try:
            place, *numbers, start, reached = json.loads(text)
            validity, uid, first = map(int, numbers)
            moments = [datetime.fromisoformat(start), datetime.fromisoformat(reached or start)]
        except (ValueError, TypeError, OverflowError, RecursionError):
            return cls(box=box)
        if place != box or not 0 <= uid < HIGHEST_UID or any(moment.tzinfo is None for moment in moments):
            return cls(box=box)
        newest = moments[1] if reached else None
        return cls(box=box, validity=validity, uid=uid, first=first, start=moments[0], reached=newest)
