"""The desk: offers, follow-ups, approval, overrides, ratings, saved replies, duties, signals, issues, pauses of promises."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

CHUNK = 2_000
LONGEST_TAG = 100
TAG = re.compile(r"(?<![\w/&#\uff03])[#\uff03](\w*[^\W\d_]\w*)")

mentions = sa.table(
    "mentions",
    sa.column("id", sa.BigInteger()),
    sa.column("title", sa.Text()),
    sa.column("text", sa.Text()),
    sa.column("posted_at", sa.DateTime(timezone=True)),
    sa.column("received_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    _add_tables_of_work()
    _add_tables_of_mentions()
    _add_columns()
    _find_hashtags(_add_hashtags())


def _add_tables_of_work() -> None:
    op.create_table(
        "duties",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duties_rota"), ["rota"], unique=False)

    op.create_table(
        "home_choices",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_home_choices")),
    )
    op.create_table(
        "issues",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_in", sa.Text(), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
        sa.UniqueConstraint("key", name=op.f("uq_issues_key")),
    )
    op.create_table(
        "saved_replies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_replies")),
    )
    op.create_table(
        "turns",
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("department", "person", name=op.f("pk_turns")),
    )


def _add_tables_of_mentions() -> None:
    op.create_table(
        "issue_mentions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("linked_by", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("fk_issue_mentions_issue_id_issues"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_issue_mentions_mention_id_mentions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_mentions")),
        sa.UniqueConstraint("issue_id", "mention_id", name=op.f("uq_issue_mentions_issue_id_mention_id")),
    )
    with op.batch_alter_table("issue_mentions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issue_mentions_issue_id"), ["issue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_mentions_mention_id"), ["mention_id"], unique=False)

    op.create_table(
        "overrides",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("says", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_overrides_mention_id_mentions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
    )
    with op.batch_alter_table("overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_overrides_mention_id"), ["mention_id"], unique=False)

    op.create_table(
        "ratings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("rated_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_ratings_mention_id_mentions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("mention_id", "channel", "rated_by", name=op.f("uq_ratings_mention_id_channel_rated_by")),
    )
    with op.batch_alter_table("ratings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ratings_mention_id"), ["mention_id"], unique=False)

    op.create_table(
        "signals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_signals_mention_id_mentions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        sa.UniqueConstraint("key", name=op.f("uq_signals_key")),
    )
    with op.batch_alter_table("signals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signals_mention_id"), ["mention_id"], unique=False)

    op.create_table(
        "vectors",
        sa.Column(
            "mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_vectors_mention_id_mentions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mention_id", name=op.f("pk_vectors")),
    )
    with op.batch_alter_table("vectors", schema=None) as batch_op:
        batch_op.create_index(
            "ix_vectors_unweighed",
            ["mention_id"],
            unique=False,
            sqlite_where=sa.text("weighed_at IS NULL"),
            postgresql_where=sa.text("weighed_at IS NULL"),
        )

    op.create_table(
        "signal_mentions",
        sa.Column(
            "mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("signal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_signal_mentions_mention_id_mentions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signals.id"], name=op.f("fk_signal_mentions_signal_id_signals"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mention_id", name=op.f("pk_signal_mentions")),
    )
    with op.batch_alter_table("signal_mentions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signal_mentions_signal_id"), ["signal_id"], unique=False)


def _add_columns() -> None:
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approval_rule", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("approval_why", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("approved_by", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("returned_reason", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("unclear", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("mentions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("thread", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("follow_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("followed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("added_by", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("offered_to", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("offered_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("assign_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("asked", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("lapsed_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("undo", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("waiting_for", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("rounds", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("acknowledged_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("call_now", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("raise_by", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("raise_reason", sa.Text(), server_default="", nullable=False))
        batch_op.create_index("ix_mentions_author", ["author"], unique=False, postgresql_using="hash")
        batch_op.create_index("ix_mentions_follow_of", ["follow_of"], unique=False)
        batch_op.create_index(
            "ix_mentions_offer_until",
            ["offer_until"],
            unique=False,
            sqlite_where=sa.text("offer_until IS NOT NULL"),
            postgresql_where=sa.text("offer_until IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_mentions_assign_at",
            ["assign_at"],
            unique=False,
            sqlite_where=sa.text("assign_at IS NOT NULL"),
            postgresql_where=sa.text("assign_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_mentions_undo_until",
            ["undo_until"],
            unique=False,
            sqlite_where=sa.text("undo_until IS NOT NULL"),
            postgresql_where=sa.text("undo_until IS NOT NULL"),
        )
        batch_op.create_index("ix_mentions_thread", ["thread"], unique=False, postgresql_using="hash")
        batch_op.create_foreign_key(
            batch_op.f("fk_mentions_follow_of_mentions"), "mentions", ["follow_of"], ["id"], ondelete="CASCADE"
        )

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_actor_at", ["actor", "at"], unique=False)

    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.add_column(sa.Column("terms", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_promises_paused_at",
            ["paused_at"],
            unique=False,
            sqlite_where=sa.text("paused_at IS NOT NULL"),
            postgresql_where=sa.text("paused_at IS NOT NULL"),
        )


def _add_hashtags() -> sa.Table:
    hashtags = op.create_table(
        "hashtags",
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_hashtags_mention_id_mentions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tag", "mention_id", name=op.f("pk_hashtags")),
    )
    with op.batch_alter_table("hashtags", schema=None) as batch_op:
        batch_op.create_index("ix_hashtags_tag_at", ["tag", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hashtags_mention_id"), ["mention_id"], unique=False)
    return hashtags


def _find_hashtags(hashtags: sa.Table) -> None:
    """Those of the mentions that are here already; new ones keep theirs when they come in."""
    connection = op.get_bind()
    signed = sa.or_(*(column.contains(sign) for column in (mentions.c.title, mentions.c.text) for sign in "#\uff03"))
    last = 0
    while rows := connection.execute(
        sa.select(mentions).where(mentions.c.id > last, signed).order_by(mentions.c.id).limit(CHUNK)
    ).all():
        found = [each for row in rows for each in _hashtags_of(row)]
        if found:
            connection.execute(hashtags.insert(), found)
        last = rows[-1].id


def _hashtags_of(row: Any) -> Iterator[dict[str, Any]]:
    words = " ".join(part for part in f"{row.title}\n{row.text}".split() if "://" not in part)
    folded = {unicodedata.normalize("NFC", unicodedata.normalize("NFKC", tag).casefold()) for tag in TAG.findall(words)}
    for tag in sorted(folded):
        if len(tag) <= LONGEST_TAG:
            yield {"tag": tag, "mention_id": row.id, "at": row.posted_at or row.received_at}
