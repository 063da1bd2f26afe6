"""What a surface hands to the messenger."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
"""One Slack block, element or view."""


@dataclass(frozen=True)
class Message:
    """A message as Slack takes it. `text` says the essential without the blocks: notifications and screen readers use it."""

    text: str
    blocks: list[Json]
