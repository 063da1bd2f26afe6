"""What is listened for, as the configuration says it: what it becomes, what each source asks for, and what is wrong with it."""

from pathlib import Path

import pytest

from bot.config import Config, load_config
from bot.domain.kudos import Staff
from bot.domain.listening import Account, Theme, whose_account
from bot.errors import ConfigError
from tests.config.test_broken import SOUND

COMMUNITY = """
[[departments]]
name = "community"
channel = "#community"
promises = false
"""

HEARD = f"""
{SOUND.replace('name = "Example Ltd"', 'name = "Example Ltd"' + chr(10) + 'hashtags = ["#example"]')}
{COMMUNITY}
[listening]
handles = ["@example"]
products = ["Pip kettle"]
misspellings = ["Exampel"]
hashtags = ["#pipkettle"]
complaint_hashtags = ["#fail"]
own_accounts = ["@Example", "Reviews: @example_help"]
employees = ["Reviews:ana@example.org"]

[[themes]]
name = "tea"
department = "community"
words = ["green tea"]
all_of = [["kettle", "quiet"]]
sources = ["Reviews"]
languages = ["en"]

[[staff]]
name = "Ana Duarte"
slack = "@ana"
also = ["Ana"]
departments = ["billing"]

[kudos]
staff_report = true
"""


def loaded(tmp_path: Path, document: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(document, encoding="utf-8")
    return load_config(path, {})


def faults(tmp_path: Path, document: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, document)
    return [fault.split(": ", 1)[1] for fault in caught.value.faults]


def test_a_short_handle_counts_in_the_form_that_a_source_gives_it_in(tmp_path: Path) -> None:
    social = """
[[sources]]
name = "Fediverse"
kind = "mastodon"
server = "https://social.example"
token = "SOCIAL_TOKEN"
"""
    path = tmp_path / "config.toml"
    path.write_text(HEARD + social, encoding="utf-8")
    ears = load_config(path, {"SOCIAL_TOKEN": "hunter2"}).routing().ears
    for author, whose in {
        "Example@social.example": "our own account",
        "example@else.example": "",
        "example_help@social.example": "",
    }.items():
        assert whose_account(ears, "Fediverse", author) == whose
    assert whose_account(ears, "Reviews", "example_help") == "our own account"


def test_all_that_means_us_is_a_name(tmp_path: Path) -> None:
    config = loaded(tmp_path, HEARD)
    names = ("Example Ltd", "Pip kettle", "@example", "#example", "#pipkettle")
    assert config.routing().names == config.heard.names == names
    ears = config.routing().ears
    assert ears.misspellings == ("Exampel",)
    assert ears.own_accounts == (Account(handle="example"), Account(handle="example_help", source="Reviews"))
    assert ears.employees == (Account(handle="ana@example.org", source="Reviews"),)
    assert ears.themes == (
        Theme(
            name="tea",
            department="community",
            words=("green tea",),
            all_of=(("kettle", "quiet"),),
            sources=("Reviews",),
            languages=("en",),
        ),
    )
    assert config.staff == (Staff(name="Ana Duarte", slack="@ana", also=("Ana",), departments=("billing",)),)
    assert config.staff_report is True
    assert config.routing().departments["community"].promises is False


def test_a_source_asks_for_names_in_all_forms_and_for_the_themes_that_it_is_listened_to_for(tmp_path: Path) -> None:
    config = loaded(tmp_path, HEARD)
    here, elsewhere = config.listening("Reviews"), config.listening("Forum")
    assert here.names == elsewhere.names == (*config.heard.names, "Exampel")
    assert (here.themes, elsewhere.themes) == (("green tea", "kettle quiet"), ())
    assert here.own == {"example", "example_help", "ana@example.org"}
    assert elsewhere.own == {"example"}


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('"Reviews: @example_help"', '"Forum:@example"', "listening.own_accounts[1]: there is no source “Forum”"),
        ('"@Example", ', '"two words", ', "listening.own_accounts[0]: write a handle without spaces"),
        ('"@Example", ', '":@example", ', 'listening.own_accounts[0]: write "@acme" for an account at every source'),
        ('complaint_hashtags = ["#fail"]', 'complaint_hashtags = ["fail"]', "write a hashtag with its sign"),
        ('department = "community"', 'department = "billing"', "themes[0].department: set promises = false"),
        ('department = "community"', 'department = "comunity"', "there is no department “comunity”"),
        ('sources = ["Reviews"]\n', "", "themes[0].sources: name the theme's sources, or set search = true"),
        ('words = ["green tea"]\nall_of = [["kettle", "quiet"]]\n', "", "themes[0]: add words, or groups of them"),
        ('["kettle", "quiet"]', '["kettle"]', "write at least two words that have to be said together"),
        ('departments = ["billing"]', 'departments = ["biling"]', "there is no department “biling”"),
        ('slack = "@ana"', 'slack = "ana"', "staff[0].slack: write a person"),
        ("promises = false", 'promises = "no"', "departments[2].promises"),
    ],
)
def test_each_fault_is_told_with_what_to_write(tmp_path: Path, before: str, after: str, fault: str) -> None:
    assert before in HEARD
    found = faults(tmp_path, HEARD.replace(before, after, 1))
    assert any(fault in each for each in found), found


def test_the_triage_owes_answers(tmp_path: Path) -> None:
    document = HEARD.replace('channel = "#triage"', 'channel = "#triage"\npromises = false', 1)
    assert any(
        "departments[0].promises: customers' complaints come here too" in each for each in faults(tmp_path, document)
    )


@pytest.mark.parametrize("name", ["ours", "theme"])
def test_no_rule_takes_a_word_of_the_bots_own(tmp_path: Path, name: str) -> None:
    document = HEARD.replace('name = "angry"', f'name = "{name}"')
    assert any(f"“{name}” is a word of the bot's own" in each for each in faults(tmp_path, document))
