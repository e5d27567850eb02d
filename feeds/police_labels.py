"""Safety mails taken apart by their labels. A prefecture's own word is one more word in the table here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from feeds.japanese_time import normal

_WORDS = {
    "when": "発生日時 日時 発生日 発生時間 発生時刻 いつ 発生年月日 行方不明日時 目撃日時",
    "where": "発生場所 場所 どこで 発生地 行方不明場所 目撃場所 発生地域",
    "what": "種別 事案種別 事案区分 区分 罪種 情報種別 事案名 事案 種類",
    "story": "状況 事案の状況 発生状況 内容 事案内容 事案の内容 概要 事案概要 事案の概要 どうした",
    "offender": "犯人の特徴 不審者の特徴 行為者の特徴 男の特徴 女の特徴 相手の特徴 "
    "犯人 不審者 行為者 特徴 人相着衣 犯人像",
    "method": "手口",
    "issuer": "配信元 発信元 配信者 発信者 配信 発信 情報提供 "
    "問い合わせ先 お問い合わせ先 問合せ先 お問合せ先 担当 連絡先",
    "other": "参考 参考事項 その他 備考 注意 注意点 お願い 対策 防犯対策 使用車両 逃走方向",
}
LABELS: Mapping[str, tuple[str, ...]] = {meaning: tuple(words.split()) for meaning, words in _WORDS.items()}
_KNOWN = frozenset(label for labels in LABELS.values() for label in labels)
_HEADING = re.compile(r"^\s*[■◆●○◇▼▽□◎☆★▶◯]")
_LABELLED = re.compile(
    r"^\s*(?:[■◆●○◇▼▽□◎☆★▶◯]\s*|(?P<item>[・※＊*-]|[(（]?[0-9０-９]{1,2}(?:[)）.．、]|(?=\s)))\s*)?"
    r"[【\[［<＜〔]?(?P<label>[^\s【】\[\]［］<>＜＞〔〕:：。、]{1,14})"
    r"(?P<close>[】\]］>＞〕]?)(?P<mark>\s*[:：]|\s+|$)(?P<rest>.*)$"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A label with what stands under it, and its line in the text."""

    label: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class _Opened:
    """A line that begins with a label. Below a ``heading`` stand whole lists, with words of their own."""

    label: str
    rest: str
    heading: bool


def parts_of(text: str) -> list[Part]:
    """Labels with their texts in order. Lines without a label belong to the one above, until a line is empty."""
    found: list[tuple[str, list[str], int]] = []
    below_heading = False
    for number, line in enumerate(text.split("\n"), 1):
        opened = _opened(line, below_heading)
        if opened:
            found.append((opened.label, [opened.rest], number))
            below_heading = opened.heading
        elif line.strip():
            if found:
                found[-1][1].append(line)
        else:
            below_heading = False
            if found and any(found[-1][1]):
                found.append(("", [], number))
    return [Part(label, "\n".join(one for one in lines if one).strip(), at) for label, lines, at in found if label]


def _opened(line: str, below_heading: bool) -> _Opened | None:
    """The label that the line begins with; None where it is only text, or an item of the list below a heading."""
    found = _LABELLED.match(line)
    if found is None:
        return None
    label, mark = normal(found["label"]).strip("・ "), found["mark"]
    heading = bool(_HEADING.match(line)) or bool(found["close"])
    colon = mark.strip() in {":", "："}
    opened = _Opened(label, found["rest"].strip(), heading)
    if label in _KNOWN:
        return opened if heading or found["item"] or colon or mark[:1] in {"", "　", "\t"} else None
    if label.isascii() or re.search(r"\d", label):
        return None
    return opened if heading or (colon and not found["item"] and not below_heading) else None
