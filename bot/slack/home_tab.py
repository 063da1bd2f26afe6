"""App Home: a person's own work."""

import logging

from bot.errors import EarshotError
from bot.flow.home import home_of
from bot.slack.blocks.home import home_view
from bot.slack.calls import call
from bot.slack.floor import Floor

log = logging.getLogger(__name__)


def draw_anew(floor: Floor, user: str) -> None:
    """After an act at Home, which stands whether or not Slack takes the drawing: opening Home draws it again."""
    try:
        publish(floor, user)
    except EarshotError as fault:
        log.warning("home_not_drawn", extra={"user": user, "reason": str(fault)})


def publish(floor: Floor, user: str) -> None:
    """Draw one person's Home as things stand now."""
    now = floor.desk.clock()
    departments = floor.directory.departments_of(user, floor.policy.routing.departments.values())
    page = home_of(floor.desk.db, floor.policy, user, departments, now=now, permalink=floor.directory.permalink)
    call(floor.client.views_publish, user_id=user, view=home_view(page, now))
