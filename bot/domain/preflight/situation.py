"""What the looks at a draft know besides its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.preflight.usage import Usage
from bot.domain.preflight.voice import Voice
from bot.domain.triage import Outcome


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Which post is answered, and by whom.

    `outcome` is what the response flow recommends, None where the model could not judge. `due_at` is when the answer was
    promised; `opened_at` is when the writer began, None where nobody knows. `usages` tells what is known of hashtags, by
    their folded form.
    """

    now: datetime
    text: str
    author: str = ""
    author_name: str = ""
    posted_at: datetime | None = None
    due_at: datetime | None = None
    opened_at: datetime | None = None
    outcome: Outcome | None = None
    detractor: float = 0.0
    reach: int | None = None
    urgent: bool = False
    voice: Voice = field(default_factory=Voice)
    usages: Mapping[str, Usage] = field(default_factory=dict)
