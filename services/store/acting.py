"""By which program a person acts at this moment: known to the record, whichever desk writes into it.

A token's acts are its owner's, who answers for them; but who reads the record, or looks for what a leaked token did,
has to see which lines came by it. Desks know people alone, so this goes beside them, with the request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from services.store.tokens import Token

_TOKEN: ContextVar[Token | None] = ContextVar("token", default=None)


@contextmanager
def acting(token: Token) -> Iterator[None]:
    """Whatever is written into the record inside names this token."""
    before = _TOKEN.set(token)
    try:
        yield
    finally:
        _TOKEN.reset(before)


def signed(refs: Mapping[str, str]) -> dict[str, str]:
    """``refs`` of an entry; with ``token``, its name, and ``program``, what its owner calls it, where one acts."""
    token = _TOKEN.get()
    return dict(refs) if token is None else {**refs, "token": token.id, "program": token.label}
