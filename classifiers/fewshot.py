"""Measure topics the heads were never taught: `python -m classifiers.fewshot --data FOLDER`.

Three topics are held out of the training of the topic head and added back as a company would add its own: by the default
description and 0, 4 or 16 examples drawn from the training mentions. Scored on mentions_dev over all eleven.
"""

import argparse
import dataclasses
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from classifiers.corpus import Mention, read_mentions
from classifiers.encoder import Encoder, load_encoder
from classifiers.fitting import fit_linear
from classifiers.heads import Head, Heads, Matrix, load_heads
from classifiers.settings import DEFAULT_TOPICS, TopicSpec
from classifiers.topics import company_head
from classifiers.train import MENTIONS_FILE, PENALTIES, named

HELD_OUT = ("customer_service", "orders_delivery", "question")
EXAMPLES = (0, 4, 16)
DRAWS = 3


def known_head(rows: Sequence[Mention], vectors: Matrix) -> Head:
    """A topic head that has never seen the held-out topics."""
    labels = tuple(spec.name for spec in DEFAULT_TOPICS if spec.name not in HELD_OUT)
    kept = [index for index, row in enumerate(rows) if row.topic in labels]
    targets = np.eye(len(labels))[[labels.index(rows[index].topic) for index in kept]]
    weight, bias = fit_linear(vectors[kept], targets, np.ones(len(kept)), penalty=PENALTIES["topic"])
    return Head(name="topic", labels=labels, weight=weight, bias=bias, temperature=1.18)


def told_topics(rows: Sequence[Mention], *, examples: int, seed: int) -> tuple[TopicSpec, ...]:
    draw = random.Random(seed)
    return tuple(
        dataclasses.replace(
            spec,
            examples=tuple(draw.sample([row.text for row in rows if row.topic == spec.name], examples)),
        )
        if spec.name in HELD_OUT
        else spec
        for spec in DEFAULT_TOPICS
    )


def figures(head: Head, vectors: Matrix, rows: Sequence[Mention]) -> tuple[float, float, float]:
    """Accuracy counting `second`, share of held-out rows found, share of held-out answers that were right."""
    found = [head.labels[index] for index in head.logits(vectors).argmax(axis=1)]
    pairs = list(zip(found, rows, strict=True))
    right = [topic in (row.topic, row.second) for topic, row in pairs]
    recall = [topic == row.topic for topic, row in pairs if row.topic in HELD_OUT]
    precision = [topic in (row.topic, row.second) for topic, row in pairs if topic in HELD_OUT]
    return float(np.mean(right)), float(np.mean(recall)), float(np.mean(precision)) if precision else 1.0


def measure(folder: Path, encoder: Encoder, heads: Heads) -> list[str]:
    trained, dev = read_mentions(folder / MENTIONS_FILE), read_mentions(folder / "dev/mentions_dev.csv")
    head = known_head(trained, encoder.encode([named(row) for row in trained]))
    asked = encoder.encode([named(row) for row in dev])
    blind = dataclasses.replace(heads, heads={**heads.heads, "topic": head})
    lines = [
        f"held out: {', '.join(HELD_OUT)}",
        "| examples | accuracy with second | recall | precision |",
        "|---|---|---|---|",
    ]
    lines.append("| topics unknown | {:.3f} | {:.3f} | |".format(*figures(head, asked, dev)[:2]))
    for examples in EXAMPLES:
        draws = []
        for seed in range(DRAWS if examples else 1):
            topics = told_topics(trained, examples=examples, seed=seed)
            draws.append(figures(company_head(blind, topics, encoder), asked, dev))
        lines.append("| {} | {:.3f} | {:.3f} | {:.3f} |".format(examples, *np.mean(draws, axis=0)))
    lines.append("| trained | {:.3f} | {:.3f} | {:.3f} |".format(*figures(heads["topic"], asked, dev)))
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classifiers.fewshot", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the train and dev files")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args(arguments)
    torch.set_num_threads(asked.threads)
    print("\n".join(measure(asked.data, load_encoder(), load_heads())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
