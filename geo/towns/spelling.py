"""One spelling for all the ways in which an address is written: 仙北一丁目2番3号, 仙北１－２－３, 盛岡市仙北1-2-3.

The same is done to what is typed and to what is known, so that both meet; nothing of it is ever shown.
"""

from __future__ import annotations

import re
import unicodedata

_DIGITS = {digit: number for number, digit in enumerate("〇一二三四五六七八九")}
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十]+(?=丁目|番|号|地割|条|線)")
_HYPHEN = re.compile(r"(?<=\d)[‐‑‒–—―−ー](?=\d)")
_POST_CODE = re.compile(r"^〒?\d{3}-\d{4}")
_PREFECTURE = re.compile(r"^(?:北海道|東京都|京都府|大阪府|..県|...県)")
_WARD = re.compile(r"^\w{1,3}区(?=.)")
_CHOME = re.compile(r"(?<=\d)(?:丁目|-?chome)-?")
_SILENT = re.compile(r"[,、・]|大?字|(?<=[ぁ-ゖァ-ヺ])ー")  # what one writes and another leaves out
_GA = re.compile(r"ヶ|(?<![ァ-ヺー])ケ(?=[㐀-鿿])")  # read が: 大ケ生, つつじヶ丘; a ケ of ケアセンター is none
_TWICE = re.compile(r"(.)々")
_VARIANTS = str.maketrans(
    "之藪嶋濱舘﨑髙邊邉澤廣國龍櫻條縣驛瀧鐵學寶寳淵曾齋齊萬圓淸靜",
    "の薮島浜館崎高辺辺沢広国竜桜条県駅滝鉄学宝宝渕曽斎斉万円清静",
)
_HIRAGANA = str.maketrans({chr(code): chr(code - 0x60) for code in range(ord("ァ"), ord("ヷ"))})
_ALIKE = str.maketrans(
    "ぁぃぅぇぉっゃゅょゎゕゖぢづ", "あいうえおつやゆよわかけじず"
)  # 四ッ家 and 四ツ家, みづほ and みずほ


def spelled(address: str, city: str = "") -> str:
    """The address in one spelling, without what stands before the town: post code, prefecture, ``city``, ward."""
    text = _PREFECTURE.sub("", _POST_CODE.sub("", _plain(address)))
    town = text.removeprefix(city)
    return _folded(town if town == text else _WARD.sub("", town))


def spellings(name: str, city: str) -> frozenset[str]:
    """What a name goes by: 盛岡市役所 is looked for by 役所, which is left without the city, and by 市役所."""
    return frozenset({spelled(name, city), written(name)} - {""})


def written(text: str) -> str:
    """The text in the same spelling, with all that it has."""
    return _folded(_plain(text))


def _plain(text: str) -> str:
    return _HYPHEN.sub("-", "".join(unicodedata.normalize("NFKC", text).casefold().split()))


def _folded(text: str) -> str:
    text = _KANJI_NUMBER.sub(lambda found: str(_number(found[0])), text)
    text = _SILENT.sub("", _TWICE.sub(r"\1\1", _GA.sub("が", text)))
    return _CHOME.sub("-", text.translate(_VARIANTS).translate(_HIRAGANA).translate(_ALIKE))


def _number(kanji: str) -> int:
    """Up to ninety-nine, as blocks are counted."""
    tens, ten, ones = kanji.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[one]) for one in kanji))
    return 10 * (_number(tens) if tens else 1) + (_number(ones) if ones else 0)
