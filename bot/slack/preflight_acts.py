"""Looking into what the preflight says: the posts that use a hashtag."""

from bot.flow.preflight import examples
from bot.slack.blocks.message import Json
from bot.slack.blocks.preflight import hashtag_modal
from bot.slack.floor import Floor
from bot.slack.payloads import Act, whole_number


def show_hashtag(floor: Floor, act: Act) -> None:
    """Over the answer dialog, which keeps what was typed."""
    floor.show(act, _page(floor, act))


def turn_hashtag(floor: Floor, act: Act) -> None:
    floor.change(act.view, _page(floor, act), unless_changed=True)


def _page(floor: Floor, act: Act) -> Json:
    number, _, tag = act.value.partition(":")
    page = whole_number(number)
    found = examples(floor.desk, tag, page=page)
    return hashtag_modal(tag, found.uses, page=page, older=found.older, newer=found.newer)
