"""One spelling for all the ways in which an address is written: 仙北一丁目2番3号, 仙北１－２－３, 盛岡市仙北1-2-3.

The same is done to what is typed and to what is known, so that both meet; nothing of it is ever shown.
"""

from __future__ import annotations

import re
import unicodedata

_DIGITS = {digit: number for number, digit in enumerate("〇一二三四五六七八九")}
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十]+(?=丁目|番|号|地割)")
_HYPHEN = re.compile(r"(?<=\d)[‐‑‒–—―−ー](?=\d)")
_POST_CODE = re.compile(r"^〒?\d{3}-\d{4}")
_PREFECTURE = re.compile(r"^(?:北海道|東京都|京都府|大阪府|..県|...県)")
_WARD = re.compile(r"^\w{1,3}区(?=.)")
_CHOME = re.compile(r"(?<=\d)(?:丁目|-?chome)-?")
_VARIANTS = str.maketrans({"ヶ": "が", "ケ": "が", "之": "の", "ノ": "の", "藪": "薮", "嶋": "島", "濱": "浜"})
_KATAKANA = str.maketrans({chr(code): chr(code - 0x60) for code in range(ord("ァ"), ord("ヶ"))})


def spelled(address: str, city: str = "") -> str:
    """The address in one spelling, without what stands before the town: post code, prefecture, ``city``, ward."""
    text = "".join(unicodedata.normalize("NFKC", address).casefold().split()).replace(",", "").replace("、", "")
    text = _POST_CODE.sub("", _HYPHEN.sub("-", text))
    text = _WARD.sub("", _PREFECTURE.sub("", text).removeprefix(city))
    text = _KANJI_NUMBER.sub(lambda found: str(_number(found[0])), text)
    text = text.replace("大字", "").replace("字", "").translate(_VARIANTS).translate(_KATAKANA)
    return _CHOME.sub("-", text)


def _number(kanji: str) -> int:
    """Up to ninety-nine, as blocks are counted."""
    tens, ten, ones = kanji.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[one]) for one in kanji))
    return 10 * (_number(tens) if tens else 1) + (_number(ones) if ones else 0)
