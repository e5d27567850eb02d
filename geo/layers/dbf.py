"""Which characters the texts of a Shapefile are in. What stands beside it (.cpg) is often missing, and often wrong."""

from __future__ import annotations

import re

_UTF8 = {"UTF8", "65001", "CP65001"}
_CP932 = {"SHIFTJIS", "SJIS", "XSJIS", "932", "CP932", "MS932", "ANSI932", "OEM932", "WINDOWS31J", "MSKANJI"}


def named_encoding(told: str) -> str | None:
    """UTF-8 or CP932, however a .cpg spells it; None for any other. Shift_JIS without its NEC and IBM characters
    (①, 髙) is in nobody's files, so CP932 is meant by all of its names."""
    name = re.sub(r"[^A-Z0-9]", "", told.upper())
    return "UTF-8" if name in _UTF8 else "CP932" if name in _CP932 else None


def text_encoding(dbf: bytes, told: str = "") -> str | None:
    """UTF-8 where all records are, else CP932, which the national data use; None to believe what the .cpg says.

    ``dbf``: the whole file; ``told``: the text of the .cpg, if there is one. The bytes decide against it wherever they
    can be read in the one way alone.
    """
    records = dbf[int.from_bytes(dbf[8:10], "little") :]
    if records.isascii():
        return named_encoding(told) or ("UTF-8" if not told else None)
    if _readable(records, "utf-8"):
        return "UTF-8"
    if _is_euc(told):
        return None
    return "CP932" if not told or _readable(records, "cp932") else named_encoding(told)


def _is_euc(told: str) -> bool:
    return "EUC" in told.upper()


def _readable(records: bytes, encoding: str) -> bool:
    try:
        records.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
