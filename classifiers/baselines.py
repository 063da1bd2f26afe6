"""What the model has to beat: TF-IDF with linear models on the same rows, and VADER's word list. Needs the `train` extra."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.corpus import Targets, is_detractor
from classifiers.heads import HEAD_LABELS, Matrix
from classifiers.train import EXTRA_DETRACTOR_WEIGHT, EXTRA_DETRACTOR_WEIGHTS, EXTRA_TOPIC_WEIGHT, Rows, bare


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What one way of judging says of some texts: topic probabilities in the order of the labels, and detractor scores."""

    topics: Matrix | None
    detractor: Targets


class TfIdf:
    """Words and pairs of words, logistic regression; trained on the rows the heads were trained on."""

    def __init__(self, rows: Rows) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        ours = [*rows.mentions, *rows.own]
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
