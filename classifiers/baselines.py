"""What the model has to beat, on the same rows: its own encoder untuned, TF-IDF, VADER's word list. Needs the `train` extra."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.corpus import Targets, is_detractor
from classifiers.encoder import plain_encoder
from classifiers.heads import HEAD_LABELS, Matrix
from classifiers.text import readable, with_name
from classifiers.train import (
    EXTRA_DETRACTOR_WEIGHT,
    EXTRA_DETRACTOR_WEIGHTS,
    EXTRA_TOPIC_WEIGHT,
    Rows,
    bare,
    fit_head,
    gather,
)
from classifiers.verdict import Subject


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What one way of judging says of some texts: topic probabilities in the order of the labels, and detractor scores."""

    topics: Matrix | None
    detractor: Targets


class Frozen:
    """The shipped encoder as it was before tuning, under linear heads for topic and detractor."""

    def __init__(self, rows: Rows) -> None:
        self._encoder = plain_encoder()
        lessons = gather(rows, self._encoder)
        self._topic, self._mood = (fit_head(name, lessons[name]) for name in ("topic", "detractor"))

    def judge(self, subjects: Sequence[Subject]) -> Opinion:
        vectors = self._encoder.encode([with_name(readable(each.text), readable(each.about)) for each in subjects])
        return Opinion(topics=self._topic.probabilities(vectors), detractor=self._mood.probabilities(vectors)[:, 0])


class TfIdf:
    """Words and pairs of words, logistic regression; trained on the rows the heads were trained on."""

    def __init__(self, rows: Rows) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        ours = [*rows.mentions, *rows.posts, *rows.own]
        topic_texts = [bare(row) for row in ours] + [row.text for row in rows.topics]
        topic_weights = [1.0] * len(ours) + [EXTRA_TOPIC_WEIGHT] * len(rows.topics)
        self._topic_words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
        self._topic = LogisticRegression(C=10, max_iter=300)
        counted = self._topic_words.fit_transform(topic_texts)
        self._topic.fit(
            counted, [row.topic for row in ours] + [row.topic for row in rows.topics], sample_weight=topic_weights
        )
        mood_texts = [bare(row) for row in ours] + [row.text for row in rows.detractors]
        moods = [is_detractor(row) for row in ours] + [row.detractor for row in rows.detractors]
        weights = [1.0] * len(ours)
        weights += [EXTRA_DETRACTOR_WEIGHTS.get(row.source, EXTRA_DETRACTOR_WEIGHT) for row in rows.detractors]
        self._mood_words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
        self._mood = LogisticRegression(C=2, max_iter=300)
        counted = self._mood_words.fit_transform(mood_texts)
        self._mood.fit(counted, [mood >= 0.5 for mood in moods], sample_weight=weights)

    def judge(self, texts: Sequence[str]) -> Opinion:
        found = self._topic.predict_proba(self._topic_words.transform(texts))
        order = [list(self._topic.classes_).index(label) for label in HEAD_LABELS["topic"]]
        detractor = self._mood.predict_proba(self._mood_words.transform(texts))[:, 1]
        return Opinion(topics=found[:, order].astype(np.float32), detractor=detractor)


class Vader:
    """A word list with rules; knows no topics."""

    def __init__(self) -> None:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        self._analyzer = SentimentIntensityAnalyzer()

    def judge(self, texts: Sequence[str]) -> Opinion:
        moods = [-self._analyzer.polarity_scores(text)["compound"] for text in texts]
        return Opinion(topics=None, detractor=np.array(moods, dtype=np.float32))
