import pytest

from bot.domain.author import score_in_words


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ([], "not judged yet"),
        ([0.9], "mostly as a detractor (90%, estimated)"),
        ([0.1, 0.2], "seldom as a detractor (15%, estimated)"),
        ([0.5, 0.5, 0.5, 0.5], "now and then as a detractor (50%, estimated), much the same all along"),
        ([1.0, 0.8, 0.3, 0.1], "now and then as a detractor (55%, estimated), milder lately: 90%, then 20%"),
        ([0.6, 0.7, 0.9, 1.0], "mostly as a detractor (80%, estimated), harsher lately: 65%, then 95%"),
    ],
)
def test_a_score_over_time_in_words(scores: list[float], words: str) -> None:
    assert score_in_words(scores) == words
