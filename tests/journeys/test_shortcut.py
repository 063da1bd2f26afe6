"""“Make this a mention” and /mentions add: what people read elsewhere comes in by hand."""

from sandbox.person import Person, visible_text
from tests.journeys.looking import buttons
from tests.journeys.office import PATIENCE, Office, fill, until

SHORTCUT = "mention.make"


def use_shortcut(person: Person, channel: str, ts: str, dialog: str = "mention.add") -> dict[str, object]:
    person.shortcut(SHORTCUT, channel=channel, message_ts=ts)
    return person.expect_modal(callback_id=dialog, within=PATIENCE)


def shown_in(dialog: dict[str, object], block: str) -> str:
    found = next(each for each in dialog["blocks"] if each["block_id"] == block)  # type: ignore[attr-defined]
    return str(found["element"].get("initial_value", ""))


def test_a_message_in_slack_becomes_a_mention_once(own_office: Office) -> None:
    office = own_office
    ana, ben = office.person("ana"), office.person("ben")
    said = ben.say("#feedback", "Got this by mail: billing is awful & you charged me twice, says newt")
    dialog = use_shortcut(ana, "#feedback", said["ts"])
    assert shown_in(dialog, "add.text") == "Got this by mail: billing is awful & you charged me twice, says newt"
    assert shown_in(dialog, "add.author") == "Ben"
    assert f"/p{said['ts'].replace('.', '')}" in shown_in(dialog, "add.link")
    with office.everything_twice():
        assert not fill(ana, dialog, add__text="billing is awful, says newt", add__author="Newt")
    ana.expect_message("#feedback", containing="Added the mention by Newt.", within=PATIENCE)
    card = office.card("says newt")
    assert "Newt on Slack" in card.text
    assert "added by" in card.text
    assert len(office.cards("says newt", "#billing")) == 1
    assert (office.log(card)[0].what, office.log(card)[0].actor) == ("ingested", ana.id)

    card.choose(ana, "history")
    assert "added it by hand" in visible_text(ana.expect_modal(callback_id="mention.history", within=PATIENCE))

    card.click(ben, "claim")
    card.shows("Claimed")
    known = use_shortcut(ben, "#feedback", said["ts"], dialog="notice")
    told = visible_text(known)
    assert "It is already here:" in told
    assert "Claimed" in told
    assert f"/p{card.ts.replace('.', '')}" in str(known["blocks"])
    own = use_shortcut(ben, "#billing", card.ts, dialog="notice")
    assert "It is already here:" in visible_text(own), "a card is a mention already"


def test_two_people_who_add_the_same_message_at_once_add_one(own_office: Office) -> None:
    office = own_office
    ana, ben = office.person("ana"), office.person("ben")
    said = ben.say("#feedback", "billing is awful, says otter")
    first, second = use_shortcut(ana, "#feedback", said["ts"]), use_shortcut(ben, "#feedback", said["ts"])
    assert not fill(ana, first)
    assert not fill(ben, second)
    ben.expect_message("#feedback", containing="It is already here:", within=PATIENCE)
    office.card("says otter")
    assert len(office.cards("says otter", "#billing")) == 1


def test_a_page_is_read_for_its_words_and_known_again(own_office: Office) -> None:
    office = own_office
    ana, ben = office.person("ana"), office.person("ben")
    path = office.publish("chirrup", "An awful outage since noon, says puma", author_name="Puma P.")
    url = f"{office.slack.url}{path}"
    card = office.card("says puma", "#engineering")
    ana.command(f"/mentions add {url}?utm_source=mail", "#billing")
    told = ana.expect_message("#billing", containing="It is already here:", within=PATIENCE)
    assert f"/p{card.ts.replace('.', '')}" in str(told["blocks"]), "the feed had brought it"

    other = f"{office.slack.url}/places/chirrup/by/{path.rsplit('/', 1)[1]}"  # a page that is not there
    ben.command(f"/mentions add {other}", "#billing")
    dialog = ben.expect_modal(callback_id="mention.add", within=PATIENCE)
    assert "The page could not be read: 127.0.0.1 has nothing at this address (404)." in visible_text(dialog)
    assert shown_in(dialog, "add.link") == other
    errors = fill(ben, dialog, add__text="billing is awful, says quoll", add__link="https://ana:pw@x.test")
    assert "Leave the login out" in errors["add.link"]
    assert not fill(ben, dialog, add__text="billing is awful, says quoll", add__link=other)
    assert "the web (added by hand)" in office.card("says quoll").text


def test_a_page_fills_the_dialog_for_the_person_to_look_over(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    office.publish("chirrup", "All is fine, says rook", author_name="Rook")
    ana.command(f"/mentions add {office.slack.url}/places/chirrup", "#billing")
    dialog = ana.expect_modal(callback_id="mention.add", within=PATIENCE)
    assert "says rook" in shown_in(dialog, "add.text")
    assert "leave only what the customer wrote" in visible_text(dialog)


def test_words_given_with_the_address_are_taken_without_a_look(office: Office) -> None:
    eve = office.person("eve")
    eve.command("/mentions add https://nowhere.test/7 billing is awful, says <stoat> & co", "#billing")
    dialog = eve.expect_modal(callback_id="mention.add", within=PATIENCE)
    assert shown_in(dialog, "add.text") == "billing is awful, says <stoat> & co"
    assert not fill(eve, dialog)
    assert "nowhere.test" in str(office.card("says <stoat> & co").message["blocks"])


def test_what_is_no_address_is_told(office: Office) -> None:
    eve = office.person("eve")
    for line, told in (("add", "Which page?"), ("add forum.test/1", "should begin with https://")):
        eve.command(f"/mentions {line}", "#billing")
        eve.expect_message("#billing", containing=told, within=PATIENCE)


def test_one_that_a_rule_kept_out_can_be_brought_back_from_there(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    written = office.hears("free crypto, says tapir", url="https://blog.test/tapir")

    def told() -> bool:
        ana.command(f"/mentions add {written.url}", "#billing")
        seen = ana.expect_message("#billing", containing="It is already here:", within=PATIENCE)
        return any(button["action_id"] == "find.bring_back" for _, button in buttons(seen))

    until(told, "the rule to keep it out")
    seen = ana.expect_message("#billing", containing="It is already here:", within=PATIENCE)
    ana.click("#billing", seen["ts"], "find.bring_back")
    dialog = ana.expect_modal(callback_id="find.bring_back", within=PATIENCE)
    assert not fill(ana, dialog, bring_back__department="billing")
    office.card("says tapir")
