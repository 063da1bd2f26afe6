"""A wish is linked to an issue, the issue is released, and the customer is told: all in Slack."""

from sandbox.person import visible_text
from tests.journeys.office import PATIENCE, Office, fill, until
from tests.journeys.test_clockwork import notices


def test_from_a_wish_to_go_tell_them(own_office: Office) -> None:
    office = own_office
    ana, ben = office.person("ana"), office.person("ben")
    office.hears("billing awful, I want yearly invoices, says kite")
    card = office.card("says kite")
    card.choose(ana, "issue")
    dialog = ana.expect_modal(callback_id="issue", within=PATIENCE)
    assert fill(ana, dialog, issue__key="the yearly thing")["issue.key"].startswith("An issue's key has no spaces")
    assert not fill(ana, dialog, issue__key="inv-7", issue__title="Yearly invoices")
    card.shows("Asks for INV-7 “Yearly invoices”", "linked by")
    assert not fill(ana, card.dialog(ana, "let_stand", menu=True), decision__preset="other", decision__reason="A wish.")
    card.shows("Let stand", "Asks for INV-7")

    ben.command("/mentions issues", "#billing")
    listed = ben.expect_modal(callback_id="issues", within=PATIENCE)
    assert "INV-7 Yearly invoices" in visible_text(listed)
    ben.click_in_view(listed["id"], "issue.out", "INV-7")
    asked = ben.expect_modal(callback_id="issue.out", within=PATIENCE)
    assert "1 mention asked for it" in visible_text(asked)
    assert fill(ben, asked, issue__release=" ") == {
        "issue.release": "Say in which release it came, such as 2.3, in at most 80 characters."
    }
    assert not fill(ben, asked, issue__release="2.3")
    office.settle()
    card.shows("INV-7 “Yearly invoices” is out in 2.3: tell them", "Unclaimed")
    (told,) = until(lambda: notices(office, "#billing", "go tell them"), "the team to be told")
    assert "Yearly invoices is out in 2.3. A customer asked for it" in told

    assert not fill(ana, card.dialog(ana, "answer"), answer__text="It is there: see Settings, Invoices.")
    card.shows("Answer not posted yet")
    assert not fill(ana, card.dialog(ana, "answer_elsewhere"))
    card.shows("Answered elsewhere")
    office.settle()
    card.shows("is out in 2.3, and they have been told")
    ben.command("/mentions released inv-7 2.4", "#billing")
    ben.expect_message("#billing", containing="was said to be out already, in 2.3", within=PATIENCE)
    ben.command("/mentions released https://tracker.example/inv/8?from=mail 2.4", "#billing")
    ben.expect_message("#billing", containing="No mention is linked to https://tracker.example/inv/8.", within=PATIENCE)
