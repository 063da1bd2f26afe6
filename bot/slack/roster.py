"""Who works in a department, as Slack knows it: the Roster of flow/assign."""

from bot.domain.routing import Department
from bot.errors import Refused
from bot.slack.directory import Directory


class SlackRoster:
    """Looks references up in the directory, which asks Slack where it has to."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def members_of(self, department: Department) -> tuple[str, ...]:
        """Ids of its people in the order of the configuration, then of its user group's; no apps, nobody who has left."""
        people = self._directory.ids_of(department.people)
        group = self._directory.ids_of([department.user_group]) if department.user_group else []
        grouped = sorted(member for each in group for member in self._directory.members(each))
        return tuple(self._directory.able(dict.fromkeys((*people, *grouped))))


def refuse_stranger(directory: Directory, user: str) -> None:
    """Refused for whoever cannot take a mention over: a person who has left or is not known here, or an app."""
    if user in directory.able([user]):
        return
    name = directory.names_of([user]).get(user)
    if name is None:
        raise Refused("Nobody here goes by that name (any more): choose a colleague of this workspace.")
    raise Refused(f"{name} cannot take it: they have left, or are an app. Choose another colleague.")
