"""The kept corpus: inputs that once reached what the seeds do not, one in Base64 on each line of ``corpus/TARGET.txt``.

All of them grew from ``seeds.py`` by mutation; nothing in them was ever sent by anybody.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path

from tests.fuzz.targets import Target

FOLDER = Path(__file__).parent / "corpus"
_MOST, _MOST_BYTES = 60, 16_384  # of one target: enough to begin from, and little enough to keep


def kept(name: str) -> list[bytes]:
    """The kept inputs of a target; none where it has none yet."""
    file = FOLDER / f"{name}.txt"
    return [base64.b64decode(line) for line in file.read_text("ascii").splitlines()] if file.exists() else []


def start(target: Target) -> list[bytes]:
    """Where fuzzing begins: the seeds, and what was kept."""
    return [*dict.fromkeys([*target.seeds, *kept(target.name)])]


def keep(name: str, found: Iterable[bytes]) -> int:
    """Keep these instead of what was kept, the smallest first, as far as there is room; returns how many."""
    chosen: list[bytes] = []
    for one in sorted(set(found), key=lambda data: (len(data), data)):
        if len(chosen) < _MOST and sum(map(len, chosen)) + len(one) <= _MOST_BYTES:
            chosen.append(one)
    FOLDER.mkdir(exist_ok=True)
    lines = "".join(base64.b64encode(one).decode() + "\n" for one in chosen)
    (FOLDER / f"{name}.txt").write_text(lines, "ascii")
    return len(chosen)
