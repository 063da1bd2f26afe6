"""Sources: deliveries from places, what sources cost and how they stand, repeats, people behind accounts, kudos."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "delivery", name=op.f("pk_deliveries")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_received_at", ["received_at"], unique=False)

    op.create_table(
        "kudos_silence",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_kudos_silence")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "accounts",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("linked_by", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_accounts_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source", "author", name=op.f("pk_accounts")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_person_id"), ["person_id"], unique=False)

    op.create_table(
        "kudos",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_kudos_mention_id_mentions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kudos")),
        sa.UniqueConstraint("mention_id", "person", name=op.f("uq_kudos_mention_id_person")),
    )
    with op.batch_alter_table("kudos", schema=None) as batch_op:
        batch_op.create_index("ix_kudos_at", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_kudos_mention_id"), ["mention_id"], unique=False)

    op.create_table(
        "near_bands",
        sa.Column("mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_near_bands_mention_id_mentions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mention_id", "band", name=op.f("pk_near_bands")),
    )
    with op.batch_alter_table("near_bands", schema=None) as batch_op:
        batch_op.create_index("ix_near_bands_hash", ["hash"], unique=False)

    repeats_something, follows_something = sa.text("repeat_of IS NOT NULL"), sa.text("follow_of IS NOT NULL")
    undrawn = sa.text("drawn_version < version")
    with op.batch_alter_table("mentions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("repeat_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("for_history", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("drawn_version", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_index("ix_mentions_follow_of")
        batch_op.create_index(
            "ix_mentions_follow_of",
            ["follow_of"],
            unique=False,
            sqlite_where=follows_something,
            postgresql_where=follows_something,
        )
        batch_op.create_index(
            "ix_mentions_repeat_of",
            ["repeat_of"],
            unique=False,
            sqlite_where=repeats_something,
            postgresql_where=repeats_something,
        )
        batch_op.create_index(
            "ix_mentions_undrawn", ["id"], unique=False, sqlite_where=undrawn, postgresql_where=undrawn
        )
        batch_op.create_index("ix_mentions_source_received_at", ["source", "received_at"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_mentions_repeat_of_mentions"), "mentions", ["repeat_of"], ["id"], ondelete="CASCADE"
        )

    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("access_ends_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("spent_month", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("spent", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("alarm", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rest_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("refusals", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("bad_polls", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("catching_up", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("look_problem", sa.Text(), server_default="", nullable=False))

    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    about_no_mention = sa.text("mention_id IS NULL")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.alter_column("mention_id", existing_type=key, nullable=True)
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index(
            "uq_outbox_bulletins",
            ["channel", "slot"],
            unique=True,
            sqlite_where=about_no_mention,
            postgresql_where=about_no_mention,
        )

    # What shows its mention as it is needs no drawing. Left to the bot, 100,000 mentions took minutes of its write lock.
    op.execute(
        """
        UPDATE mentions SET drawn_version = version WHERE NOT EXISTS (
            SELECT 1 FROM outbox
            WHERE outbox.mention_id = mentions.id AND outbox.kind <> 'notice'
            AND (outbox.state IN ('pending', 'sending')
                OR (outbox.state = 'sent' AND outbox.shown_version < mentions.version))
        )
        """
    )
