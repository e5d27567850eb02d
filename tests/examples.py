"""How many examples a property test looks at: few beside every change, thousands in a long run."""

from __future__ import annotations

import os


def examples(usual: int) -> int:
    """The usual number, or the one that ``SHIRASE_EXAMPLES`` names where that is more (``make examples``)."""
    return max(usual, int(os.environ.get("SHIRASE_EXAMPLES", "0")))
