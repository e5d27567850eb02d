"""The words of a format, out of its own examples: a mutation that puts one in keeps more sense than one of bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable

_JAPANESE = rb"(?:[\xe0-\xef][\x80-\xbf]{2}){1,8}"
_WORDS = re.compile(rb'"[^"\\\n]{1,24}"|</?[A-Za-z][\w:.]{0,40}>?|[A-Za-z0-9_.:+@%-]{2,32}|' + _JAPANESE)
_MOST = 400
EVIL = (
    *(b"null", b"true", b"NaN", b"-Infinity", b"1e999", b"-1", b"0", b"1" * 400, b"9007199254740993", b"1_0"),
    *(b"[]", b"{}", b'""', b"[[[[[[[[", b"]]]]]]]]", rb"\ud800", rb"\u0000", b"\0", b"\xff", b"\xef\xbb\xbf"),
    *(b"<a/>", b"<!DOCTYPE a []>", b"&lt;", b"&#0;", b"<![CDATA[", b"<!--", b"<?x?>", b'xmlns="x"'),
    *(b"\xc2\x49" + b"\xff" * 9, b"\xf9\x7e\x00", b"\x9f", b"\xd8\x1c", b"\x1b$B", b"\r\n", b",", b'"'),
    *("９９".encode(), b"24:00", b"9999-12-31T23:59:59-14:00", b"0001-01-01T00:00:00+14:00", "\u202e".encode()),
)


def tokens(examples: Iterable[bytes]) -> list[bytes]:
    """Words of the examples, and what no format likes."""
    found = dict.fromkeys(word for one in examples for word in _WORDS.findall(one))
    return [*list(found)[:_MOST], *EVIL]


def dictionary(words: Iterable[bytes]) -> str:
    """The words as libFuzzer reads them from a file."""
    return "".join('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words)
