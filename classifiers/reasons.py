"""Why a topic was chosen: the words that moved it.

A linear head on mean-pooled states is a sum over tokens, so the share of each token in the lead of the chosen topic over what else
was likely falls out of the forward pass that made the verdict; no second pass, no gradient. It is exact for the head; the states
themselves have seen their neighbours.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.encoder import Vectors

AT_MOST = 5
_LEAST_OF_STRONGEST = 0.25
"""A word is named if it moved the topic at least a quarter as much as the strongest one."""

_LONGEST_WORD = 40
_WORD = re.compile(r"[@#]?\w[\w'’-]*|[^\w\s]")
_NAMED = re.compile(r"\w")
_STOP = """
a about after all also am an and any are as at be because been but by can could did do does for from had has
have he her here him his how i if i'm in into is it it's its i've just me my no not now of off on or our
out rt s she so some t than that the their them then there these they this those to too up us was we
were what when where which who will with would you your you're im ive http
"""
STOP_WORDS = frozenset(_STOP.split())


def telling_words(
    text: str, *, start: int, spans: Sequence[tuple[int, int]], shares: NDArray[np.float32]
) -> tuple[str, ...]:
    """Words of `text` from `start` on, strongest first. `shares` has one number per token, `spans` its characters.

    What stands before `start`, the company's name, is no news to anyone: its words are not named either.
    """
    silent = STOP_WORDS | {word.lower() for word in _WORD.findall(text[:start])}
    scores: dict[str, float] = {}
    shown: dict[str, str] = {}
    for match in _WORD.finditer(text, start):
        word = match.group()
        if not _NAMED.search(word) or word.lower().lstrip("@#") in silent or len(word) > _LONGEST_WORD:
            continue
        inside = [index for index, (first, last) in enumerate(spans) if first < match.end() and last > match.start()]
        key = word.lower()
        shown.setdefault(key, word)
        scores[key] = scores.get(key, 0.0) + float(shares[inside].sum())
    strongest = sorted(scores, key=lambda key: (-scores[key], key))
    if not strongest or scores[strongest[0]] <= 0:
        return ()
    least = scores[strongest[0]] * _LEAST_OF_STRONGEST
    return tuple(shown[key] for key in strongest[:AT_MOST] if scores[key] >= least)


def token_shares(states: Vectors, *, mean: Vectors, weight: Vectors, chances: Vectors) -> NDArray[np.float32]:
    """How much each token (row of `states`) adds to the lead of the likeliest topic over the mix of the others."""
    top = int(chances.argmax())
    others = np.delete(chances, top)
    mixed = (others / max(float(others.sum()), 1e-9)) @ np.delete(weight, top, axis=0)
    shares: NDArray[np.float32] = (states - mean) @ (weight[top] - mixed) / max(len(states), 1)
    return shares
