"""App Home: a person's own work."""

from bot.flow.home import home_of
from bot.slack.blocks.home import home_view
from bot.slack.calls import call
from bot.slack.floor import Floor


def publish(floor: Floor, user: str) -> None:
    """Draw one person's Home as things stand now."""
    now = floor.desk.clock()
    departments = floor.directory.departments_of(user, floor.policy.routing.departments.values())
    page = home_of(floor.desk.db, floor.policy, user, departments, now=now, permalink=floor.directory.permalink)
    call(floor.client.views_publish, user_id=user, view=home_view(page, now))
