"""The book as queries of X's recent search, within the length that an account may ask.

A query asks for ``(names of the city) (words of danger)``: a post that :mod:`geo.heard.matching` would take has one of
each, so none is missed by asking; place names that need the city beside them need not be asked for themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from geo.heard.book import Book
from geo.heard.spelling import plain

LENGTHS = (512, 1024, 4096)  # characters: self-serve, the old Pro, Enterprise
_ALWAYS = "-is:retweet -is:quote -is:nullcast"


class QueryTooLongError(ValueError):
    """The words do not fit; the text says which and what to do."""


def queries(book: Book, longest: int, ours: Iterable[str] = ()) -> list[str]:
    """As few queries as it takes, the same for the same book. Raises QueryTooLongError."""
    where = _either(book.context)
    names = sorted({name.lstrip("@") for name in ours if name and not name.isdigit()})
    tail = " ".join([_ALWAYS, *(f"-from:{name} -to:{name}" for name in names)])
    words = sorted({plain(word) for one in book.hazards for word in one.words})
    found: list[str] = []
    group: list[str] = []
    for word in words:
        if len(_query(where, [*group, word], tail)) > longest and group:
            found.append(_query(where, group, tail))
            group = []
        group.append(word)
        if len(_query(where, group, tail)) > longest:
            raise QueryTooLongError(
                f"the names of the city alone fill X's {longest} characters: write fewer of city, around and sure into "
                f"listening.toml, or fewer accounts"
            )
    return [*found, _query(where, group, tail)] if group else found


def _query(where: str, words: Sequence[str], tail: str) -> str:
    return f"{where} {_either(words)} {tail}"


def _either(words: Sequence[str]) -> str:
    return f"({' OR '.join(_quoted(word) for word in words)})"


def _quoted(word: str) -> str:
    """An operator of X is none between quotes."""
    return word if word.isalnum() and word not in {"or", "and"} else f'"{word.replace(chr(34), " ")}"'
