"""What ``shirase check`` says of musters: what begins by itself, whom no rule asks, links that nobody could open."""

from __future__ import annotations

from typing import Any

from rules.muster.rules import MusterRules
from rules.muster.want import Want
from services.settings import Settings


def muster_finding(settings: Settings, rules: MusterRules) -> dict[str, Any]:
    """One finding. A link that nobody outside can open is a fault."""
    told = settings.muster
    if told is None:
        return {"part": "muster", "ok": True, "set_up": False, "rules": [one.id for one in rules.rules]}
    lost = not settings.web.base_url
    cure = {"message": "[web] base_url: every message has a link that phones must reach"} if lost else {}
    asked = {code for one in rules.rules for code, want in one.asks.items() if want is not Want.INFORM}
    return {
        "part": "muster",
        "ok": not lost,
        "set_up": True,
        "rules": [one.id for one in rules.rules],
        "automatic": [one.id for one in rules.rules if one.automatic],
        "never_asked_by_rules": sorted({one.code for one in rules.categories} - asked),
        "mail": told.mail is not None,
        "sms": bool(told.sms.get_secret_value()),
        "source": rules.source,
        **cure,
    }
