"""Which accounts are one person's: the dialog, its buttons, and its form."""

from dataclasses import replace

from bot.flow import people
from bot.slack import ids
from bot.slack.blocks.links import links_modal
from bot.slack.floor import Floor, click_of
from bot.slack.payloads import Act, Form, two_numbers, whole_number
from bot.slack.refusals import ShownInstead


def show_links(floor: Floor, act: Act) -> None:
    floor.show(act, links_modal(people.links_of(floor.desk, whole_number(act.value))))


def link_to(floor: Floor, act: Act) -> None:
    own, other = two_numbers(act.value)
    people.link(floor.desk, click_of(act, own), other)
    floor.change(act.view, links_modal(people.links_of(floor.desk, own), note="✅ Linked."))


def unlink(floor: Floor, act: Act) -> None:
    own, other = two_numbers(act.value)
    people.unlink(floor.desk, click_of(act, own), other)
    floor.change(act.view, links_modal(people.links_of(floor.desk, own), note="✅ Unlinked."))


def link(floor: Floor, form: Form) -> None:
    """By source and handle; the same dialog then shows it."""
    own = form.mention_id
    # The dialog stays open, so its id alone does not tell a second link from a second delivery of the first.
    click = replace(click_of(form, own), key=f"{form.key}:{form.view.get('hash', '')}")
    people.link_named(floor.desk, click, form.text(ids.LINK_SOURCE), form.text(ids.LINK_HANDLE))
    raise ShownInstead(links_modal(people.links_of(floor.desk, own), note="✅ Linked."))


LINK_ACTS = {ids.LINK: show_links, ids.LINK_TO: link_to, ids.UNLINK: unlink}
