"""The response flow on the card: its path, each question answered by hand, and the decisions it recommends."""

from typing import Any

from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Card, Office, fill, until

Json = dict[str, Any]


def press(person: Person, view: Json, action_id: str, block_id: str) -> None:
    """One of several buttons of the same kind in a dialog."""
    container = {"type": "view", "view_id": view["id"]}
    person.post("/ui/action", container=container, block_id=block_id, action_id=action_id, value=None)


def flow_of(card: Card, person: Person) -> Json:
    """What lay open before is closed, so that it is not taken for this one."""
    close_all(person)
    card.choose(person, "flow")
    return person.expect_modal(callback_id="mention.flow", within=PATIENCE)


def ask_otherwise(card: Card, person: Person, flow: Json, node: str) -> Json:
    press(person, flow, "mention.override", f"flow.{card.mention_id}.{node}")
    return person.expect_modal(callback_id="mention.override", within=PATIENCE)


def close_all(person: Person) -> None:
    if left := person.modals():
        person.close(left[-1]["id"], whole_stack=True)


def path_of(person: Person) -> str:
    return visible_text(person.expect_modal(callback_id="mention.flow", within=PATIENCE))


def test_a_question_answered_by_hand_changes_what_is_recommended(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says agouti")
    card = office.card("says agouti")
    card.shows("Recommended: Unhappy customer → Put it right (restoration)")
    flow = flow_of(card, ana)
    assert "3. Is the post a rant, rage, joke or satire?" in visible_text(flow)
    assert "Yes_ would lead to" not in visible_text(flow)

    dialog = ask_otherwise(card, ana, flow, "rager")
    assert "Then the flow recommends: *Monitor only*." in visible_text(dialog)
    assert fill(ana, dialog, override__preset="other") == {
        "override.reason": "Please say why: whoever decides on this card will want to know."
    }
    assert not fill(ana, dialog, override__preset="A joke or satire", override__reason="She does stand-up.")
    card.shows("Recommended: Rant or joke → Monitor only", "✋ rant, says", "“A joke or satire; She does stand-up.”")
    until(lambda: "Rant or joke → Monitor only" in path_of(ana), "the dialog beneath to show the new path")
    assert "the model: no" in path_of(ana)

    # Somebody else takes it back, from his own look at the path.
    other = flow_of(card, ben)
    press(ben, other, "mention.override_back", f"flow.{card.mention_id}.rager")
    card.shows("Recommended: Unhappy customer → Put it right (restoration)")
    assert "✋" not in card.text
    until(lambda: "Unhappy customer" in path_of(ben), "the dialog to show the model's path again")
    assert [each.what for each in office.log(card)][-2:] == ["overridden", "override_withdrawn"]


def test_that_we_do_not_wish_to_put_it_right_leads_to_the_last_question(office: Office, ana: Person) -> None:
    office.hears("billing awful, says babirusa")
    card = office.card("says babirusa")
    dialog = ask_otherwise(card, ana, flow_of(card, ana), "restoration")
    assert not fill(ana, dialog, override__preset="It is settled already")
    card.shows("Unhappy customer → not ours to put right → Reply (final evaluation)")
    flow = until(lambda: _asks(ana, "will we respond?"), "the path to go on")
    dialog = ask_otherwise(card, ana, flow, "final_evaluation")
    assert not fill(ana, dialog, override__preset="other", override__reason="Nothing is left to say.")
    card.shows("Unhappy customer → not ours to put right → no reply → Let it stand")


def _asks(person: Person, words: str) -> Json | None:
    view = person.expect_modal(callback_id="mention.flow", within=PATIENCE)
    return view if words in visible_text(view) else None


def test_two_people_do_not_answer_over_each_other(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says capybara")
    card = office.card("says capybara")
    of_ana = ask_otherwise(card, ana, flow_of(card, ana), "rager")
    of_ben = ask_otherwise(card, ben, flow_of(card, ben), "troll")
    assert not fill(ana, of_ana, override__preset="A joke or satire")
    card.shows("Monitor only")
    assert not fill(ben, of_ben, override__preset="The site exists to bash and degrade")
    card.shows("Recommended: Troll → Monitor only")
    late = ask_otherwise(card, ben, flow_of(card, ben), "discovery")
    dialog = ask_otherwise(card, ana, flow_of(card, ana), "discovery")
    assert not fill(ana, dialog, override__preset="It is praise")
    refused = fill(ben, late, override__preset="It is praise")
    assert "It says yes already. Ana said so at" in refused["override.reason"]


def test_an_answer_by_hand_that_slack_delivers_twice_is_one(office: Office, ana: Person) -> None:
    office.hears("billing awful, says dugong")
    card = office.card("says dugong")
    dialog = ask_otherwise(card, ana, flow_of(card, ana), "rager")
    with office.everything_twice():
        fill(ana, dialog, override__preset="A joke or satire")
    card.shows("Rant or joke → Monitor only")
    office.settle()
    assert [each.what for each in office.log(card)].count("overridden") == 1


def test_a_corrected_score_changes_the_recommendation(office: Office, ana: Person) -> None:
    office.hears("I love it, praise, says echidna")
    card = office.card("says echidna", "#brand")
    card.shows("Recommended: Positive or balanced → needs no reply → Let it stand")
    dialog = card.dialog(ana, "score", menu=True)
    assert not fill(ana, dialog, score__choice="detractor")
    card.shows("Recommended: Unhappy customer", "Detractor")


def test_the_path_is_reached_from_why_here_and_from_history(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says fennec")
    card = office.card("says fennec")
    card.choose(ana, "history")
    history = ana.expect_modal(callback_id="mention.history", within=PATIENCE)
    ana.click_in_view(history["id"], "mention.why")
    why = ana.expect_modal(callback_id="mention.why", within=PATIENCE)
    ana.click_in_view(why["id"], "mention.flow")
    flow = ana.expect_modal(callback_id="mention.flow", within=PATIENCE)
    dialog = ask_otherwise(card, ana, flow, "rager")  # the third dialog over each other, the most that Slack lays
    assert not fill(ana, dialog, override__preset="A joke or satire")
    card.shows("Monitor only")
    ana.close(flow["id"], whole_stack=True)
    card.choose(ben, "history")
    told = visible_text(ben.expect_modal(callback_id="mention.history", within=PATIENCE))
    assert "answered a question of the response flow otherwise" in told
    assert "Is the post a rant, rage, joke or satire?" in told
    assert "Rant or joke → Monitor only" in told


# -- decisions --------------------------------------------------------------------------------------------------------


def agreed(office: Office, card: Card, what: str) -> tuple[str, str]:
    """What had been recommended when this was decided, and whether that was it."""
    detail = next(each.detail for each in office.log(card) if each.what == what)
    return detail["recommended"], detail["agreed"]


def test_a_recommended_decision_takes_a_click_and_a_confirmation(office: Office, ana: Person) -> None:
    office.hears("I love it, praise, says genet")
    card = office.card("says genet", "#brand")
    card.offers("Let stand (recommended)…", "Claim", "Thank…")
    dialog = card.dialog(ana, "let_stand")
    assert not fill(ana, dialog)
    card.shows("Let stand", "“As recommended: Positive or balanced → needs no reply”")
    assert agreed(office, card, "let_stand") == ("let_stand", "yes")


def test_monitoring_tells_headquarters_who_decided_and_why(office: Office, ana: Person) -> None:
    office.hears("billing awful, says hoatzin")
    card = office.card("says hoatzin")
    flow = flow_of(card, ana)
    assert not fill(
        ana, ask_otherwise(card, ana, flow, "troll"), override__preset="The site exists to bash and degrade"
    )
    ana.close(flow["id"], whole_stack=True)
    card.shows("Troll → Monitor only").offers("Monitor only (recommended)…", "Claim", "Answer", "Escalate")
    assert not fill(ana, card.dialog(ana, "monitor"), decision__reason="We know the site.")
    card.shows("Monitored, not answered", "“As recommended: Troll; We know the site.”")
    told = ana.expect_message("#ops", containing="says hoatzin", within=PATIENCE)
    assert told["text"].startswith(f"👀 <@{ana.id}> of Billing decided to watch this one and not to answer.")
    assert "Reason: “As recommended: Troll; We know the site.”" in told["text"]
    assert card.ts.replace(".", "") in str(told["blocks"]), "the notice leads to the card"
    assert agreed(office, card, "monitor") == ("restoration", "no"), "the model had said otherwise"


def test_everything_about_a_mention_is_on_its_one_card(office: Office, ana: Person, ben: Person) -> None:
    """Whatever people do, the channel gets no second message but the calls that name somebody."""
    office.hears("billing awful, says ibex")
    card = office.card("says ibex")
    before = len(office.slack.messages("#billing"))
    card.click(ana, "claim")
    flow = flow_of(card, ana)
    assert not fill(ana, ask_otherwise(card, ana, flow, "rager"), override__preset="A joke or satire")
    ana.close(flow["id"], whole_stack=True)
    assert not fill(ben, card.dialog(ben, "score", menu=True), score__choice="passive")
    card.choose(ana, "release")
    card.shows("Unclaimed")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="We put it right.")
    card.shows("Answer not posted yet", "We put it right.", "✋ rant", "Passive")
    assert not fill(ana, card.dialog(ana, "answer_elsewhere"), elsewhere__link="https://blog.test/9")
    card.shows("Answered elsewhere").offers("Reopen", "History")
    card.click(ben, "reopen")
    card.shows("Unclaimed", "Earlier: answered elsewhere", "✋ rant")
    office.settle()
    messages = office.slack.messages("#billing")
    assert len(messages) == before
    assert not [each for each in messages if each.get("thread_ts") not in (None, each["ts"])]
