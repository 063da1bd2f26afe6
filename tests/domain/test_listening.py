"""Our names in all their forms, our own accounts, hashtags of complaint, and themes."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.listening import Account, Ears, Theme, complaint_tags, same_handle, whose_account
from bot.domain.mention import Mention
from bot.domain.routing import Outcome, Route, RoutingTable, Rule, choose_route
from bot.domain.words import is_named
from classifiers.verdict import Verdict
from tests.domain.test_routing import DEPARTMENTS, department, mention, table, verdict
from tests.fakes import START

NAMES = ("Acme", "Hob Line", "Café Río", "T-Crisp", "@acme_help", "#acmekitchen")
CARRY_ON = Theme(name="carry-on rules", department="community", words=("carry-on",), all_of=(("cabin", "bag"),))


@pytest.mark.parametrize(
    "text",
    [
        "ACME lost my parcel",
        "acme's fault",
        "Acme’s fault",
        "two Acmes, both broken",
        "the Acmes’ lids",
        "#acme again",
        "thanks @Acme!",
        "hob-line app",
        "#HobLine is down",
        "the hob lines are down",
        "cafe rio was full",
        "CAFÉ RÍO was full",
        "t crisp and TCrisp",
        "@acme_help please",
        "my #AcmeKitchen",
        "Ａｃｍｅ in wide letters",
        "𝐀𝐜𝐦𝐞 in bold ones",
        "Ac\u200bme with a gap that nobody sees",
        "five T-Crisps",
    ],
)
def test_a_name_counts_in_all_its_forms(text: str) -> None:
    assert is_named(text, NAMES, ())


@pytest.mark.parametrize(
    "text", ["pacmen", "acmed", "a cm e", "hob, and a line", "crisp", "acne", "rio de janeiro", ""]
)
def test_what_only_looks_like_a_name_does_not_count(text: str) -> None:
    assert not is_named(text, NAMES, ())


def test_a_name_that_ends_in_a_hiss_has_its_own_plural() -> None:
    assert is_named("three Gearboxes", ["Gearbox"], ())
    assert not is_named("three Gearboxs", ["Gearbox"], ())


def test_a_misspelling_counts_as_it_is_written_and_in_no_other_form() -> None:
    assert is_named("acmee is slow", NAMES, (), as_written=["Acmee", "ackme"])
    assert not is_named("two acmees", NAMES, (), as_written=["Acmee", "ackme"])


def test_a_plural_that_is_an_everyday_word_can_be_taken_out() -> None:
    assert is_named("mind the gaps", ["Gap"], ())
    assert not is_named("mind the gaps", ["Gap"], ["gaps"])


def test_accounts_are_the_same_with_and_without_their_sign() -> None:
    ears = Ears(
        own_accounts=(Account(handle=same_handle("@Acme")),), employees=(Account(handle="ana", source="forum"),)
    )
    assert whose_account(ears, "anywhere", "@ACME") == "our own account"
    assert whose_account(ears, "forum", "Ana") == "one of our people"
    assert whose_account(ears, "blog", "ana") == ""
    assert whose_account(ears, "forum", "") == ""


def test_a_hashtag_of_complaint_is_found_as_a_hashtag_only() -> None:
    ears = Ears(complaint_hashtags=("#fail", "#dontbuy"))
    assert complaint_tags(ears, "Acme #DontBuy #FAIL!") == ("#fail", "#dontbuy")
    assert complaint_tags(ears, "it will fail, #failure") == ()


# -- on the way to a department


def hearing(*rules: Rule, themes: tuple[Theme, ...] = (CARRY_ON,), **known: Any) -> RoutingTable:
    ears = Ears(
        misspellings=("Simmerwik",),
        complaint_hashtags=("#fail",),
        own_accounts=(Account(handle="simmerwick"),),
        employees=(Account(handle="dov", source="forum"),),
        themes=themes,
    )
    places = {**DEPARTMENTS, "community": replace(department("community"), promises=False)}
    return replace(table(*rules), ears=ears, departments=places, searches={"search": ""}, **known)


def routed(
    text: str, *rules: Rule, source: str = "search", read: Verdict | None = None, author: str = "", **known: Any
) -> Route:
    return choose_route(hearing(*rules, **known), source, mention(text, author=author), read or verdict())


def test_our_own_posts_are_kept_out_of_every_channel_and_say_whose_they_are() -> None:
    rule = Rule(name="everything", department="legal")
    chosen = routed("Simmerwick wishes you a good morning", rule, author="@Simmerwick")
    assert (chosen.outcome, chosen.rule, chosen.department) == (Outcome.FILTER, "ours", "care")
    assert chosen.why == "our own account wrote it, no customer"


def test_an_employee_is_ours_where_the_account_is_theirs() -> None:
    assert routed("I love Simmerwick", source="forum", author="dov").rule == "ours"
    assert routed("I love Simmerwick", source="search", author="dov").rule != "ours"


def test_our_own_posts_need_no_model_to_be_known() -> None:
    chosen = choose_route(hearing(), "search", mention("Simmerwick", author="simmerwick"), None)
    assert (chosen.rule, chosen.department) == ("ours", "triage")


def test_what_a_person_brought_in_is_kept_whoever_wrote_it() -> None:
    brought = Mention(
        external_id="1", id=1, source="search", received_at=START, text="Hob Line", author="simmerwick", added_by="U1"
    )
    assert choose_route(hearing(), "search", brought, verdict()).rule == "topic"


def test_a_theme_sends_what_names_nobody_to_join_in() -> None:
    chosen = routed("My carry-on was measured twice")
    assert (chosen.outcome, chosen.department, chosen.rule, chosen.urgent) == (
        Outcome.SEND,
        "community",
        "theme",
        False,
    )
    assert chosen.why == "theme “carry-on rules”: a chance to join in"


def test_a_group_of_words_has_to_be_said_together() -> None:
    assert routed("A bag that fits every cabin?").rule == "theme"
    assert routed("A bag that fits").rule == "unnamed"


@pytest.mark.parametrize("text", ["Simmerwick carry-on", "carry-on #HobLine", "Simmerwik carry-on"])
def test_a_theme_never_takes_what_names_us(text: str) -> None:
    assert routed(text).rule == "topic"


def test_a_theme_takes_nothing_from_a_place_that_is_about_us() -> None:
    assert routed("The carry-on lid broke", source="reviews").rule == "topic"
    themes = (replace(CARRY_ON, sources=("reviews",)),)
    assert routed("The carry-on lid broke", source="reviews", themes=themes).rule == "theme"
    assert routed("The carry-on lid broke", source="search", themes=themes).rule == "unnamed"


def test_a_theme_can_keep_to_languages() -> None:
    themes = (replace(CARRY_ON, languages=("de",)),)
    assert routed("carry-on", themes=themes).rule == "unnamed"
    assert routed("carry-on", themes=themes, read=verdict(language="de")).rule == "theme"


def test_a_theme_needs_no_model() -> None:
    assert choose_route(hearing(), "search", mention("carry-on"), None).rule == "theme"


def test_words_and_sources_of_rules_come_before_a_theme_and_the_models_reading_does_not() -> None:
    spam = Rule(name="spam", outcome=Outcome.FILTER, words=("free crypto",))
    assert routed("carry-on, free crypto", spam).rule == "spam"
    by_model = Rule(name="loud", department="legal", urgent=True, min_detractor=0.5)
    unnamed = Rule(name="noise", outcome=Outcome.FILTER, unnamed=True, words=("carry-on",))
    assert routed("carry-on, again", by_model, unnamed).rule == "theme"


def test_a_complaint_by_hashtag_is_told_beside_a_name() -> None:
    assert routed("Simmerwick #fail").why.endswith("; complains with #fail")
    assert "complains" not in routed("my bus #fail").why


def test_a_rule_can_go_by_a_hashtag_of_complaint_only_beside_a_name() -> None:
    rule = Rule(name="angry", department="legal", words=("#fail",))
    assert routed("Simmerwick #fail", rule).rule == "angry"
    assert routed("my bus #fail", rule).rule == "unnamed"
    assert routed("Simmerwick is bound to fail", rule).rule == "topic"


def test_a_rule_can_go_by_any_other_hashtag() -> None:
    rule = Rule(name="fans", department="legal", words=("#souplovers",))
    assert routed("soup #SoupLovers", rule).rule == "fans"
    assert routed("souplovers", rule).rule == "unnamed"
