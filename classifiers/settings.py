"""What a model is loaded with. Standard library only, so that a configuration can be read without the model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Isolation(StrEnum):
    """Where the model judges: in a process of its own, or on a thread of the bot's.

    A fault in native code ends the process that it happens in. `auto` gives a model that a user supplied its own.
    """

    AUTO = "auto"
    PROCESS = "process"
    THREAD = "thread"


class Reads(StrEnum):
    """What the labels of a user's classification model say."""

    TOPIC = "topic"
    POLARITY = "polarity"


class Engine(StrEnum):
    """What runs the shipped encoder: torch, or ONNX Runtime on what `earshot model export` wrote."""

    TORCH = "torch"
    ONNX = "onnx"


EXPORTED = "exported-model"
"""Where the export goes, and where the engine `onnx` looks, unless told otherwise."""


class Precision(StrEnum):
    """The numbers torch calculates with. `auto` is bfloat16 where the processor has instructions for it."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


POLARITIES = ("negative", "neutral", "positive")
"""What the labels of a model of moods stand for."""


@dataclass(frozen=True, kw_only=True)
class TopicSpec:
    """One of the company's topics. A name the shipped heads know uses them; any other lives on its words and examples."""

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()


DEFAULT_TOPICS = (
    TopicSpec(name="billing", description="Charges, prices, fees, invoices, payments and refunds."),
    TopicSpec(
        name="orders_delivery",
        description="Getting what was bought or booked: late, lost, delayed, damaged or cancelled orders, parcels, trips.",
    ),
    TopicSpec(
        name="technical_issue", description="Something does not work: a bug, an error, a crash, an outage, slow."
    ),
    TopicSpec(
        name="account_access", description="Signing in, passwords, registration, verification, a locked account."
    ),
    TopicSpec(
        name="customer_service",
        description="How staff and support treated the customer: rude, helpful, on hold, no reply.",
    ),
    TopicSpec(name="product_feedback", description="An opinion on the product or service itself: loves it, hates it."),
    TopicSpec(name="feature_request", description="A wish: please add, change or bring back something in the product."),
    TopicSpec(name="question", description="Asks how, when, where or whether, without complaining."),
    TopicSpec(name="trust_safety", description="Security, fraud, scams, privacy, hazards, injuries and legal matters."),
    TopicSpec(name="brand", description="The company as a whole: its image, news, advertising, values and management."),
    TopicSpec(name="irrelevant", description="Not about the company: spam, chatter, other subjects, bare links."),
)
"""The topics the shipped heads were trained on."""


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """`encoder`: "" for the shipped one, else a folder or hub name; `heads`: "" for the shipped ones, else a folder."""

    encoder: str = ""
    heads: str = ""
    threads: int = 1
    max_tokens: int = 256
    topics: tuple[TopicSpec, ...] = DEFAULT_TOPICS
    explain: bool = True
    """Whether verdicts carry `why`; it costs a few per cent of the time."""
    classifier: str = ""
    """A text classification model of one's own, by folder or hub name, that takes over what `reads` says."""
    reads: Reads = Reads.TOPIC
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What each label of that model means: one of `topics`, or of POLARITIES."""
    isolation: Isolation = Isolation.AUTO
    memory_mb: int = 4096
    """Resident megabytes at which a model's own process is ended."""
    engine: Engine = Engine.TORCH
    exported: str = EXPORTED
    """The folder that `earshot model export` wrote, for the engine `onnx`."""
    precision: Precision = Precision.AUTO

    @property
    def has_own_process(self) -> bool:
        if self.isolation is Isolation.AUTO:
            return bool(self.encoder or self.classifier)
        return self.isolation is Isolation.PROCESS


@dataclass(frozen=True, kw_only=True)
class Specialist:
    """A model for what is written in `languages` (ISO 639-1)."""

    languages: tuple[str, ...]
    settings: ModelSettings
