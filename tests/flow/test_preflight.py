"""A draft is looked at with what we know: the post, the flow's advice, the promises, and what was heard under a hashtag."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.preflight.finding import Concern, Mode, Preflight, Severity
from bot.domain.preflight.voice import Voice
from bot.domain.triage import Answer, Node
from bot.errors import Refused
from bot.flow.desk import overriding
from bot.flow.preflight import LOOKED_UP, check, examples
from bot.store.database import Database
from tests.fakes import MovedClock, department, policy, post
from tests.world import World

DRAFT = "I am sorry, Customer. I work for Acme and pay it back today."


def world(database: Database, clock: MovedClock, mode: Mode = Mode.ADVISE, **voice: object) -> World:
    rules = policy(departments=[department("billing", preflight=mode), department("care"), department("triage")])
    speaks = replace(Voice(names=("Acme",)), **voice)  # type: ignore[arg-type]
    return World(database, clock, replace(rules, voice=speaks))


def look(made: World, draft: str, **known: object) -> Preflight:
    return check(made.desk, 1, draft, by="UANA", **known)  # type: ignore[arg-type]


def rules(found: Preflight) -> set[str]:
    return {f"{each.concern}.{each.rule}" for each in found.findings}


@pytest.fixture
def made(database: Database, clock: MovedClock) -> World:
    made = world(database, clock)
    made.arrive(post(1))
    made.run()
    return made


def test_a_good_answer_passes_unremarked(made: World) -> None:
    assert look(made, DRAFT).findings == ()
    assert look(made, "").findings == ()


def test_the_flow_and_the_companys_name_are_known(made: World) -> None:
    found = look(made, "It is paid back today.")
    assert rules(found) == {"transparency.affiliation", "tone.no_apology"}
    assert not found.held_by(), "hints hold nothing back"


def test_a_persons_answer_to_the_flow_goes_before_the_models(made: World) -> None:
    overriding.override(made.desk, made.click("UANA"), Node.UNHAPPY_CUSTOMER, Answer.NO, "they only ask")
    assert rules(look(made, "It is paid back today. Acme")) == set()


def test_the_claim_tells_how_long_somebody_thought(made: World) -> None:
    assert rules(look(made, DRAFT)) == set(), "who knows when they began"
    made.claim("UANA")
    assert rules(look(made, DRAFT)) == {"timeliness.hasty"}
    assert rules(check(made.desk, 1, DRAFT, by="UBEN")) == set(), "the claim of somebody else says nothing"
    opened = made.clock() - timedelta(seconds=40)
    assert rules(look(made, DRAFT, opened_at=opened)) == set()
    made.clock.seconds(40)
    assert rules(look(made, DRAFT)) == set()


def test_a_missed_promise_asks_for_a_word_about_it(made: World) -> None:
    made.clock.forward(timedelta(hours=5))
    assert rules(look(made, DRAFT)) == {"timeliness.late"}
    assert not look(made, f"{DRAFT} Sorry for the wait.").findings


def test_a_strict_department_asks_that_each_point_be_mended_or_ticked(database: Database, clock: MovedClock) -> None:
    made = world(database, clock, Mode.BLOCK)
    made.arrive(post(1))
    made.run()
    found = look(made, "It is paid back today.")
    assert len(found.held_by()) == 2
    ticks = {each.tick for each in found.to_tick}
    assert not found.held_by(ticks)
    assert len(found.held_by(sorted(ticks)[:1])) == 1
    assert found.passed_over(ticks) == ("transparency.affiliation", "tone.no_apology")
    changed = look(made, "It is paid back tomorrow, idiot.")
    assert {each.rule for each in changed.held_by(ticks)} == {"rude"}, "a tick holds for what it was set for"


def test_switched_off_it_says_nothing(database: Database, clock: MovedClock) -> None:
    made = world(database, clock, Mode.OFF)
    made.arrive(post(1))
    made.run()
    assert look(made, "idiot #notguilty [name]") == Preflight(mode=Mode.OFF)


def test_a_hashtag_that_nobody_used_has_to_be_ticked(made: World) -> None:
    found = look(made, f"{DRAFT} #notguilty")
    (finding,) = found.findings
    assert (finding.concern, finding.rule, finding.severity) == (Concern.HASHTAG, "unknown", Severity.STOP)
    assert [words.text for words in finding.words] == ["#notguilty"]
    assert found.held_by() == (finding,)
    assert not found.held_by({finding.tick})


def test_a_tick_for_an_unknown_tag_ends_when_it_turns_out_to_be_grave(made: World) -> None:
    (unknown,) = look(made, f"{DRAFT} #NotGuilty").findings
    made.arrive(*(post(number, f"acquitted of murder, no justice #notguilty {number}") for number in range(2, 6)))
    found = look(made, f"{DRAFT} #NotGuilty")
    (grave,) = found.held_by({unknown.tick})
    assert grave.rule == "grave"
    assert "“murder”" in grave.sentence or "“acquitted”" in grave.sentence
    assert "4 posts by 4 people on Forum" in grave.sentence


def test_who_uses_a_tag_with_which_words_how_negatively_and_since_when(made: World) -> None:
    said = [post(number, f"a kettle without the beep please #quietpip {number}") for number in range(2, 7)]
    made.arrive(*said, source="Chirrup")
    long_ago = made.clock() - timedelta(days=3)
    made.arrive(post(9, "my beep too #QuietPip", posted_at=long_ago))
    made.run()
    found = look(made, f"{DRAFT} #quietpip")
    assert found.findings == ()
    (usage,) = found.known
    assert (usage.uses, usage.authors, set(usage.sources)) == (6, 6, {"Chirrup", "Forum"})
    assert "beep" in usage.beside
    assert usage.detractors is not None
    assert usage.first_at == long_ago


def test_an_edit_takes_its_tags_along(made: World) -> None:
    made.arrive(post(2, "#crumbday was fine"))
    assert examples(made.desk, "crumbday").uses
    made.arrive(replace(post(2), text="#doughday was fine"))
    assert not examples(made.desk, "crumbday").uses
    assert [use.mention_id for use in examples(made.desk, "doughday").uses] == [2]


def test_examples_come_in_pages(made: World) -> None:
    made.arrive(
        *(
            post(number, f"#quietpip {number}", posted_at=made.clock() - timedelta(hours=number))
            for number in range(2, 14)
        )
    )
    first, last = examples(made.desk, "quietpip"), examples(made.desk, "quietpip", page=2)
    assert [use.text for use in first.uses] == [f"#quietpip {number}" for number in range(2, 7)]
    assert (first.newer, first.older, last.newer, last.older) == (0, 7, 10, 0)
    assert [use.text for use in last.uses] == ["#quietpip 12", "#quietpip 13"]
    with pytest.raises(Refused):
        examples(made.desk, "quietpip", page=-1)


def test_our_own_tags_are_not_looked_up(database: Database, clock: MovedClock) -> None:
    made = world(database, clock, hashtags=("#AcmeCares",))
    made.arrive(post(1))
    made.run()
    assert not look(made, f"{DRAFT} #acmecares").findings


def test_a_tag_of_our_own_that_turned_grave_is_told(database: Database, clock: MovedClock) -> None:
    made = world(database, clock, hashtags=("#AcmeCares",))
    made.arrive(post(1), post(2, "a funeral today #acmecares"))
    made.run()
    (finding,) = look(made, f"{DRAFT} #acmecares").findings
    assert (finding.severity, finding.rule) == (Severity.HINT, "own")


def test_a_draft_full_of_tags_is_looked_up_in_bounds(made: World) -> None:
    found = look(made, f"{DRAFT} " + " ".join(f"#tag{number}" for number in range(40)))
    assert [each.rule for each in found.held_by()] == ["unknown"] * LOOKED_UP + ["unlooked"] * (40 - LOOKED_UP)
