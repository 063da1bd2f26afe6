"""The tables of the TOML file that say how mentions are judged."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from bot.config.tree import Engine, Isolation, Precision, Reads
from bot.values import Filled, Language, Probability, Said, Several, Span, Table, TimeOfDay, UserId

POLARITIES = ("negative", "neutral", "positive")


class SomeModelTable(Table):
    encoder: str = ""
    heads: str = ""
    classifier: str = ""
    reads: Annotated[Reads, Field(strict=False)] = Reads.TOPIC
    labels: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _labels_are_told(self) -> Self:
        if self.classifier and not self.labels:
            raise ValueError('add labels: what each label of the classifier stands for, {LABEL_0 = "billing"}')
        if self.labels and not self.classifier:
            raise ValueError("add classifier, or take labels out: there is no model that they could belong to")
        if self.reads is Reads.POLARITY and self.labels and "negative" not in self.labels.values():
            raise ValueError('let a label stand for "negative": nothing tells a detractor else')
        return self


class AlsoTable(SomeModelTable):
    languages: Annotated[Several[Language], Filled]

    @model_validator(mode="after")
    def _has_a_model(self) -> Self:
        if not self.classifier and not (self.encoder and self.heads):
            raise ValueError("add encoder and heads, or classifier: the shipped model does not know these languages")
        return self


class ModelTable(SomeModelTable):
    isolation: Annotated[Isolation, Field(strict=False)] = Isolation.AUTO
    memory_mb: Annotated[int, Field(ge=512, le=1_048_576)] = 4096
    engine: Annotated[Engine, Field(strict=False)] = Engine.TORCH
    exported: str = "exported-model"
    precision: Annotated[Precision, Field(strict=False)] = Precision.AUTO
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    min_confidence: Probability | None = None
    languages: Several[Language] = ("en",)
    also: Annotated[tuple[AlsoTable, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _engine_fits(self) -> Self:
        if self.engine is Engine.ONNX and self.encoder:
            raise ValueError('take encoder out, or set engine = "torch": onnx runs the shipped encoder only')
        return self


class LearningTable(Table):
    nightly: bool = True
    at: TimeOfDay = "03:30"
    min_new: Annotated[int, Field(ge=10, le=100_000)] = 20
    half_life: Span = timedelta(days=180)
    leave_out: Several[UserId] = ()
    vouched: Several[UserId] = ()
    versions_dir: Said = "var/models"
    window: Annotated[int, Field(ge=50, le=5_000)] = 200
