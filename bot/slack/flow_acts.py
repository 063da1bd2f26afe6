"""The response flow's dialog: looked at, a question answered by hand, and that taken back."""

from collections.abc import Callable

from bot.domain.triage import Answer, Node
from bot.errors import Refused
from bot.flow.desk import looking, overriding
from bot.slack import ids
from bot.slack.blocks.flow_chart import flow_modal, override_modal
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import NOT_OURS, Act, Form, whole_number


def show_flow(floor: Floor, act: Act) -> None:
    """In a dialog it takes that one's place: Slack lays no more than three over each other."""
    view = flow_modal(looking.look(floor.desk, whole_number(act.value)))
    if act.view.get("type") == "modal":
        floor.change(act.view, view)
    else:
        floor.open(act.trigger, view)


def ask_why_otherwise(floor: Floor, act: Act) -> None:
    mention_id, node = _question(act.value)
    card = looking.look(floor.desk, mention_id)
    floor.show(act, override_modal(card, overriding.finding_at(card, node), origin=act.origin))


def take_back(floor: Floor, act: Act) -> None:
    mention_id, node = _question(act.value)
    card = overriding.withdraw(floor.desk, click_of(act, mention_id), node)
    floor.change(act.view, flow_modal(card))


def override(floor: Floor, form: Form) -> Callable[[], None] | None:
    """The dialog that lies beneath shows the new path."""
    reason = form.reason(ids.OVERRIDE_PRESET, ids.OVERRIDE_REASON)
    node, answer = Node(form.memory["node"]), Answer(form.memory["answer"])
    card = overriding.override(floor.desk, click_of(form, form.mention_id), node, answer, reason)
    return (lambda: floor.change({"id": form.beneath}, flow_modal(card))) if form.beneath else None


def _question(value: str) -> tuple[int, Node]:
    """`12:rager`, out of our own button."""
    mention_id, _, node = value.partition(":")
    if node not in set(Node):
        raise Refused(NOT_OURS)
    return whole_number(mention_id), Node(node)
