"""How numbers, dates, times and units are said in Japanese, in kana.

Sounds change where a number meets its counter (いっぷん, さんぷん, じゅっセンチ); a speech machine that is given
figures guesses, and one that is given kana does not have to. Times are said as broadcasters say them: 午後6時40分.
"""

from __future__ import annotations

from collections.abc import Mapping

_DIGITS = ("れい", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
_HUNDREDS = {1: "ひゃく", 3: "さんびゃく", 6: "ろっぴゃく", 8: "はっぴゃく"}
_THOUSANDS = {1: "せん", 3: "さんぜん", 8: "はっせん"}
_MYRIADS = ("", "まん", "おく", "ちょう")
_LIMIT = 10**16
_DAYS = {
    1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか",
    9: "ここのか", 10: "とおか", 14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか",
}  # fmt: skip
_MONTHS = {4: "し", 7: "しち", 9: "く"}
_HOURS = {4: "よ", 7: "しち", 9: "く"}
# Before k, s, t and p the numbers 1, 6, 8 and 10 close up; which of them do depends on the sound.
_CLOSED = {"いち": "いっ", "ろく": "ろっ", "はち": "はっ", "じゅう": "じゅっ", "ひゃく": "ひゃっ"}
_CLOSING = {"k": ("いち", "ろく", "はち", "じゅう", "ひゃく"), "s": ("いち", "はち", "じゅう"), "": ()}
_CLOSING |= {"p": _CLOSING["k"], "t": _CLOSING["s"], "f": _CLOSING["k"]}

# written → (how it is said, the sound that it begins with where that closes a number up)
COUNTERS: Mapping[str, tuple[str, str]] = {
    "cm": ("センチ", "s"),
    "mm": ("ミリ", ""),
    "km": ("キロ", "k"),
    "m": ("メートル", ""),
    "km2": ("へいほうキロメートル", ""),
    "m2": ("へいほうメートル", ""),
    "m3": ("りっぽうメートル", ""),
    "kg": ("キログラム", "k"),
    "hPa": ("ヘクトパスカル", ""),
    "%": ("パーセント", "p"),
    "度": ("ど", ""),
    "丁目": ("ちょうめ", "t"),
    "か所": ("かしょ", "k"),
    "か月": ("かげつ", "k"),
    "回": ("かい", "k"),
    "階": ("かい", "k"),
    "日間": ("にちかん", ""),
    "時間": ("じかん", ""),
    "分間": ("ふんかん", "f"),
    "分": ("ふん", "f"),
    "秒": ("びょう", ""),
    "報": ("ほう", "f"),
    "歳": ("さい", "s"),
    "頭": ("とう", "t"),
    "世帯": ("せたい", "s"),
    "番": ("ばん", ""),
    "号線": ("ごうせん", ""),
    "号": ("ごう", ""),
    "台": ("だい", ""),
    "人": ("にん", ""),
    "名": ("めい", ""),
}
_PEOPLE = {"1": "ひとり", "2": "ふたり"}
_KNOWN_NUMBERS = {"110番": "ひゃくとおばん", "119番": "ひゃくじゅうきゅうばん"}


def number(text: str) -> str:
    """Digits, with a decimal point or without, as they are said; too many of them one by one."""
    whole, _, fraction = text.partition(".")
    said = one_by_one(whole) if int(whole) >= _LIMIT else _whole(int(whole))
    return f"{said}てん{one_by_one(fraction)}" if fraction else said


def one_by_one(digits: str) -> str:
    """Each digit by itself, as of a telephone number."""
    return "".join(_DIGITS[int(digit)] for digit in digits if digit.isdecimal())


def telephone(text: str) -> str:
    """A telephone number: its groups with a short rest between them; #7119 and its like with their sign."""
    sign = "シャープ" if text.startswith("#") else ""
    return sign + "、".join(one_by_one(group) for group in text.removeprefix("#").split("-"))


def counted(text: str, counter: str) -> str:
    """A number and what it counts. Raises KeyError for a counter that is not in the table."""
    if known := _KNOWN_NUMBERS.get(text + counter) or (_PEOPLE.get(text) if counter == "人" else ""):
        return known
    said, sound = COUNTERS[counter]
    figure = number(text)
    closing = next((end for end in _CLOSING[sound] if figure.endswith(end)), "") if sound else ""
    if closing:
        figure = figure.removesuffix(closing) + _CLOSED[closing]
    if sound == "f":
        popped = closing or figure.endswith(("さん", "よん"))
        said = ("ぷ" if counter != "報" else "ぽ") + said[1:] if popped else said
    if counter == "人" and figure.endswith("よん"):
        figure = figure.removesuffix("ん")
    return figure + said


def month(value: int) -> str:
    """1 to 12."""
    return f"{_MONTHS.get(value) or _whole(value)}がつ"


def day(value: int) -> str:
    """1 to 31."""
    if value in _DAYS:
        return _DAYS[value]
    tens, ones = divmod(value, 10)
    return f"{_whole(tens * 10)}{_HOURS[ones] if ones in (7, 9) else _whole(ones) if ones else ''}にち"


def time(hour: int, minute: int | None) -> tuple[str, str]:
    """A time of day as it is written for speech, and its reading: ``午後6時40分``, ごごろくじよんじゅっぷん."""
    half, short = divmod(hour, 12)
    written = f"{'午後' if half else '午前'}{short}時" + (f"{minute}分" if minute else "")
    said = f"{'ごご' if half else 'ごぜん'}{_HOURS.get(short) or _whole(short)}じ"
    return written, said + (counted(str(minute), "分") if minute else "")


def _whole(value: int) -> str:
    if value == 0:
        return _DIGITS[0]
    said, groups = "", []
    while value:
        value, group = divmod(value, 10_000)
        groups.append(group)
    for group, name in reversed([*zip(groups, _MYRIADS, strict=False)]):
        if group:
            ten = "いっせん" if group == 1000 and name else _below_myriad(group)
            said += ten + name
    return said


def _below_myriad(value: int) -> str:
    thousands, rest = divmod(value, 1000)
    hundreds, rest = divmod(rest, 100)
    tens, ones = divmod(rest, 10)
    said = (_THOUSANDS.get(thousands) or f"{_DIGITS[thousands]}せん") if thousands else ""
    said += (_HUNDREDS.get(hundreds) or f"{_DIGITS[hundreds]}ひゃく") if hundreds else ""
    said += ("じゅう" if tens == 1 else f"{_DIGITS[tens]}じゅう") if tens else ""
    return said + (_DIGITS[ones] if ones else "")
