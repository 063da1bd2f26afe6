"""Doubt: how sure the model had to be of its topic, and how ironic it found the text. 0, for what nobody asked it then."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("floor", sa.Float(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("irony", sa.Float(), server_default="0", nullable=False))
