"""MinHash of a text's pieces in bands: texts that share a band may say the same (Broder 1997; Leskovec et al., MMDS, ch. 3).

20 bands of 3 rows: two texts with a Jaccard of 0.45 share one with a probability of 0.85, of 0.6 with 0.99, of 0.1 with 0.02.
"""

import hashlib
from collections.abc import Iterable

BANDS, ROWS = 20, 3
_SEED, _SCHEME = 1, "affine32"
"""Never to be changed: bands that are stored were made with them."""


def bands_of(pieces: Iterable[str]) -> tuple[int, ...]:
    """A signed number of 64 bits for each band; no two bands share one but by chance.

    datasketch is imported here: it takes half a second to load, and `earshot --help` does not need it.
    """
    from datasketch import MinHash

    sketch = MinHash(num_perm=BANDS * ROWS, seed=_SEED, scheme=_SCHEME)
    sketch.update_batch([piece.encode() for piece in pieces])
    values = sketch.hashvalues.astype("<u8")
    return tuple(_number(band, values[band * ROWS : (band + 1) * ROWS].tobytes()) for band in range(BANDS))


def _number(band: int, rows: bytes) -> int:
    digest = hashlib.blake2b(bytes([band]) + rows, digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
