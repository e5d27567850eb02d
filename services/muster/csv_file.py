"""The staff directory as a table that a spreadsheet writes: UTF-8 or CP932, columns found by their names, whole or not
at all. Every fault is told with its line and cure, and never repeats an address.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

from services.muster.directory import Person, address_of

MAX_BYTES, MAX_ROWS, MOST_ADDRESSES = 8 * 1024 * 1024, 50_000, 5
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("職員番号", "code"),
    "name": ("氏名", "name"),
    "bureau": ("部局", "局部", "bureau"),
    "section": ("課", "所属", "section"),
    "role": ("職", "役職", "role"),
    "category": ("参集区分", "category"),
    "place": ("参集場所", "place"),
    "phone": ("電話", "phone"),
    "drills": ("訓練", "drills"),
}
_NEEDED = ("code", "name", "bureau", "category")
_ADDRESS = re.compile(r"(?:宛先|address)([1-5]?)")
_YES, _NO = {"1", "○", "〇", "yes", "true", "はい", "参加"}, {"", "0", "×", "no", "false", "いいえ", "不参加"}
_LONGEST = {"name": 60, "bureau": 60, "section": 60, "role": 60, "place": 60, "phone": 30}
_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong where (line 1 is the first), and what to do."""

    line: int
    column: str
    message: str


@dataclass(slots=True)
class Read:
    """People, and every fault; where there is one, nothing of the file is to be taken."""

    people: list[Person] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(data: bytes, categories: Collection[str]) -> Read:
    """``categories``: codes of the 参集区分 that the city's rules have."""
    found = Read()
    text = _text(data, found)
    if text is None:
        return found
    table = csv.reader(io.StringIO(text, newline=""))
    try:
        names = _names(next(table, []), found)
        seen: dict[str, int] = {}
        for row in table:
            if any(cell.strip() for cell in row) and names:
                _take(_Row(dict(zip(names, row, strict=False)), table.line_num, found, categories), seen)
            if len(found.people) > MAX_ROWS:
                found.faults.append(Fault(table.line_num, "", f"{MAX_ROWS:,}人を超えています。分けてください"))
                return found
    except csv.Error:
        found.faults.append(Fault(table.line_num, "", 'CSV として読めません。引用符（"）を確かめてください'))
    if names and not found.people and not found.faults:
        found.faults.append(Fault(2, "", "見出しの下に行がありません"))
    return found


def _text(data: bytes, found: Read) -> str | None:
    if len(data) > MAX_BYTES:
        found.faults.append(Fault(1, "", f"{MAX_BYTES // 1024 // 1024} MB を超えています"))
        return None
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    found.faults.append(Fault(1, "", "UTF-8 でも CP932 でもありません。「CSV（コンマ区切り）」で保存し直してください"))
    return None


def _names(head: list[str], found: Read) -> list[str]:
    """What each column is; a name that is none of ours, or twice there, is a fault: a mistyped 宛先 would be lost."""
    names = []
    for told in head:
        plain = normalize("NFKC", told).strip().lower()
        known = next((name for name, words in _COLUMNS.items() if plain in words), "")
        if not known and (address := _ADDRESS.fullmatch(plain)):
            known = f"address{address[1] or '1'}"
        if not known and plain:
            allowed = "、".join([*(words[0] for words in _COLUMNS.values()), "宛先1～宛先5"])
            found.faults.append(Fault(1, told.strip()[:40], f"知らない見出しです。使えるのは {allowed}"))
        if known and known in names:
            found.faults.append(Fault(1, told.strip()[:40], "同じ見出しが2つあります。1つにしてください"))
        names.append(known)
    for name in _NEEDED:
        if name not in names:
            found.faults.append(
                Fault(1, _COLUMNS[name][0], "この見出しの列がありません。1行目に見出しを書いてください")
            )
    return [] if found.faults else names


@dataclass(frozen=True, slots=True)
class _Row:
    """One line with what is known of the file."""

    cells: Mapping[str, str]
    line: int
    found: Read
    categories: Collection[str]

    def get(self, name: str) -> str:
        return normalize("NFKC", self.cells.get(name, "")).strip()

    def fault(self, name: str, message: str) -> None:
        column = _COLUMNS[name][0] if name in _COLUMNS else name
        self.found.faults.append(Fault(self.line, column, message))


def _take(row: _Row, seen: dict[str, int]) -> None:
    code = row.get("code")
    if not _CODE.fullmatch(code):
        row.fault("code", "英数字と - _ で20字までにしてください")
    elif code in seen:
        row.fault("code", f"{seen[code]}行目と同じ職員番号です。どちらかを直してください")
    seen.setdefault(code, row.line)
    words = {name: " ".join(row.cells.get(name, "").split()) for name in _LONGEST}
    for name, most in _LONGEST.items():
        if len(words[name]) > most or not words[name].isprintable():
            row.fault(name, f"{most}字までの文字にしてください")
    for name in ("name", "bureau"):
        if not words[name]:
            row.fault(name, "空です。書いてください")
    row.found.people.append(
        Person(code=code, **words, category=_category(row), drills=_drills(row), addresses=_addresses(row))
    )


def _category(row: _Row) -> str:
    told = row.get("category").lower().removesuffix("動員").removesuffix("号")
    if told not in row.categories:
        row.fault(
            "category", f"{'、'.join(sorted(row.categories))} のどれかを書いてください（muster.toml の category）"
        )
    return told


def _drills(row: _Row) -> bool:
    told = row.get("drills").lower()
    if told not in _YES | _NO:
        row.fault("drills", "訓練に参加するなら ○、しないなら空にしてください")
    return told in _YES


def _addresses(row: _Row) -> tuple[str, ...]:
    kept: list[str] = []
    for place in range(1, MOST_ADDRESSES + 1):
        told = row.cells.get(f"address{place}", "").strip()
        if not told:
            continue
        try:
            address = address_of(told if "://" in told else normalize("NFKC", told))
        except ValueError as error:
            row.fault(f"宛先{place}", str(error))
            continue
        if address in kept:
            row.fault(f"宛先{place}", "同じ宛先が2つあります。1つにしてください")
        kept.append(address)
    return tuple(kept)
