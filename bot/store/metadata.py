"""All tables together: what migrations are compared with."""

from bot.store import schema, schema_desk
from bot.store.columns import Base

TABLES = (schema, schema_desk)
"""The modules whose import registers the tables on the metadata."""

METADATA = Base.metadata
