"""What the operators were told → which sources were not heard in a period: few mentions from those mean nothing."""

from datetime import datetime

from bot.domain.period import Period
from bot.domain.source_health import Unheard
from bot.store import outbox
from bot.store.database import Session


def unheard_in(session: Session, period: Period) -> tuple[Unheard, ...]:
    """By when it began. One message may stand for several stretches of a day: it counts as one, from the first on."""
    found = (
        Unheard(
            source=body["source"],
            begin=datetime.fromisoformat(body["since"]),
            end=datetime.fromisoformat(body["over"]) if "over" in body else None,
        )
        for body in outbox.bulletins(session)
        if body.get("since")
    )
    within = (each for each in found if each.begin < period.end and (each.end is None or each.end > period.begin))
    return tuple(sorted(within, key=lambda each: (each.begin, each.source)))
