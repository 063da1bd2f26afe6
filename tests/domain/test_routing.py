import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.mention import Incoming
from bot.domain.promise import always
from bot.domain.routing import Department, Outcome, Route, RoutingTable, Rule, Topic, choose_route
from classifiers.verdict import Verdict


def department(name: str) -> Department:
    return Department(
        name=name,
        title=name.title(),
        channel=f"#{name}",
        decide_within=timedelta(hours=1),
        answer_within=timedelta(hours=8),
        warn_before=timedelta(minutes=15),
        office_hours=always(),
    )


DEPARTMENTS = {name: department(name) for name in ("care", "engineering", "legal", "triage")}
TOPICS = {
    name: Topic(name=name, department=owner)
    for name, owner in (("billing", "care"), ("technical_issue", "engineering"), ("trust_safety", "legal"))
}


def table(*rules: Rule) -> RoutingTable:
    return RoutingTable(
        rules=rules,
        topics=TOPICS,
        departments=DEPARTMENTS,
        triage="triage",
        min_confidence=0.5,
        names=("Simmerwick", "Hob Line"),
    )


def mention(text: str = "charged twice", **known: Any) -> Incoming:
    return Incoming(external_id="1", text=text, **known)


def verdict(topic: str = "billing", confidence: float = 0.8, **known: Any) -> Verdict:
    read: dict[str, Any] = {
        "topics": {topic: confidence, "technical_issue" if topic == "billing" else "billing": 1 - confidence},
        "detractor": 0.7,
        "promoter": 0.1,
        "triage": {"unhappy": 1.0},
        "reply": 0.9,
        "language": "en",
        "why": ("charged", "twice"),
        "model": "test",
    }
    return Verdict(**(read | known))


def route(
    *rules: Rule, text: str = "charged twice", source: str = "feed", read: Verdict | None = None, **known: Any
) -> Route:
    return choose_route(table(*rules), source, mention(text, **known), read or verdict())


def test_without_a_rule_the_topics_department_gets_it_and_is_told_why() -> None:
    chosen = route()
    assert (chosen.outcome, chosen.department, chosen.urgent, chosen.rule) == (Outcome.SEND, "care", False, "topic")
    assert chosen.why == "topic billing, 80% sure, words: charged, twice"


def test_the_first_rule_that_matches_wins() -> None:
    chosen = route(
        Rule(name="not this", department="legal", words=("lawyer",)),
        Rule(name="this", department="engineering", words=("charged",)),
        Rule(name="too late", department="legal"),
    )
    assert (chosen.department, chosen.rule) == ("engineering", "this")
    assert chosen.why == "rule “this”; topic billing, 80% sure, words: charged, twice"


def test_a_rule_without_a_department_keeps_the_topics_and_can_make_it_urgent() -> None:
    chosen = route(Rule(name="loud", urgent=True, min_reach=1000), reach=5000)
    assert (chosen.department, chosen.urgent, chosen.rule) == ("care", True, "loud")


def test_a_rule_can_filter() -> None:
    chosen = route(Rule(name="jobs", outcome=Outcome.FILTER, words=("hiring",)), text="We are hiring!")
    assert (chosen.outcome, chosen.rule) == (Outcome.FILTER, "jobs")


def test_a_rule_takes_the_unsure_and_the_foreign_before_triage_does() -> None:
    chosen = route(Rule(name="all", department="legal"), read=verdict(confidence=0.2, language="fr"))
    assert chosen.department == "legal"


def test_the_unsure_goes_to_triage_with_the_two_topics() -> None:
    unsure = verdict(topics={"billing": 0.4, "technical_issue": 0.35, "trust_safety": 0.25})
    chosen = route(read=unsure)
    assert (chosen.outcome, chosen.department, chosen.rule) == (Outcome.SEND, "triage", "unsure")
    assert chosen.why == "only 40% sure, 50% is asked of billing: billing or technical issue?"


def test_as_sure_as_needed_is_sure() -> None:
    assert route(read=verdict(topics={"billing": 0.5, "technical_issue": 0.5})).rule == "topic"


def test_a_single_unsure_topic_has_nothing_beside_it() -> None:
    why = route(read=verdict(topics={"billing": 0.3})).why
    assert why == "only 30% sure, 50% is asked of billing: billing or nothing else?"


def test_a_percentage_is_not_said_to_be_less_than_itself() -> None:
    why = route(read=verdict(topics={"billing": 0.498, "technical_issue": 0.4, "weather": 0.102})).why
    assert why == "just under the 50% asked of billing: billing or technical issue?"


@pytest.mark.parametrize(
    ("of_topic", "of_all", "measured", "asked"),
    [
        (None, None, 0.0, 0.5),
        (None, None, 0.35, 0.35),
        (None, None, 0.8, 0.8),
        (None, 0.6, 0.35, 0.6),
        (None, 0.0, 0.35, 0.0),
        (0.7, 0.6, 0.35, 0.7),
        (0.0, 0.6, 0.35, 0.0),
    ],
)
def test_how_sure_goes_by_the_topic_then_the_company_then_what_was_measured(
    of_topic: float | None, of_all: float | None, measured: float, asked: float
) -> None:
    topics = {**TOPICS, "billing": replace(TOPICS["billing"], min_confidence=of_topic)}
    known = replace(table(), topics=topics, min_confidence=of_all)
    for confidence in (0.3, 0.4, 0.55, 0.65, 0.75, 0.9):
        others = dict.fromkeys(("technical_issue", "weather", "news", "sport"), (1 - confidence) / 4)
        read = verdict(topics={"billing": confidence, **others}, floor=measured)
        chosen = choose_route(known, "feed", mention(), read)
        assert (chosen.rule == "topic") is (confidence >= asked), confidence


def test_one_topics_bound_is_no_others() -> None:
    topics = {**TOPICS, "billing": replace(TOPICS["billing"], min_confidence=0.95)}
    known = replace(table(), topics=topics)
    assert choose_route(known, "feed", mention(), verdict()).rule == "unsure"
    assert choose_route(known, "feed", mention(), verdict(topic="technical_issue")).rule == "topic"


def test_a_language_that_the_model_is_not_trusted_in_goes_to_triage() -> None:
    chosen = route(read=verdict(language="fr"))
    assert (chosen.department, chosen.rule) == ("triage", "language")
    assert "“fr”" in chosen.why


def test_a_foreign_text_is_told_so_however_unsure_the_model_is_of_it() -> None:
    assert route(read=verdict(language="fr", confidence=0.2)).rule == "language"


@pytest.mark.parametrize(
    ("rule", "takes"),
    [
        (Rule(name="tried", topics=("billing",)), False),
        (Rule(name="tried", min_confidence=0.1), False),
        (Rule(name="tried", min_detractor=0.1), False),
        (Rule(name="tried", topics=("billing",), languages=("fr",)), True),
        (Rule(name="tried", words=("facture",)), True),
        (Rule(name="tried", outcome=Outcome.FILTER, topics=("billing",)), False),
    ],
)
def test_no_rule_goes_by_the_model_in_a_language_it_is_weak_in_unless_it_names_languages(
    rule: Rule, takes: bool
) -> None:
    assert (route(rule, text="la facture", read=verdict(language="fr")).rule == "tried") is takes


def test_a_model_trusted_with_the_score_alone_decides_no_topic() -> None:
    known = replace(table(Rule(name="angry", department="legal", min_detractor=0.6)), score_languages=frozenset({"fr"}))
    assert choose_route(known, "feed", mention(), verdict(language="fr")).rule == "angry"
    assert choose_route(known, "feed", mention(), verdict(language="fr", detractor=0.1)).rule == "language"


def test_nothing_is_kept_out_for_a_topic_that_the_model_is_not_sure_of() -> None:
    noise = Rule(name="noise", outcome=Outcome.FILTER, topics=("billing",), unnamed=True)
    assert route(noise, read=verdict(confidence=0.6)).outcome is Outcome.FILTER
    assert route(noise, read=verdict(confidence=0.6, floor=0.7)).outcome is Outcome.FILTER, "the company asked for 0.5"
    measured = replace(table(noise), min_confidence=None)
    assert choose_route(measured, "feed", mention(), verdict(confidence=0.6, floor=0.7)).rule == "unsure"


def test_an_unknown_language_is_not_a_foreign_one() -> None:
    assert route(read=verdict(language="und")).rule == "topic"


def test_what_the_model_could_not_judge_goes_to_triage_past_every_rule() -> None:
    chosen = choose_route(table(Rule(name="all", department="legal")), "feed", mention(), None)
    assert (chosen.outcome, chosen.department, chosen.rule) == (Outcome.SEND, "triage", "unjudged")


def test_a_topic_that_no_department_owns_goes_to_triage() -> None:
    """A model may know topics that the configuration does not have."""
    chosen = route(read=verdict(topic="weather"))
    assert (chosen.department, chosen.rule) == ("triage", "unowned")
    assert "weather" in chosen.why


def test_a_rule_without_a_department_for_a_topic_that_nobody_owns_goes_to_triage() -> None:
    chosen = route(Rule(name="loud", urgent=True), read=verdict(topic="weather"))
    assert (chosen.department, chosen.urgent) == ("triage", True)


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        ({}, True),
        ({"topics": ("billing", "brand")}, True),
        ({"topics": ("brand",)}, False),
        ({"sources": ("feed",)}, True),
        ({"sources": ("reviews",)}, False),
        ({"languages": ("de", "en")}, True),
        ({"languages": ("de",)}, False),
        ({"min_detractor": 0.7}, True),
        ({"min_detractor": 0.71}, False),
        ({"min_confidence": 0.8}, True),
        ({"min_confidence": 0.81}, False),
        ({"min_reach": 100}, True),
        ({"min_reach": 101}, False),
        ({"max_rating": 2.0}, True),
        ({"max_rating": 1.9}, False),
        ({"words": ("refund", "twice")}, True),
        ({"words": ("refund",)}, False),
        ({"topics": ("billing",), "sources": ("reviews",)}, False),
    ],
)
def test_all_conditions_of_a_rule_must_hold_and_bounds_are_inclusive(rule: dict[str, Any], matches: bool) -> None:
    chosen = route(Rule(name="tried", **rule), reach=100, rating=2.0)
    assert (chosen.rule == "tried") is matches


def test_what_a_source_does_not_say_meets_no_bound() -> None:
    assert route(Rule(name="reach", min_reach=1), reach=None).rule == "topic"
    assert route(Rule(name="rating", max_rating=5.0), rating=None).rule == "topic"


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("refund", "I want a REFUND, now!", True),
        ("refund", "non-refundable", False),
        ("refund", "refunds", False),
        ("data leak", "A data\n leak?", True),
        ("data leak", "data was a leak", False),
        ("t-mobile", "why, T-Mobile?", True),
        ("t-mobile", "why, t mobile?", True),
        ("don't", "I don't know", True),
        ("C++", "learn C today", True),
        ("straße", "STRASSE", True),
        ("ärger", unicodedata.normalize("NFD", "so ein Ärger"), True),
        ("हिन्दी", "यह हिन्दी है", True),
        ("ह", "यह हिन्दी है", False),
        ("++", "a ++ b", False),
        ("", "", False),
        ("!", "", False),
    ],
)
def test_words_are_found_whole_whatever_their_case_and_punctuation(word: str, text: str, found: bool) -> None:
    chosen = route(Rule(name="said", words=(word,)), text=text)
    assert (chosen.rule == "said") is found


def test_words_are_also_found_in_the_title() -> None:
    assert route(Rule(name="said", words=("broken",)), title="Broken again").rule == "said"


@given(before=st.text(), word=st.text(st.characters(categories=["L", "Nd"]), min_size=1), after=st.text())
def test_a_word_on_its_own_is_found_in_any_text(before: str, word: str, after: str) -> None:
    chosen = route(Rule(name="said", words=(word,)), text=f"{before} {word} {after}")
    assert chosen.rule == "said"


probabilities = st.floats(0, 1)


@given(
    shares=st.dictionaries(st.sampled_from([*TOPICS, "weather"]), probabilities, min_size=1),
    language=st.sampled_from(["en", "de", "und", ""]),
    detractor=probabilities,
    rules=st.lists(
        st.builds(
            Rule,
            name=st.sampled_from(["a", "b"]),
            outcome=st.sampled_from(Outcome),
            department=st.sampled_from(["", *DEPARTMENTS]),
            min_detractor=probabilities,
            topics=st.lists(st.sampled_from(sorted(TOPICS)), max_size=2).map(tuple),
        ),
        max_size=3,
    ),
)
def test_every_mention_goes_to_a_department_that_exists_and_says_why(
    shares: dict[str, float], language: str, detractor: float, rules: list[Rule]
) -> None:
    read = verdict(topics=shares, language=language, detractor=detractor)
    chosen = choose_route(table(*rules), "feed", mention(), read)
    assert chosen.department in DEPARTMENTS
    assert chosen.why
    assert chosen.outcome is Outcome.SEND or chosen.rule in {rule.name for rule in rules}


# -- about us, or somebody else

SEARCHING = replace(table(), searches={"search": "Crumb"}, not_words=("simmerwick village", "hob line dance"))


def found(text: str, read: Verdict, *rules: Rule, source: str = "search") -> Route:
    return choose_route(replace(SEARCHING, rules=rules), source, mention(text), read)


IRRELEVANT = verdict(topics={"irrelevant": 0.8, "billing": 0.2})


def test_what_a_search_found_without_our_name_goes_to_triage() -> None:
    chosen = found("charged twice", verdict())
    assert (chosen.outcome, chosen.department, chosen.rule) == (Outcome.SEND, "triage", "unnamed")
    assert chosen.why == "a search found it, and none of our names is in it"
    assert found("charged twice", verdict(), source="feed").rule == "topic", "reviews of ours need not name us"


@pytest.mark.parametrize("text", ["SIMMERWICK charged me", "why, #simmerwick?", "my Crumb is late", "@Simmerwick hi"])
def test_a_name_or_what_is_searched_for_makes_it_ours(text: str) -> None:
    assert found(text, verdict()).rule == "topic"


def test_a_phrase_for_somebody_else_is_not_our_name() -> None:
    chosen = found("the fete in Simmerwick village charged me", verdict())
    assert (chosen.rule, chosen.why) == ("unnamed", "a search found it, and “simmerwick village” means somebody else")
    assert found("Simmerwick village, Simmerwick village Simmerwick village", verdict()).rule == "unnamed"
    assert found("Simmerwick charged me in Simmerwick village", verdict()).rule == "topic"


def test_noise_that_a_search_found_goes_to_whom_noise_belongs() -> None:
    owned = replace(SEARCHING, topics={**TOPICS, "irrelevant": Topic(name="irrelevant", department="legal")})
    chosen = choose_route(owned, "search", mention("river"), IRRELEVANT)
    assert (chosen.outcome, chosen.department, chosen.rule) == (Outcome.SEND, "legal", "topic")
    nobodys = found("river", IRRELEVANT)
    assert (nobodys.outcome, nobodys.department, nobodys.rule) == (Outcome.SEND, "triage", "unowned")


def test_noise_is_kept_out_only_by_a_rule() -> None:
    noise = Rule(name="noise", outcome=Outcome.FILTER, topics=("irrelevant",), unnamed=True)
    assert found("river", IRRELEVANT, noise).outcome is Outcome.FILTER
    assert found("the Simmerwick village fete", IRRELEVANT, noise).outcome is Outcome.FILTER
    assert found("Simmerwick again", IRRELEVANT, noise).outcome is Outcome.SEND
    unsure = verdict(topics={"irrelevant": 0.4, "billing": 0.35, "weather": 0.25})
    assert found("river", unsure, noise).rule == "unsure"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("the river Simmer is high", Outcome.FILTER),
        ("SIMMERWICK, the village", Outcome.SEND),
        ("polka on the hob-line", Outcome.SEND),
    ],
)
def test_a_rule_for_the_unnamed_spares_whatever_names_us(text: str, outcome: Outcome) -> None:
    assert route(Rule(name="noise", outcome=Outcome.FILTER, unnamed=True), text=text).outcome is outcome
