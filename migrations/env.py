"""Runs migrations on the connection that bot/store/migrate.py hands in."""

from alembic import context

from bot.store.schema import Base, UTCDateTime


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our column type as SQLAlchemy's: a migration imports no model."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
