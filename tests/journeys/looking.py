"""What people find at Home and in lists, and how they press a button there."""

from typing import Any

from sandbox.person import NotPossible, Person, visible_text
from tests.journeys.office import until


def home(person: Person, words: str) -> str:
    """The person's Home, opened anew until it says `words`."""

    def look() -> str:
        view = person.open_home()
        seen = visible_text(view) if view else ""
        return seen if words in seen else ""

    return str(until(look, lambda: f"{words} in:\n{visible_text(person.home())}"))


def part(seen: str, title: str) -> str:
    """The part of Home under a title."""
    titles = ("Offered to me", "Waiting for my approval", "Mine", "Due soon", "Unclaimed in my teams", "My week")
    start = seen.index(f"\n{title}")
    ends = [seen.find(f"\n{other}", start + 1) for other in titles if other != title]
    return seen[start : min((end for end in ends if end > start), default=len(seen))]


def press(person: Person, action: str, value: str) -> None:
    """A button at Home, by its value: a mention's id, mostly. Home may be drawn anew while one looks: then one looks again."""

    def pressed() -> bool:
        view = person.home() or {"blocks": []}
        for block, button in buttons(view):
            if (button["action_id"], button.get("value")) == (action, value):
                return touch(person, {"type": "view", "view_id": view["id"]}, block["block_id"], action)
        return False

    until(pressed, f"{action} with value {value}")


def choose(person: Person, action: str, value: object) -> None:
    """Pick something in one of Home's filters."""

    def chosen() -> bool:
        view = person.home() or {"blocks": []}
        for block, element in buttons(view):
            if element["action_id"] == action:
                return touch(person, {"type": "view", "view_id": view["id"]}, block["block_id"], action, value)
        return False

    until(chosen, f"{action} to choose from")


def buttons(view: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Everything that can be touched in a view, with its block."""
    rows = [(block, each) for block in view["blocks"] for each in block.get("elements", ()) if "action_id" in each]
    return rows + [(block, block["accessory"]) for block in view["blocks"] if "accessory" in block]


def touch(person: Person, container: dict[str, str], block_id: str, action: str, value: object = None) -> bool:
    try:
        person.post("/ui/action", container=container, block_id=block_id, action_id=action, value=value)
    except NotPossible as refused:
        if refused.code not in ("element_not_found", "view_not_found"):
            raise
        return False
    return True
