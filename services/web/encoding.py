"""Whether an answer may be sent by gzip (RFC 9110, 12.5.3)."""

from __future__ import annotations

from aiohttp import hdrs, web


def takes_gzip(request: web.Request) -> bool:
    """True where the client names gzip, or anything, without refusing it by a weight of zero."""
    weights: dict[str, bool] = {}
    for one in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower().split(","):
        name, *options = (part.strip() for part in one.split(";"))
        weights[name] = not any(_is_zero(option) for option in options)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))


def _is_zero(option: str) -> bool:
    name, _, value = option.partition("=")
    return name.strip() == "q" and value.strip(" 0") in {"", "."}
