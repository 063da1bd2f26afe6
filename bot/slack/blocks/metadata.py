"""What an open dialog remembers of where it was opened."""

import json
from dataclasses import dataclass

from bot.domain.card import Card


@dataclass(frozen=True)
class Origin:
    """The message whose button opened the dialog; empty from App Home."""

    channel: str = ""
    ts: str = ""


NOWHERE = Origin()


def metadata_of(card: Card, origin: Origin) -> str:
    """A dialog's `private_metadata`: JSON with `mention_id` and `version` (numbers), `channel` and `ts` (strings).

    `version` is the card's at the time the dialog was opened: whoever submits learns from it that things have changed.
    """
    return json.dumps(
        {"mention_id": card.mention.id, "version": card.version, "channel": origin.channel, "ts": origin.ts}
    )
