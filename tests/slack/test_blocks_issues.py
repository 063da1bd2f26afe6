"""The list of what customers wait for."""

from bot.domain.issue import Demand, Issue
from bot.slack.blocks.issues import issues_view
from tests.slack.examples import NOW
from tests.slack.limits import said

MUTE = Demand(
    issue=Issue(id=1, key="SIM-42", title="An off switch", opened_by="U0BO", opened_at=NOW), mentions=3, to_tell=0
)


def test_a_list_that_is_shown_whole_has_no_pages() -> None:
    assert " of " not in said(issues_view([MUTE], page=0, total=1)["blocks"])
    assert "11–11 of 11" in said(issues_view([MUTE], page=1, total=11)["blocks"])
