"""Owed verdicts: since when the model owes one, and when it is asked again. What went unjudged before is asked at once."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("mentions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owed_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("judge_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_mentions_judge_at",
            ["judge_at"],
            unique=False,
            sqlite_where=sa.text("judge_at IS NOT NULL"),
            postgresql_where=sa.text("judge_at IS NOT NULL"),
        )
    op.execute(
        "UPDATE mentions SET owed_since = received_at, judge_at = received_at "
        "WHERE route_rule = 'unjudged' AND state IN ('open', 'claimed', 'snoozed')"
    )
