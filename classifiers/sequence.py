"""A text classification model of the user's own: its labels become our topics, or the detractor's score.

The shipped model goes on doing the rest. A model of topics says nothing of moods, of the response flow or of whether to
answer, and one of moods nothing of topics: the two verdicts are put together, and the name says both.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError

from classifiers.encoder import fingerprint_of, model_folder
from classifiers.settings import POLARITIES, ModelSettings, Reads
from classifiers.soundness import listed, refuse_gaps
from classifiers.text import readable
from classifiers.verdict import Classifier, ModelFault, Subject, Verdict

BATCH_SIZE = 16
_LONGEST_NAME = 80
_UNLOADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, ImportError, SafetensorError)

Shares = NDArray[np.float64]


class SequenceModel:
    """Texts to shares of `meanings`, in rows that sum to 1. For one thread at a time."""

    def __init__(self, model: Any, tokenizer: Any, *, sums: Shares, name: str, max_tokens: int) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._sums = sums
        """Labels x meanings, 1 where a label has a meaning: several may have the same."""
        self._many = getattr(model.config, "problem_type", None) == "multi_label_classification"
        self._max_tokens = max_tokens
        self.name = name

    def shares(self, texts: Sequence[str]) -> Shares:
        """One row a text, in order. Raises ModelFault on NaN."""
        rows = np.zeros((len(texts), self._sums.shape[1]))
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), BATCH_SIZE):
            indices = order[start : start + BATCH_SIZE]
            rows[indices] = self._forward([texts[index] for index in indices]) @ self._sums
        return rows

    def _forward(self, texts: list[str]) -> Shares:
        coded = self._tokenizer(texts, truncation=True, max_length=self._max_tokens, padding=True, return_tensors="pt")
        with torch.inference_mode():
            logits = self._model(**coded).logits.double()
        if logits.shape != (len(texts), len(self._sums)):
            raise ModelFault(f"{self.name} gave {tuple(logits.shape)} numbers for {len(self._sums)} labels")
        if not torch.isfinite(logits).all():
            raise ModelFault(f"{self.name} gave a score that is not finite")
        # Labels that do not exclude each other are weighed against each other: a mention has one owner.
        chances = torch.sigmoid(logits) + 1e-9 if self._many else torch.softmax(logits, dim=1)
        shares: Shares = (chances / chances.sum(dim=1, keepdim=True)).numpy()
        return shares


class Composed:
    """The user's model for what it reads, the shipped one for the rest."""

    def __init__(self, own: SequenceModel, shipped: Classifier, settings: ModelSettings) -> None:
        self._own = own
        self._shipped = shipped
        self._reads = settings.reads
        self._meanings = meanings_of(settings)

    @property
    def name(self) -> str:
        return f"{self._own.name} + {self._shipped.name}"

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        verdicts = self._shipped.classify(subjects)
        rows = self._own.shares([readable(subject.text) for subject in subjects])
        put_in = self._with_topic if self._reads is Reads.TOPIC else self._with_mood
        return [put_in(verdict, row) for verdict, row in zip(verdicts, rows, strict=True)]

    def _with_topic(self, verdict: Verdict, row: Shares) -> Verdict:
        """`why` stays where both found the same topic: the words are the shipped model's. Its floor is not this model's."""
        topics = {name: float(share) for name, share in zip(self._meanings, row, strict=True)}
        whole = replace(verdict, topics=topics, model=self.name, floor=0.0)
        return whole if whole.topic == verdict.topic else replace(whole, why=())

    def _with_mood(self, verdict: Verdict, row: Shares) -> Verdict:
        """A text that speaks against us does not promote us as well, whatever the shipped head makes of its language."""
        detractor = min(1.0, float(row[self._meanings.index("negative")]))
        promoter = min(verdict.promoter, 1 - detractor)
        return replace(verdict, detractor=detractor, promoter=promoter, model=self.name)


def meanings_of(settings: ModelSettings) -> tuple[str, ...]:
    """What a label can stand for."""
    return tuple(topic.name for topic in settings.topics) if settings.reads is Reads.TOPIC else POLARITIES


def load_sequence(settings: ModelSettings) -> SequenceModel:
    """The model of `settings.classifier`. Raises ModelFault naming the file, the tensor or the label at fault."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging

    torch.set_num_threads(max(1, settings.threads))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads would take the core that is left to Slack
    name, folder = settings.classifier, model_folder(settings.classifier)
    fingerprint = fingerprint_of(folder)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        model, told = AutoModelForSequenceClassification.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except _UNLOADABLE as error:
        raise ModelFault(f"{name} cannot be loaded as a classification model: {_first_line(error)}") from error
    finally:
        logging.set_verbosity(verbosity)
    refuse_gaps(name, model, told)
    _fit(name, model, tokenizer)
    return SequenceModel(
        model.eval(),
        tokenizer,
        sums=_sums(name, list(model.config.id2label.values()), settings),
        name=f"{Path(name).name[:_LONGEST_NAME]}-{fingerprint[:8]}",
        max_tokens=_room(model, tokenizer, settings.max_tokens),
    )


def _first_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _fit(name: str, model: Any, tokenizer: Any) -> None:
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        raise ModelFault(
            f"{name}: its tokenizer knows {len(tokenizer)} tokens, more than its weights: one is another's"
        )
    if len(tokenizer) <= len(tokenizer.all_special_ids):
        raise ModelFault(f"{name}: its tokenizer is missing: there is no word in it")
    if tokenizer.pad_token is None:
        if tokenizer.eos_token is None:
            raise ModelFault(f"{name}: its tokenizer has no token to pad with")
        tokenizer.pad_token = tokenizer.eos_token
    if model.config.pad_token_id is None:
        model.config.pad_token_id = tokenizer.pad_token_id


def _room(model: Any, tokenizer: Any, wanted: int) -> int:
    """Tokens that it takes. Positions that RoBERTa and its kin keep free are not counted by the tokenizer's own limit."""
    places = getattr(model.config, "max_position_embeddings", None) or wanted
    return int(min(wanted, places, tokenizer.model_max_length))


def _sums(name: str, labels: list[str], settings: ModelSettings) -> Shares:
    """Which label counts for which meaning. Raises ModelFault naming the label that is not mapped, or not there."""
    meanings, mapped = meanings_of(settings), settings.labels
    if len(labels) < 2:
        raise ModelFault(f"{name} has one label, {listed(labels)}: it gives a number, not a choice")
    unmapped = [label for label in labels if label not in mapped]
    if unmapped:
        raise ModelFault(f"{name}: say in [model.labels] what {listed(unmapped)} stands for")
    strange = [label for label in mapped if label not in labels]
    if strange:
        raise ModelFault(f"{name} has no label {listed(strange)}; its labels are {listed(labels)}")
    wrong = [label for label in labels if mapped[label] not in meanings]
    if wrong:
        raise ModelFault(
            f"{name}: [model.labels] {wrong[0]} = “{mapped[wrong[0]]}”, which is none of {', '.join(meanings)}"
        )
    if settings.reads is Reads.POLARITY and "negative" not in mapped.values():
        raise ModelFault(f"{name}: no label in [model.labels] stands for “negative”, so nothing tells a detractor")
    sums = np.zeros((len(labels), len(meanings)))
    for row, label in enumerate(labels):
        sums[row, meanings.index(mapped[label])] = 1
    return sums
