"""What a model is loaded with. Standard library only, so that a configuration can be read without the model."""

from dataclasses import dataclass


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
