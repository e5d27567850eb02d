"""Addresses of the public pages that keep district, language and what else was chosen."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

Link = Callable[..., str]
CHOSEN = ("lang", "area", "look")  # members of the query that a page of residents may always have


def linking(language: str, area: str, look: str = "") -> Link:
    """``link('/', area=…)``: a path with what is chosen; an empty value leaves a member out."""
    chosen = {"lang": "" if language == "ja" else language, "area": area, "look": look}

    def link(path: str, /, **changes: object) -> str:
        told = {name: str(value) for name, value in {**chosen, **changes}.items() if value not in ("", None)}
        return f"{path}?{urlencode(told)}" if told else path

    return link
