"""Who is praised by name. Thanks that reach the wrong person are worse than none, so most of these tests are about nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.kudos import Staff, Thanks, named_in, thanked

ANA = Staff(name="Ana Duarte", slack="@ana", also=("Ana",))
BEN = Staff(name="Ben Okafor", slack="@ben", also=("Ben", "Benno"))
JOSE = Staff(name="José Núñez", slack="@jose", departments=("care",))
MARK = Staff(name="Mark Hale", slack="@mark", also=("Mark",))
STAFF = (ANA, BEN, JOSE, MARK)


def named(text: str, *staff: Staff, department: str = "care") -> list[str]:
    return [each.slack for each in named_in(text, staff or STAFF, department)]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Ana Duarte is a star", ["@ana"]),
        ("thank you ANA DUARTE!", ["@ana"]),
        ("thank you, ana duarte", ["@ana"]),
        ("Ana's patience, and Ana’s kindness", ["@ana"]),
        ("Thanks Ana. Great service", ["@ana"]),
        ("Ana, I owe you", ["@ana"]),
        ("Ana I owe you", ["@ana"]),
        ("Jose Nunez helped at once", ["@jose"]),
        ("JOSÉ NÚÑEZ helped", ["@jose"]),
        ("Ben and Ana saved my dinner", ["@ben", "@ana"]),
        ("Benno!!!", ["@ben"]),
        ("𝐀𝐧𝐚 in bold letters", ["@ana"]),
    ],
)
def test_who_is_named_is_found(text: str, who: list[str]) -> None:
    assert named(text) == who


@pytest.mark.parametrize(
    "text",
    [
        "Ana Smith was lovely",
        "Ana-Maria was lovely",
        "Anastasia was lovely",
        "full mark from me",
        "mark my words",
        "MARK MY WORDS",
        "Duarte",
        "an a",
        "",
    ],
)
def test_what_only_looks_like_a_name_is_nobody(text: str) -> None:
    assert named(text) == []


def test_a_name_that_two_have_is_nobodys() -> None:
    other = Staff(name="Ana Silva", slack="@silva", also=("Ana",))
    assert named("Ana is a star", ANA, other) == []
    assert named("Ana Silva is a star", ANA, other) == ["@silva"]


def test_a_department_tells_two_of_one_name_apart() -> None:
    other = Staff(name="Ana Silva", slack="@silva", also=("Ana",), departments=("billing",))
    here = Staff(name="Ana Duarte", slack="@ana", also=("Ana",), departments=("care",))
    assert named("Ana is a star", here, other, department="billing") == ["@silva"]
    assert named("Ana is a star", here, other, department="care") == ["@ana"]
    assert named("Ana is a star", here, other, department="brand") == []


def test_of_several_people_in_a_text_that_turns_nobody_is_known_to_be_praised() -> None:
    assert named("Ana was a star but Ben was rude") == []
    assert named("I had my doubts but Ana sorted it") == ["@ana"]


def test_who_is_named_twice_is_named_once() -> None:
    assert named("Ana Duarte! Thank you, Ana") == ["@ana"]


def test_counts_are_by_person_under_the_newest_name() -> None:
    found = thanked(
        [
            Thanks(person="@ana", name="Ana D"),
            Thanks(person="@ben", name="Ben"),
            Thanks(person="@ana", name="Ana Duarte"),
        ]
    )
    assert [(each.person, each.name, each.count) for each in found] == [("@ana", "Ana Duarte", 2), ("@ben", "Ben", 1)]


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert set(named(text)) <= {"@ana", "@ben", "@jose", "@mark"}
