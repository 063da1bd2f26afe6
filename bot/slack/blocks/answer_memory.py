"""What the answer dialog remembers between two looks at it: its `private_metadata`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.seen import Seen
from bot.slack import ids
from bot.slack.blocks.metadata import NOWHERE, Origin


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Which mention, where it was opened and when, and what its writer had before them.

    `number` counts the texts that were inserted: Slack keeps what was typed as long as an input's block keeps its id, so a
    new text needs a new one. `saved` is the saved reply that was inserted last, 0 for none.
    """

    mention_id: int
    version: int
    opened_at: datetime
    seen: Seen = field(default_factory=Seen)
    origin: Origin = NOWHERE
    number: int = 0
    saved: int = 0

    @property
    def input_id(self) -> str:
        """The id of the block with the text input."""
        return f"{ids.ANSWER_TEXT}.{self.number}" if self.number else ids.ANSWER_TEXT

    def after_inserting(self, saved: int) -> "Memory":
        """A saved reply's id, or 0 for a draft: what was inserted last counts as used."""
        return replace(self, number=self.number + 1, saved=saved or self.saved)

    def to_json(self) -> str:
        seen = self.seen
        return json.dumps(
            {
                "mention_id": self.mention_id,
                "version": self.version,
                "opened_at": self.opened_at.isoformat(),
                "channel": self.origin.channel,
                "ts": self.origin.ts,
                "answer": seen.answer,
                "edited_at": _written(seen.edited_at),
                "withdrawn_at": _written(seen.withdrawn_at),
                "followed_at": _written(seen.followed_at),
                "number": self.number,
                "saved": self.saved,
            }
        )


def memory_of(kept: Mapping[str, Any]) -> Memory:
    """Out of a dialog's `private_metadata`, read as JSON."""
    return Memory(
        mention_id=int(kept["mention_id"]),
        version=int(kept["version"]),
        opened_at=datetime.fromisoformat(kept["opened_at"]),
        seen=Seen(
            answer=int(kept["answer"]),
            edited_at=_read(kept["edited_at"]),
            withdrawn_at=_read(kept["withdrawn_at"]),
            followed_at=_read(kept["followed_at"]),
        ),
        origin=Origin(str(kept["channel"]), str(kept["ts"])),
        number=int(kept["number"]),
        saved=int(kept["saved"]),
    )


def _written(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


def _read(moment: str) -> datetime | None:
    return datetime.fromisoformat(moment) if moment else None
