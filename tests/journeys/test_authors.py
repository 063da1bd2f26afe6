"""Who writes again and again: the line on the card, the history over linked accounts, and the report for managers."""

from datetime import timedelta
from typing import Any

from sandbox.person import Person, visible_text
from tests.fakes import post
from tests.journeys.office import PATIENCE, Office, fill, until


def seen(view: object) -> str:
    """A view's words in one line."""
    return " ".join(visible_text(view).split())


def hear(office: Office, number: int, text: str, author: str, *, days_ago: float, source: str = "blog") -> None:
    written = post(
        number,
        text,
        author=author,
        author_name=author.title(),
        reach=12_400,
        posted_at=office.clock() - timedelta(days=days_ago),
    )
    office.hears_again(written, source=source)


def dialog(person: Person, *words: str) -> dict[str, Any]:
    """The uppermost dialog, once it shows all of it."""

    def look() -> dict[str, Any] | None:
        modals = person.modals()
        return modals[-1] if modals and all(word in seen(modals[-1]) for word in words) else None

    found: dict[str, Any] = until(look, lambda: f"{words} in {[seen(each) for each in person.modals()]}")
    return found


def button(view: dict[str, Any], action: str) -> str:
    """The value of the first button of this id."""
    every = [
        each
        for block in view["blocks"]
        for each in (*block.get("elements", ()), block.get("accessory") or {})
        if each.get("action_id") == action
    ]
    return str(every[0]["value"])


def test_a_determined_detractor_is_told_on_the_card_on_the_page_and_in_the_report(office: Office, ana: Person) -> None:
    for number, days_ago in ((801, 20), (802, 9)):
        hear(office, number, f"billing awful, marmot says {number}", "marmot", days_ago=days_ago)
        office.card(f"marmot says {number}")
    assert "etermined detractor" not in office.card("marmot says 802").text
    hear(office, 803, "billing awful, marmot says 803", "marmot", days_ago=2)
    card = office.card("marmot says 803")
    card.shows("Determined detractor (estimated): 3 posts in 3 weeks, 12,400 followers, last 2 days ago")
    ana.command("/mentions author marmot", "#billing")
    page = ana.expect_modal(callback_id="author.history", within=PATIENCE)
    assert "Determined detractor (estimated): 3 posts in 3 weeks" in seen(page)
    ana.close(page["id"])
    mia = office.person("mia")
    mia.command("/engagement-report 30d", "#leads")
    direct = until(lambda: office.direct(mia), "a direct message")
    report = mia.expect_message(direct, containing="Determined detractors (estimated):", within=PATIENCE)
    assert "Marmot on blog : 3 posts in 3 weeks" in seen(report)


def test_accounts_are_linked_by_hand_and_their_history_is_one(office: Office, ana: Person) -> None:
    hear(office, 811, "billing awful, numbat begins", "numbat", days_ago=12)
    hear(office, 812, "billing awful, numbat goes on", "numbat", days_ago=6)
    hear(office, 813, "billing awful, numbat elsewhere", "numbat", days_ago=1, source="forum")
    hear(office, 814, "billing awful, says a wholly other handle", "termite", days_ago=1, source="forum")
    card = office.card("numbat elsewhere", "#billing")
    office.card("wholly other handle")
    assert "etermined detractor" not in card.text, "nothing is linked by itself"
    ana.command("/mentions author numbat", "#billing")
    page = dialog(ana, "numbat", "Link accounts…")
    ana.click_in_view(page["id"], "author.link", button(page, "author.link"))
    links = dialog(ana, "Link accounts", "Perhaps")
    with office.everything_twice():
        ana.click_in_view(links["id"], "author.link_to", button(links, "author.link_to"))
    links = dialog(ana, "✅ Linked.", "The same person", "linked by")
    assert "Perhaps" not in seen(links)
    assert not fill(ana, links, link__source="forum", link__handle="@Termite")
    dialog(ana, "✅ Linked.", "termite")
    card.shows("Determined detractor (estimated): 4 posts in 12 days")
    assert [each.what for each in office.log(card)].count("account_linked") == 1
    for view in reversed(ana.modals()):
        ana.close(view["id"])
    ana.command("/mentions author numbat", "#billing")
    page = dialog(ana, "are one person, as colleagues said", "termite on")
    assert "4 mentions together" in seen(page)
    ana.close(page["id"])


def test_a_wrong_handle_says_so_and_unlinking_is_one_click(office: Office, ana: Person) -> None:
    hear(office, 821, "billing awful, ocelot one", "ocelot", days_ago=3)
    hear(office, 822, "billing awful, ocelot two", "ocelot", days_ago=2, source="forum")
    office.card("ocelot two")
    ana.command("/mentions author ocelot", "#billing")
    page = dialog(ana, "ocelot", "Link accounts…")
    ana.click_in_view(page["id"], "author.link", button(page, "author.link"))
    links = dialog(ana, "Link accounts", "Perhaps")
    errors = fill(ana, links, link__source="forum", link__handle="nobody")
    assert "Nobody of that handle has written there" in str(errors)
    ana.click_in_view(links["id"], "author.link_to", button(links, "author.link_to"))
    links = dialog(ana, "✅ Linked.")
    ana.click_in_view(links["id"], "author.unlink", button(links, "author.unlink"))
    links = dialog(ana, "✅ Unlinked.", "Perhaps")
    for view in reversed(ana.modals()):
        ana.close(view["id"])
