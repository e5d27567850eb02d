"""The city's own table of readings: a TOML file of names and how they are said, in kana."""

from __future__ import annotations

import re
import tomllib

_KANA = re.compile(r"[ぁ-んァ-ヶー、]+")


class ReadingsError(ValueError):
    """The table is wrong; the text names the place and the cure."""


def read_names(content: bytes, where: str) -> dict[str, str]:
    """Name → kana. Raises ReadingsError with ``where`` for what is not TOML and for a reading that is not kana."""
    try:
        table = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReadingsError(f"{where}: {error}") from None
    for name, reading in table.items():
        if not isinstance(reading, str) or not _KANA.fullmatch(reading):
            raise ReadingsError(f'{where}: {name!r} has the reading {reading!r}; write kana, like "きたかみがわ"')
    return table
