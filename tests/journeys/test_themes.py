"""What is talked of without our name comes to the community as a chance to join in; what we write ourselves comes nowhere."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.config import Config
from bot.domain.listening import Account, Ears, Theme
from bot.store.database import Database
from sandbox.person import visible_text
from tests.journeys.office import PATIENCE, Office, fill, open_office, until

PRODUCT = "#feedback"


def with_community(config: Config) -> Config:
    brand = next(each for each in config.departments if each.name == "brand")
    community = replace(brand, name="community", title="Community", channel=PRODUCT, promises=False)
    ears = Ears(
        complaint_hashtags=("#fail",),
        own_accounts=(Account(handle="acme"),),
        themes=(Theme(name="soup at home", department="community", words=("soup",)),),
    )
    return replace(config, departments=(*config.departments, community), heard=replace(config.heard, ears=ears))


@pytest.fixture
def office(sqlite_database: Database) -> Iterator[Office]:
    with open_office(sqlite_database, change=with_community) as opened:
        yield opened


def test_a_theme_is_a_chance_to_join_in_and_never_takes_what_names_us(office: Office) -> None:
    ana = office.person("ana")
    office.hears("my soup is awful, says heron", source="Lookout")
    office.hears("Acme billing is awful, and the soup too, says stork", source="Lookout")
    card = office.card("says heron", PRODUCT).shows("💬 A chance to join in", "theme “soup at home”")
    assert card.buttons == ["Claim", "Join in…"]
    office.card("says stork").shows("detractor", "due")
    office.clock.forward(minutes=60 * 24 * 3)
    office.settle()
    assert [word for word in ("Late", "due", "detractor") if word in card.text] == []
    card.click(ana, "claim")
    card.shows("Claimed by")
    dialog = card.dialog(ana, "let_stand", menu=True)
    fill(ana, dialog, decision__preset="It is fair, and nothing is to be added")
    card.shows("Let stand")
    mia = office.person("mia")
    mia.command("/engagement-report", "#leads")
    until(
        lambda: any("1 chance to join in" in str(each) for each in office.slack.messages(office.direct(mia))),
        "a report that counts the chance apart",
        within=PATIENCE,
    )


def test_our_own_posts_stay_out_and_a_hashtag_of_complaint_is_told(office: Office) -> None:
    ana = office.person("ana")
    office.hears("Acme billing has a new number, says ibis", author="@Acme")
    office.hears("Acme billing #FAIL, says crane")
    office.card("says crane").shows("complains with #fail")
    ana.command("/mentions find ibis", "#billing")
    found = ana.expect_modal(callback_id="find", within=PATIENCE)
    assert "says ibis" in visible_text(found)
    assert "Bring back…" in visible_text(found)
    assert office.cards("says ibis", "#billing") == []
