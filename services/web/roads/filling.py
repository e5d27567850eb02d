"""When a snow dump will be full, in a sentence of any language; the uncertainty is always told."""

from __future__ import annotations

from geo.plow.dumps.outlook import Outlook, Why
from services.web.public.clock import day
from services.web.roads.words import word


def foreseen(one: Outlook, language: str) -> str:
    """「このままなら1月28日ごろ満杯（早ければ…、遅ければ…）」; empty: nothing to say."""
    days = {name: day(at, language) for name in ("early", "likely", "late") if (at := getattr(one, name))}
    match one.why:
        case Why.FULL | Why.IDLE:
            name = one.why.value
        case Why.FORESEEN if {"early", "likely"} <= days.keys():
            name = "foreseen" if "late" in days else "foreseen_open"
        case Why.AHEAD:
            name = "ahead_early" if "early" in days else "ahead"
        case _:
            return ""
    return word(f"outlook_{name}", language, **days)
