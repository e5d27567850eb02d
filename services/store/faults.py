"""Whose fault an error of the store is."""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, StatementError

_UNFIT_CLASSES = ("22", "23", "54")  # SQLSTATE: data exception, integrity, limits such as the size of an index row


def is_unfit(error: Exception) -> bool:
    """True where the data is at fault and trying again is in vain; a store that is locked, full or gone is not that."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, StatementError | ValueError | TypeError | OverflowError)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_UNFIT_CLASSES)
    cause = error.orig.__cause__ if error.orig else None  # PostgreSQL's driver refuses a value before it is sent
    unfit = isinstance(cause, ValueError | TypeError | OverflowError)
    return unfit or isinstance(error, DataError | IntegrityError | ProgrammingError)
