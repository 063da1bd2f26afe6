import pytest

from bot.sources.formats.json_values import inner, list_at, object_of, objects_of, text_at, text_of, whole_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        ("Größe \ud83d", "Größe "),
        (7, "7"),
        (1.5, "1.5"),
        (True, ""),
        (None, ""),
        (["a"], ""),
        ({"a": 1}, ""),
    ],
)
def test_a_text_or_a_number_says_something_and_nothing_else_does(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3),
        ("3", 3),
        (3.0, 3),
        (3.5, None),
        ("x", None),
        ("٣", None),
        (True, None),
        ("9" * 19, None),
        (float("inf"), None),
    ],
)
def test_a_whole_number_is_known_in_each_of_its_spellings(value: object, number: int | None) -> None:
    assert whole_number(value) == number


def test_what_is_no_object_and_no_list_of_objects_is_empty() -> None:
    assert object_of([1]) == {}
    assert objects_of({"a": {}}) == []
    assert objects_of([{"a": 1}, None, "b"]) == [{"a": 1}]


def test_a_path_that_leads_nowhere_gives_nothing() -> None:
    found = {"a": {"b": [1, {"c": "d"}], "n": 5}}
    assert inner(found, "a", "n") == 5
    assert text_at(found, "a", "n") == "5"
    assert list_at(found, "a", "b") == [1, {"c": "d"}]
    assert inner(found, "a", "n", "x") is None
    assert (text_at(None, "a"), list_at(found, "a", "n")) == ("", [])
