"""The list of sources and the messages about them: those that need somebody first, and nothing of a place read as markup."""

from datetime import timedelta

from bot.flow.source_list import SourceLine, span_in_words
from bot.slack.blocks.bulletins import bulletin_message
from bot.slack.blocks.sources import MOST, sources_message
from sandbox.person import visible_text
from tests.fakes import START


def line(name: str, **fields: object) -> SourceLine:
    values = {
        "kind": "feed",
        "state": "well",
        "last_ok_at": START,
        "last_item_at": None,
        "next_at": START,
        "a_day": 1.25,
        "failures": 0,
        "problem": "",
        "access_ends_at": None,
        "spent": 0,
        "cap": None,
        "well": True,
    }
    return SourceLine(name=name, **{**values, **fields})  # type: ignore[arg-type]


def test_what_is_not_well_comes_first_and_says_why() -> None:
    bad = line("Zoo", well=False, state="failing for 3 h", problem="the token is refused", last_item_at=START)
    shown = sources_message([line("Blog"), bad])
    text = visible_text({"blocks": shown.blocks})
    assert text.index("Zoo") < text.index("Blog")
    assert "2 sources, 1 not well." in text
    assert "failing for 3 h" in text
    assert "the token is refused" in text
    assert "no proof that nobody writes there" in text


def test_hundreds_of_sources_fit_one_message_and_the_rest_is_counted() -> None:
    shown = sources_message([line(f"s{n}") for n in range(MOST + 60)])
    assert "and 60 more sources" in visible_text({"blocks": shown.blocks})


def test_no_source_yet_is_said() -> None:
    assert sources_message([]).text == "No source was asked yet."


def test_a_reason_that_a_place_wrote_is_shown_as_it_is() -> None:
    body = {"source": "<!channel>", "troubles": "failing", "failing": START.isoformat(), "problem": "<!here> *bold*"}
    shown = bulletin_message(body)
    assert "<!channel>" not in shown.text
    assert "<!here>" not in shown.text
    assert "&lt;!here&gt;" in shown.text


def test_spans_as_people_say_them() -> None:
    spans = [timedelta(seconds=-5), timedelta(minutes=119), timedelta(hours=47), timedelta(days=3)]
    assert [span_in_words(each) for each in spans] == ["0 min", "119 min", "47 h", "3 d"]
