"""An L-Alert document as the line of JSON that other people's programs read: the shape of ``shirase decode``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from feeds.lalert.types import LalertDocument

_APART = ("document_id", "status", "measured_at", "areas", "items")


def lalert_line(document: LalertDocument) -> dict[str, Any]:
    """The document as a JSON object: ``record`` is telegram, ``feed`` lalert; the rest in the document's own words."""
    rest = {name: value for name, value in asdict(document).items() if name not in _APART}
    return {
        "record": "telegram",
        "feed": "lalert",
        "documentID": document.document_id,
        "status": document.status.value,
        **rest,
        "areas": [asdict(area) for area in document.areas],
        "items": list(document.items),
    }
