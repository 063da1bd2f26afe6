"""A company's own topics on the trained head: keep, drop, add."""

from collections.abc import Sequence

import numpy as np

from classifiers.encoder import Encoder
from classifiers.heads import Head, Heads, Matrix
from classifiers.settings import DEFAULT_TOPICS, TopicSpec
from classifiers.text import readable
from classifiers.verdict import ModelFault

SHARPNESS = 10.0
"""Slope of an added topic's score beside the trained ones: first where held-out halves of the training mentions were least
surprised, then, among the close ones, by mentions_dev. So that set's figures for added topics are a little kind."""

LEAD, LEAD_WITH_EXAMPLES = 1.5, 0.75
"""Offset of that score. Examples look like any mention, a description does not: with them a topic needs less of a lead."""

DESCRIPTION_SHARE = 0.7
"""A description names a topic more plainly than customers do: it counts as one example at 0.7 of its length."""


def company_head(heads: Heads, specs: Sequence[TopicSpec], encoder: Encoder) -> Head:
    """The topic head for `specs`, in their order. Dropping a trained topic renormalises the rest, as softmax does."""
    base = heads["topic"]
    names = tuple(spec.name for spec in specs)
    if len(set(names)) != len(names):
        raise ModelFault(f"a topic is named twice: {', '.join(names)}")
    known = [base.labels.index(name) for name in names if name in base.labels]
    level = base.weight[known].mean(axis=0) if known else np.zeros_like(heads.mean)
    level_bias = base.bias[known].mean() if known else np.float32(0)
    if len(known) < len(names):
        plain = encoder.encode([readable(spec.description) for spec in DEFAULT_TOPICS]).mean(axis=0)
    rows, biases = [], []
    for spec in specs:
        if spec.name in base.labels:
            index = base.labels.index(spec.name)
            rows.append((base.weight[index] - level) / np.float32(base.temperature))
            biases.append((base.bias[index] - level_bias) / np.float32(base.temperature))
        else:
            weight, bias = _added(spec, heads, encoder, plain)
            rows.append(weight)
            biases.append(bias)
    return Head(
        name="topic",
        labels=names,
        weight=np.stack(rows).astype(np.float32),
        bias=np.array(biases, dtype=np.float32),
        temperature=1.0,
    )


def _added(spec: TopicSpec, heads: Heads, encoder: Encoder, plain: Matrix) -> tuple[Matrix, np.float32]:
    """Weight and bias of a topic known only by its words: the direction of description and examples, at a set slope.

    `plain` is the mean vector of descriptions as such; what is left without it is what this one says.
    """
    described = encoder.encode([readable(spec.description) or readable(spec.name.replace("_", " "))])[0] - plain
    examples = encoder.encode([text for text in map(readable, spec.examples) if text]) - heads.mean
    told = np.concatenate([DESCRIPTION_SHARE * described[None], examples]) / heads.scale
    middle = told.mean(axis=0)
    direction = middle / max(float(np.linalg.norm(middle)), 1e-6)
    weight = SHARPNESS * direction / (heads.scale * np.sqrt(len(direction)))
    lead = LEAD_WITH_EXAMPLES if len(examples) else LEAD
    return weight.astype(np.float32), np.float32(lead - float(weight @ heads.mean))
