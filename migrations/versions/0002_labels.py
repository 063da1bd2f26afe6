"""Labels: what people said against the model, with what the log holds of it so far."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

CHUNK = 500
OWN_POST = "Our own post or that of a partner"
"""The reason to dismiss that says nothing about the words of a post."""

events = sa.table(
    "events",
    sa.column("id", sa.BigInteger),
    sa.column("mention_id", sa.BigInteger),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("actor", sa.Text),
    sa.column("what", sa.Text),
    sa.column("detail", sa.JSON),
)
verdicts = sa.table(
    "verdicts",
    sa.column("id", sa.BigInteger),
    sa.column("mention_id", sa.BigInteger),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("model", sa.Text),
    sa.column("topic", sa.Text),
)


def upgrade() -> None:
    labels = op.create_table(
        "labels",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("labelled_by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("topic_before", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("score", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_labels_mention_id_mentions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
    )
    with op.batch_alter_table("labels", schema=None) as batch_op:
        batch_op.create_index("ix_labels_at", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_labels_mention_id"), ["mention_id"], unique=False)
    _learn_from_the_log(labels)


def _learn_from_the_log(labels: sa.Table) -> None:
    """Reroutes with a topic and dismissals become labels; what took one back is kept as that."""
    connection = op.get_bind()
    acts = events.c.what.in_(["reroute", "dismiss", "reopen"])
    ids = connection.scalars(sa.select(events.c.mention_id).where(acts).distinct().order_by(events.c.mention_id)).all()
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        judged = connection.execute(
            sa.select(verdicts).where(verdicts.c.mention_id.in_(chunk)).order_by(verdicts.c.id)
        ).all()
        said = connection.execute(
            sa.select(events).where(acts, events.c.mention_id.in_(chunk)).order_by(events.c.id)
        ).all()
        rows = [label for mention_id in chunk for label in _labels_of(mention_id, said, judged)]
        if rows:
            connection.execute(labels.insert(), rows)


def _labels_of(mention_id: int, said: Any, judged: Any) -> Iterator[dict[str, Any]]:
    holds: set[str] = set()
    verdicts_of_it = [each for each in judged if each.mention_id == mention_id]
    for event in (each for each in said if each.mention_id == mention_id):
        kind = "topic" if event.what == "reroute" else "not_about_us"
        topic = str(event.detail.get("topic") or "") if event.what == "reroute" else ""
        teaches = bool(topic) or (event.what == "dismiss" and not _is_own_post(event))
        if not teaches and kind not in holds:
            continue
        holds = holds | {kind} if teaches else holds - {kind}
        before = next((each for each in reversed(verdicts_of_it) if each.at <= event.at), None)
        yield {
            "mention_id": mention_id,
            "at": event.at,
            "labelled_by": event.actor,
            "kind": kind,
            "withdrawn": not teaches,
            "topic_before": before.topic if before else "",
            "topic": topic,
            "score": "",
            "model": before.model if before else "",
        }


def _is_own_post(event: Any) -> bool:
    return str(event.detail.get("reason") or "").startswith(OWN_POST)
