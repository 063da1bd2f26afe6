"""`earshot import`: a file of mentions goes in at the same door as a feed's, with a progress bar."""

import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from tqdm import tqdm

from bot.app import open_database, utc_now
from bot.config import Config
from bot.domain.mention import Incoming
from bot.flow.ingest import IMPORT_BATCH, store_imported
from bot.sources.files import find_layout, read_file
from bot.sources.formats.file_rows import BadRow
from bot.store.arrivals import Added

DONE, SOME_ROWS_BAD = 0, 1


def import_file(config: Config, path: Path, *, source: str, columns: Mapping[str, str]) -> int:
    """Bring in every good row and name the bad ones with their line; gives the exit code, 1 where a row was left out.

    May run beside the bot: it judges and posts what comes in. The same file again brings nothing twice.
    """
    layout = find_layout(path, columns)
    for sentence in layout.sentences():
        print(sentence)
    database = open_database(config, auto_migrate=True)
    added, left_out = Added(), 0
    with tqdm(total=path.stat().st_size, unit="B", unit_scale=True, desc=path.name, disable=None) as bar:

        def progress(count: int) -> None:
            bar.update(count)

        rows = read_file(path, layout, now=utc_now(), on_bytes=progress)
        while batch := list(islice(rows, IMPORT_BATCH)):
            left_out += sum(1 for bad in _bad(batch) if not bad.kept)
            for bad in _bad(batch):
                tqdm.write(f"{path.name}:{bad.line}: {bad.reason}", file=sys.stderr)
            good = [row for row in batch if isinstance(row, Incoming)]
            added += store_imported(database, source, good, utc_now)
    database.close()
    print(f"{added.new} new, {added.edited} changed, {added.known} known already, {left_out} rows left out.")
    return SOME_ROWS_BAD if left_out else DONE


def _bad(batch: list[Incoming | BadRow]) -> Iterator[BadRow]:
    return (row for row in batch if isinstance(row, BadRow))
