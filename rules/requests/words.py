"""What a resident is answered at once: what is known of the road, Japanese first, and whether others asked already."""

from __future__ import annotations

from feeds.status import Status
from rules.marks import MARKS
from rules.requests.triage import Triage
from rules.street.case import Case, Street
from rules.street.words import sentence


def answered(street: Street, judged: Triage) -> str:
    """What goes back to the resident with the number."""
    if street.case is Case.NO_ROAD:
        return "受け付けました。道路の位置を職員が確認します。 / Received. Staff will look up the road."
    ja, en = sentence(street), sentence(street, "en")
    if judged.same_as is not None:
        ja += "同じ場所の依頼をすでに受けています。"
        en += " Others have told us of the same place."
    return f"{ja} / {en}"


def marked(status: Status, text: str) -> str:
    """What residents read of a request, never without the mark of a drill, even where nothing else is said."""
    return " ".join(part for part in (*MARKS[status], text) if part)
