"""How a picture looks, in 64 bits a view: the difference hash.

Copies that were made smaller, saved again or brightened differ by a few bits; the pictures of others by many more.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

from rules.reports.photo import Look

_WIDE, _HIGH = 9, 8
_INNER = (0.05, 0.10)  # cut off at each side
_LEAST = 6  # of 64 bits that must differ from the others: a wall, or the night, looks like every other


def look_of(picture: Image.Image) -> Look | None:
    """Of an upright picture, as it is kept; None where there is too little in it to know it again."""
    grey = picture.convert("L")
    whole = _hash(grey)
    if not _LEAST <= whole.bit_count() <= 64 - _LEAST:
        return None
    near, far = (_hash(_inside(grey, share)) for share in _INNER)
    return Look(whole=whole, inner=(near, far), mirrored=_hash(ImageOps.mirror(grey)))


def _inside(grey: Image.Image, share: float) -> Image.Image:
    wide, high = grey.size
    box = (int(wide * share), int(high * share), max(1, int(wide * (1 - share))), max(1, int(high * (1 - share))))
    return grey.crop(box)


def _hash(grey: Image.Image) -> int:
    """Whether each of 8 × 8 fields is brighter than the one to its left."""
    small = np.asarray(grey.resize((_WIDE, _HIGH), Image.Resampling.LANCZOS)).astype(int)
    bits = (small[:, 1:] > small[:, :-1]).flatten()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
