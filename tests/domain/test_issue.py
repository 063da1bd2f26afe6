"""One key for one issue, however it is typed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.issue import LONGEST_KEY, issue_key


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (" sim-42 ", "SIM-42"),
        ("acme/app#42", "acme/app#42"),
        ("https://Git.Example.org/acme/app/issues/42/?x=1#note", "https://git.example.org/acme/app/issues/42"),
        ("http://tracker.test/42", "http://tracker.test/42"),
    ],
)
def test_one_issue_has_one_key(said: str, key: str) -> None:
    assert issue_key(said) == key
    assert issue_key(key) == key


@pytest.mark.parametrize(
    "said",
    [
        "",
        "  ",
        "the lid drips",
        "https://",
        "ftp://x.test/1",
        "javascript://x",
        "https://ana:pw@x.test/1",
        "https://[x/1",
    ],
)
def test_what_is_no_key_is_refused_with_what_to_write(said: str) -> None:
    with pytest.raises(ValueError, match=r"SIM-42|browser"):
        issue_key(said)


def test_a_key_has_a_length() -> None:
    assert issue_key("A" * LONGEST_KEY)
    with pytest.raises(ValueError, match="at most 300"):
        issue_key("A" * (LONGEST_KEY + 1))


@given(st.text(max_size=400))
def test_whatever_is_typed_is_a_key_or_a_sentence(said: str) -> None:
    with suppress(ValueError):
        key = issue_key(said)
        assert issue_key(key) == key
