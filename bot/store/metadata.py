"""All tables together: what migrations are compared with."""

from bot.store import schema, schema_desk, schema_sources
from bot.store.columns import Base

TABLES = (schema, schema_desk, schema_sources)
"""The modules whose import registers the tables on the metadata."""

METADATA = Base.metadata
