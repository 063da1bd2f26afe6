"""App Home: a person's own work, drawn when they open it and after what they do."""

import logging
import time
from functools import partial
from typing import Any

from bot.errors import EarshotError, GiveUp, Retry
from bot.flow.home import Visit, home_of
from bot.slack.approvers import approved_by
from bot.slack.blocks.home import fault_view, home_view, pages_of
from bot.slack.blocks.message import Json
from bot.slack.calls import call
from bot.slack.floor import Floor
from bot.slack.homes import Pages
from bot.slack.payloads import Act

log = logging.getLogger(__name__)

TRIES = 4
LONGEST_WAIT = 2.0
"""Seconds between two tries to publish."""


def open_home(floor: Floor, event: dict[str, Any]) -> None:
    """Somebody looks: the first pages, as things stand now. What they see meanwhile is the last drawing."""
    user, shown = str(event["user"]), event.get("view") or {}
    floor.homes.turn(user, {}, str(shown.get("hash") or ""))
    floor.homes.ask(user, partial(_draw, floor, user))


def turn_to(floor: Floor, act: Act, pages: Pages) -> None:
    """The same Home at other pages."""
    floor.homes.turn(act.user, pages, "" if floor.homes.drawn(act.user).hash else str(act.view.get("hash") or ""))
    floor.homes.ask(act.user, partial(_draw, floor, act.user))


def draw_after(floor: Floor, user: str, act: Act | None = None) -> None:
    """What they did stands whether or not Slack takes the drawing; a Home that nobody looks at is drawn when it is opened."""
    if act is not None and act.in_home and not floor.homes.seems_open(user):  # opened before this process began
        turn_to(floor, act, pages_shown(act))
    elif floor.homes.seems_open(user):
        floor.homes.ask(user, partial(_draw, floor, user))


def pages_shown(act: Act) -> dict[Any, int]:
    """The pages that the Home around a button shows."""
    return pages_of(str(act.view.get("private_metadata") or ""))


def _draw(floor: Floor, user: str) -> None:
    """Publish Home. Slack refuses a drawing made for another view than the one there (`hash`): then it is made once more.

    Another process of ours drew meanwhile, or an earlier try arrived although no answer came.
    """
    for tried in range(TRIES):
        drawn = floor.homes.drawn(user)
        view = _view(floor, user, drawn.pages)
        guard = {"hash": drawn.hash} if drawn.hash else {}
        try:
            answer = call(floor.client.views_publish, user_id=user, view=view, **guard)
        except Retry as fault:
            log.info("home_put_off", extra={"user": user, "reason": fault.reason})
            if floor.homes.has_newer_wish(user):
                return
            time.sleep(min(0.5 * 2**tried, LONGEST_WAIT))
        except GiveUp as fault:
            if not guard:
                log.warning("home_not_drawn", extra={"user": user, "reason": fault.reason})
                return
            floor.homes.published(user, "")
        else:
            floor.homes.published(user, str((answer.get("view") or {}).get("hash") or ""))
            return
    log.warning("home_not_drawn", extra={"user": user, "reason": f"tried {TRIES} times"})


def _view(floor: Floor, user: str, pages: Pages) -> Json:
    """Home, or why there is none now: whoever opens it is never left with nothing."""
    now = floor.desk.clock()
    try:
        directory, policy = floor.directory, floor.policy
        visit = Visit(
            user=user,
            departments=directory.departments_of(user, policy.routing.departments.values()),
            approves=approved_by(floor, user),
            is_staff=user in directory.ids_of([each.slack for each in policy.staff]),
            zone=directory.zone_of(user),
            pages=pages,
        )
        return home_view(home_of(floor.desk.db, policy, visit, now=now, permalink=directory.permalink), now)
    except EarshotError as fault:
        log.warning("home_not_made", extra={"user": user, "reason": str(fault)})
        return fault_view(f"Your Home could not be read just now. {floor.sentence(fault, user)}")
