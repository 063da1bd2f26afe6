"""`make migration NAME="what it does"`: the next numbered migration, drafted from what the models and the schema disagree about.

Read what it wrote before you keep it: renames, for one, look like a column dropped and another added.
"""

import sys
import tempfile
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config

from bot.store import migrate
from bot.store.database import Database


def main(name: str) -> int:
    if not name.strip():
        print('Say what it does: make migration NAME="add reach"', file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/draft.db")
        migrate.migrate(database)
        if not migrate.differences(database):
            print("The models and the schema agree: there is nothing to migrate.")
            return 0
        print(f"Wrote {_draft(database, name)}")
        database.close()
    return 0


def _draft(database: Database, name: str) -> Path:
    config = Config()
    config.set_main_option("script_location", str(resources.files("migrations")))
    number = f"{int(migrate.head()) + 1:04}"
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.revision(config, name, autogenerate=True, rev_id=number)
    return next(Path(str(resources.files("migrations"))).glob(f"versions/{number}_*.py"))


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
