"""What the posts with a hashtag say about it; no evidence is never evidence that it is safe."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.preflight.hashtag import hashtags, tags_of
from bot.domain.preflight.usage import Standing, Usage, Use, fold_tag, grave_words, standing, telling_words, usage_of

DAY = datetime(2011, 7, 5, 14, tzinfo=UTC)


def use(number: int, text: str, *, author: str = "", detractor: float | None = 0.2) -> Use:
    at = DAY + timedelta(minutes=number)
    return Use(
        mention_id=number, source="Chirrup", author=author or f"a{number}", text=text, at=at, detractor=detractor
    )


VERDICT = [
    use(1, "the jury is back. acquitted of murder?! #notguilty"),
    use(2, "#NotGuilty, that poor child. No justice in that court"),
    use(3, "she walks free, I cannot believe this verdict on a murder #notguilty"),
]
QUIET = [use(each, f"please a Pip without the beep #quietpip {each}") for each in range(1, 7)]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("we are #notguilty of a croissant", {"notguilty"}),
        ("#NotGuilty, #NOTGUILTY and ＃notguilty", {"notguilty"}),
        ("issue #12 and (#pip2)", {"pip2"}),
        ("https://simmerwick.example/faq#beep and www.simmerwick.example#top", set()),
        ("a#b &#39; /#c ##d", set()),
        ("#क्रिकेट #größe #静かな #quiet_pip", {"क्रिकेट", fold_tag("größe"), "静かな", "quiet_pip"}),
        ("# #_ #__ # x", set()),
        ("#" + "a" * 100 + " #" + "a" * 101, {"a" * 100}),
    ],
)
def test_a_hashtag_is_found_where_a_place_would_make_a_link_of_it(text: str, tags: set[str]) -> None:
    assert tags_of(text) == tags


def test_a_hashtag_knows_where_it_stands() -> None:
    text = "Rolls! #notguilty, #NotGuilty"
    assert [(each.words.text, text[each.words.start : each.words.end]) for each in hashtags(text)] == [
        ("#notguilty", "#notguilty"),
        ("#NotGuilty", "#NotGuilty"),
    ]


def test_a_hostile_text_is_read_in_no_time() -> None:
    assert len(hashtags("#a " * 6_000)) == 6_000
    assert len(hashtags("#a-" * 6_000)) == 6_000


def test_the_verdict_behind_notguilty_is_seen() -> None:
    usage = usage_of("notguilty", VERDICT, ["nice kettle"] * 10)
    assert standing(usage, ()) is Standing.GRAVE
    assert usage.grave_in == 2, "a court alone may be a tennis court"
    assert usage.grave[0] == "murder"
    assert (usage.authors, usage.sources, usage.detractors) == (3, ("Chirrup",), 0.0)
    assert (usage.first_at, usage.last_at) == (VERDICT[0].at, VERDICT[2].at)


def test_what_nobody_used_is_unknown_and_what_two_used_hardly_known() -> None:
    assert standing(Usage(tag="crumbday"), ()) is Standing.UNKNOWN
    assert standing(usage_of("crumbday", QUIET[:2], []), ()) is Standing.SCARCE
    one_voice = [replace(each, author="same") for each in QUIET]
    assert standing(usage_of("quietpip", one_voice, []), ()) is Standing.SCARCE


def test_what_many_use_for_harmless_things_is_known() -> None:
    assert standing(usage_of("quietpip", QUIET, []), ()) is Standing.KNOWN


def test_what_people_complain_under_is_negative() -> None:
    angry = [replace(each, detractor=0.9) for each in QUIET]
    assert standing(usage_of("simmergate", angry, []), ()) is Standing.NEGATIVE
    unjudged = [replace(each, detractor=None) for each in QUIET]
    assert usage_of("simmergate", unjudged, []).detractors is None


def test_our_own_is_ours_and_one_that_we_used_often_is_known() -> None:
    assert standing(Usage(tag="simmerwick"), {"simmerwick"}) is Standing.OWN
    assert standing(Usage(tag="bakesunday", by_us=3), ()) is Standing.KNOWN
    assert standing(Usage(tag="bakesunday", by_us=2), ()) is Standing.SCARCE


def test_that_we_used_it_does_not_make_a_grave_one_safe() -> None:
    usage = replace(usage_of("notguilty", VERDICT, []), by_us=9)
    assert standing(usage, ()) is Standing.GRAVE


@pytest.mark.parametrize(
    "text", ["my verdict: a very good pot", "free trial was fine", "guilty pleasure", "the app crashed", "dead battery"]
)
def test_an_everyday_word_is_not_grave_alone(text: str) -> None:
    assert not grave_words(text)


@pytest.mark.parametrize("text", ["police at the court", "an earthquake", "rest in peace, Jo", "two dead in the crash"])
def test_grave_words_are_found(text: str) -> None:
    assert grave_words(text)


def test_the_most_telling_words_are_those_that_others_do_not_use() -> None:
    beside = [each.text for each in QUIET]
    assert telling_words("quietpip", beside, ["please a Pip that is hot"] * 20)[:2] == ("beep", "without")
    assert "please" not in telling_words("quietpip", beside, ["please a Pip that is hot"] * 20)
