"""Each look at a draft: what it finds, the words that it names, and what it lets pass. And how often it is right."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benches.preflight import HELD_OUT, TUNED, counts, read_drafts
from bot.domain.preflight.finding import Mode, Severity, graded
from bot.domain.preflight.review import review
from bot.domain.preflight.situation import Situation
from bot.domain.preflight.usage import Usage
from bot.domain.preflight.voice import Voice
from bot.domain.triage import Outcome

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
VOICE = Voice(names=("Simmerwick", "Pip", "Grumble"), signatures=("^sw",))
PLAIN = Situation(
    now=NOW, text="It leaks.", author="bert_h", author_name="Bert Hollis", outcome=Outcome.RESPOND, voice=VOICE
)
GOOD = "Hello Bert, I work for Simmerwick."


def found(draft: str, situation: Situation = PLAIN) -> dict[str, list[str]]:
    """Rules and the words that each names."""
    findings = review(draft, situation, Mode.ADVISE).findings
    return {f"{each.concern}.{each.rule}": [words.text for words in each.words] for each in findings}


def when(**known: object) -> Situation:
    return replace(PLAIN, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "draft",
    [
        "I work for Simmerwick.",
        "We at Simmerwick will look into it.",
        "It is mended. Teo from Simmerwick",
        "It is mended.\n\n– Teo, Simmerwick care",
        "Our Pip should not do that.",
        "It is mended ^SW",
        "Speaking on behalf of the company: it is mended.",
        "Simmerwick will send you a new one.",
        "SIMMERWICK here. It is mended.",
    ],
)
def test_whoever_says_that_they_belong_to_us_is_transparent(draft: str) -> None:
    assert "transparency.affiliation" not in found(draft)


@pytest.mark.parametrize(
    ("draft", "named"),
    [
        ("We are looking into it.", []),
        ("I bought my Pip from Simmerwick and it is fine.", ["Simmerwick", "Pip"]),
        ("See https://simmerwick.example/help for how it is mended today.", ["simmerwick"]),
        ("Best kettle there is.", []),
    ],
)
def test_whoever_does_not_is_told_so(draft: str, named: list[str]) -> None:
    assert sorted(found(draft)["transparency.affiliation"]) == sorted(named)


def test_a_company_without_a_name_asks_for_none() -> None:
    assert not found("It is mended.", when(voice=Voice()))


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ("Only 3% of them leak.", ["3%"]),
        ("Studies show that they last.", ["Studies show"]),
        ("One in forty leaks.", ["One in forty"]),
        ("They are the safest kettles.", ["safest"]),
    ],
)
def test_a_claim_needs_a_source(draft: str, words: list[str]) -> None:
    assert found(f"{GOOD} {draft}")["sourcing.claim"] == words
    for source in ("https://simmerwick.example/tests", "See page 4.", "I attached the report… attached."):
        assert "sourcing.claim" not in found(f"{GOOD} {draft} {source}")


def test_facts_that_are_put_right_need_a_source_in_any_words() -> None:
    wrong = when(outcome=Outcome.FIX_THE_FACTS)
    assert "sourcing.facts" in found(f"{GOOD} It does not.", wrong)
    assert "sourcing.facts" not in found(f"{GOOD} It does not: simmerwick.example/pip", wrong)


def test_what_is_promised_to_one_customer_is_no_claim() -> None:
    assert not found(f"{GOOD} £9.50 comes back to you in 3 days, at 9:00.")


def test_haste_is_told_under_a_heated_post_only() -> None:
    hot = when(detractor=0.95, opened_at=NOW - timedelta(seconds=5))
    assert set(found(GOOD, hot)) == {"timeliness.hasty"}
    assert not found(GOOD, replace(hot, detractor=0.5))
    assert not found(GOOD, replace(hot, opened_at=NOW - timedelta(seconds=31)))
    assert not found(GOOD, replace(hot, opened_at=None))
    assert set(found(GOOD, replace(hot, detractor=0.1, outcome=Outcome.MONITOR))) == {"timeliness.hasty"}


@pytest.mark.parametrize("late", [{"due_at": NOW}, {"posted_at": NOW - timedelta(days=2)}])
def test_a_late_answer_should_say_so(late: dict[str, datetime]) -> None:
    assert set(found(GOOD, when(**late))) == {"timeliness.late"}
    assert not found(f"{GOOD} Sorry that you had to wait.", when(**late))


def test_a_promise_that_still_runs_asks_for_nothing() -> None:
    assert not found(GOOD, when(due_at=NOW + timedelta(seconds=1), posted_at=NOW - timedelta(hours=47)))


@pytest.mark.parametrize(
    ("rule", "draft", "words"),
    [
        ("hollow", "I'm sorry you feel that way.", ["sorry you feel"]),
        ("sarcasm", "Congratulations on finding it.", ["Congratulations on"]),
        ("blame", "You should have closed the lid.", ["You should have"]),
        ("blame", "you’d better read the manual", ["you’d better", "read the manual"]),
        ("rude", "Calm down.", ["Calm down"]),
        ("threat", "You will hear from our lawyers.", ["our lawyers"]),
        ("wall", "As per our policy we wait.", ["As per our policy"]),
        ("hype", "Buy now!", ["Buy now"]),
        ("shouting", "We are VERY SORRY", ["VERY", "SORRY"]),
        ("shouting", "It is mended!!", ["!!"]),
    ],
)
def test_a_tone_is_told_by_its_words(rule: str, draft: str, words: list[str]) -> None:
    praised = when(outcome=Outcome.FIX_THE_FACTS)
    assert found(f"{GOOD} See www.simmerwick.example. {draft}", praised)[f"tone.{rule}"] == words


@pytest.mark.parametrize(
    "draft",
    [
        "Please send the FAQ as a PDF to the UK office.",
        "It has a USB port!",
        "That was a shocking thing to happen.",
        "You are right, and I will look into it.",
        "Thank you for the kind words.",
    ],
)
def test_a_plain_tone_passes(draft: str) -> None:
    assert not found(f"{GOOD} {draft}")


def test_an_apology_is_asked_for_where_something_is_to_be_put_right() -> None:
    bad = when(outcome=Outcome.RESTORATION)
    assert set(found(GOOD, bad)) == {"tone.no_apology"}
    for words in ("I am sorry.", "We apologise.", "That was our mistake.", "Our apologies."):
        assert not found(f"{GOOD} {words}", bad)


def test_an_apology_is_too_much_where_there_is_nothing_to_be_sorry_for() -> None:
    assert found(f"{GOOD} We sincerely apologise.", when(outcome=Outcome.SHARE_SUCCESS)) == {
        "tone.needless_apology": ["apologise"]
    }
    facts = when(outcome=Outcome.FIX_THE_FACTS)
    linked = f"{GOOD} https://simmerwick.example/facts"
    assert set(found(f"{linked} It was our fault.", facts)) == {"tone.admission"}
    assert not found(f"{linked} Sorry for the confusion.", facts)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("contact", "tom.t@mailbox.example"),
        ("contact", "+44 7700 900123"),
        ("contact", "07700 900123"),
        ("contact", "14 Rope Lane"),
        ("contact", "LF4 7QT"),
        ("reference", "order number 88120-P"),
        ("reference", "invoice #2026-0417"),
        ("account", "4111 1111 1111 1111"),
        ("account", "4111111111111111"),
        ("account", "GB29 NWBK 6016 1331 9268 19"),
    ],
)
def test_personal_data_is_named(rule: str, words: str) -> None:
    assert found(f"{GOOD} It is {words} as far as I know.")[f"privacy.{rule}"] == [words]


@pytest.mark.parametrize(
    "draft",
    [
        "Write to care@simmerwick.example.",
        "Call us on 0800 555 0192.",
        "Our line is 020 7946 0018.",
        "It was mended on 2026-05-31 and on 31.05.2026.",
        "It holds 1500 ml and takes 240 seconds.",
        "The order is on its way.",
    ],
)
def test_what_may_be_public_passes(draft: str) -> None:
    assert not [rule for rule in found(f"{GOOD} {draft}") if rule.startswith("privacy")]


def test_a_number_that_the_customer_published_is_no_secret() -> None:
    assert not found(f"{GOOD} Order 4471902 is on its way.", when(text="Where is my order 4471902?"))


def test_a_card_number_holds_the_draft_even_where_hints_do_not() -> None:
    found_ = review(f"{GOOD} 4111 1111 1111 1111", PLAIN, Mode.ADVISE)
    assert [each.rule for each in found_.held_by()] == ["account"]


@pytest.mark.parametrize("draft", ["Hello Tom, hi.", "Thanks, Anna!", "Dear Mrs Baker, hello.", "Good morning Ida."])
def test_somebody_elses_name_is_told(draft: str) -> None:
    assert "name.greeting" in found(draft)


@pytest.mark.parametrize(
    "draft",
    [
        "Hello Bert,",
        "Hi Mr Hollis,",
        "Dear Bertie,",
        "Hello there,",
        "Thank you for this.",
        "Hi Simmerwick fan,",
        "Hello @bert_h,",
    ],
)
def test_their_own_name_passes(draft: str) -> None:
    assert "name.greeting" not in found(draft)


def test_a_name_in_their_post_is_theirs_and_nobody_is_wrong_where_nobody_is_known() -> None:
    assert "name.greeting" not in found("Hello Tom,", when(text="It leaks. Tom"))
    assert "name.greeting" not in found("Hello Tom,", when(author="", author_name=""))


@pytest.mark.parametrize("blank", ["[name]", "{author}"])
def test_a_blank_of_ours_can_only_be_filled(blank: str) -> None:
    (held,) = review(f"{GOOD} {blank}", PLAIN, Mode.ADVISE).held_by()
    assert (held.rule, held.tick) == ("unfilled", "")


@pytest.mark.parametrize("blank", ["[their order]", "<date>", "XXXX", "TODO", "____"])
def test_what_looks_like_a_blank_may_be_meant(blank: str) -> None:
    flight = review(f"{GOOD} {blank}", PLAIN, Mode.ADVISE)
    (held,) = flight.held_by()
    assert held.rule == "likely"
    assert not flight.held_by({held.tick})


def test_a_link_in_brackets_is_no_blank() -> None:
    assert not found(f"{GOOD} [the page](https://simmerwick.example) and <https://simmerwick.example>")


def test_many_readers_ask_for_a_second_pair_of_eyes() -> None:
    assert set(found(GOOD, when(reach=10_000))) == {"influence.reach"}
    assert set(found(GOOD, when(urgent=True))) == {"influence.urgent"}
    assert not found(GOOD, when(reach=9_999))
    assert set(found(GOOD, when(reach=600, voice=replace(VOICE, wide_reach=500)))) == {"influence.reach"}


def test_stops_come_first_and_ticks_are_for_their_words_only() -> None:
    draft = f"{GOOD} Calm down. #crumbday"
    known = when(usages={"crumbday": Usage(tag="crumbday")})
    flight = review(draft, known, Mode.BLOCK)
    assert [each.severity for each in flight.findings] == [Severity.STOP, Severity.STOP]
    ticks = {each.tick for each in flight.to_tick}
    assert len(ticks) == 2
    other = review(draft.replace("Calm down", "Relax"), known, Mode.BLOCK)
    assert [each.rule for each in other.held_by(ticks)] == ["rude"]
    assert review(draft.replace("Calm down", "CALM  down".title()), known, Mode.BLOCK).held_by(ticks) != ()


def test_off_is_off() -> None:
    assert graded(review(f"{GOOD} Calm down.", PLAIN, Mode.ADVISE).findings, Mode.OFF).findings == ()


@given(st.text(max_size=400))
def test_any_text_is_looked_at_and_every_finding_names_words_of_it(draft: str) -> None:
    for finding in review(draft, when(outcome=Outcome.RESTORATION), Mode.BLOCK).findings:
        assert finding.sentence
        for words in finding.words:
            assert draft[words.start : words.end] == words.text


@pytest.mark.parametrize(
    "draft", ["a@" * 1_500, "1" * 3_000, "1 " * 1_500, "A " * 1_500, "!" * 3_000, "[" * 3_000, "we " * 1_000]
)
def test_a_hostile_draft_takes_no_time(draft: str) -> None:
    began = datetime.now(UTC)
    review(draft, PLAIN, Mode.BLOCK)
    assert datetime.now(UTC) - began < timedelta(seconds=1)


@pytest.mark.parametrize(("name", "caught", "alarms"), [(TUNED, 0.97, 0.04), (HELD_OUT, 0.9, 0.08)])
def test_the_measured_drafts_are_judged_as_well_as_the_docs_say(name: str, caught: float, alarms: float) -> None:
    whole = counts(read_drafts(name))[-1]
    assert whole.caught / whole.faulty >= caught
    assert whole.alarms / whole.sound <= alarms


def test_the_measured_drafts_are_many() -> None:
    assert len(read_drafts(TUNED)) + len(read_drafts(HELD_OUT)) >= 120
