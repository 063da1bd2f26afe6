"""Real models, as small as they come: random weights, saved as anybody would save theirs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "kettle", "broke", "again", "charged", "twice", "love"]


def tiny_encoder(folder: Path, **fields: Any) -> Path:
    """A BERT of two layers and eight numbers."""
    torch.manual_seed(0)
    BertModel(_config(**fields)).save_pretrained(folder)
    return with_tokenizer(folder)


def tiny_classifier(folder: Path, labels: Sequence[str], **fields: Any) -> Path:
    """The same with a head for `labels`."""
    torch.manual_seed(0)
    named = {"id2label": dict(enumerate(labels)), "label2id": {label: index for index, label in enumerate(labels)}}
    BertForSequenceClassification(_config(**named, **fields)).save_pretrained(folder)
    return with_tokenizer(folder)


def with_tokenizer(folder: Path, words: Sequence[str] = WORDS) -> Path:
    # `vocab_file` would be passed over in silence by transformers 5, and every word be unknown.
    BertTokenizerFast(vocab={word: index for index, word in enumerate(words)}).save_pretrained(folder)
    return folder


def _config(**fields: Any) -> BertConfig:
    sizes = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    return BertConfig(**{"vocab_size": len(WORDS), **sizes, **fields})
