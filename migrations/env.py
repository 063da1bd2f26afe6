"""Runs migrations on the connection that bot/store/migrate.py hands in."""

from alembic import context

from bot.store.columns import PlainText, UTCDateTime
from bot.store.metadata import METADATA


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our column types as SQLAlchemy's: a migration imports no model."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.Text()" if kind == "type" and isinstance(item, PlainText) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
