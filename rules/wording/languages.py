"""What a language needs beside its translations: how it tells a time, joins names, marks a drill and stamps a post.

One table, a row per language, in the order in which languages are shown. The terms are those of the Cabinet Office's
and the Meteorological Agency's multilingual glossaries, as far as those have them. No native speaker has reviewed them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from feeds.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The forms of one language. Each is a ``str.format`` pattern over the names in its comment."""

    clock: str  # t: the local time; month: its English name
    joint: str  # between names
    more: str  # n: how many names were left out; wide: the same in full-width digits
    stamp: str  # t: the local time; clock: the same in this language; number: which revision
    kanji: bool  # places stand in Japanese characters, else in Latin letters
    japanese: bool = False
    marks: Mapping[Status, str] = field(default_factory=dict)  # what stands beside the Japanese mark of a drill
    turns: Mapping[str, str] = field(default_factory=dict)  # 【更新】 and so on → the same in this language


LANGUAGES: Mapping[str, Language] = {
    "ja": Language(
        clock="{t.day}日{t.hour}時{t.minute:02}分",
        joint="、",
        more="ほか{wide}か所",
        stamp="{t.month}月{clock}発表 第{number}報",
        kanji=True,
        japanese=True,
        turns={mark: mark for mark in ("【訂正】", "【更新】", "【解除】", "【取消】")},
    ),
    "ja-x-easy": Language(
        clock="{t.month}月{t.day}日{t.hour}時{t.minute:02}分",
        joint="、",
        more="、ほか{wide}か所（かしょ）",
        stamp="{clock}に 出（だ）しました。{number}回目（かいめ）",
        kanji=True,
        japanese=True,
        marks={Status.EXERCISE: "【れんしゅう】", Status.TEST: "【テスト】"},
        turns={
            "【訂正】": "【まちがいを なおしました】",
            "【更新】": "【あたらしい 情報（じょうほう）】",
            "【解除】": "【終（お）わりました】",
            "【取消】": "【まちがいでした】",
        },
    ),
    "en": Language(
        clock="{t:%H}:{t:%M}, {t.day} {month}",
        joint=", ",
        more=" and {n} more",
        stamp="Issued {clock} (JST), No. {number}",
        kanji=False,
        marks={Status.EXERCISE: "[EXERCISE]", Status.TEST: "[TEST]"},
        turns={
            "【訂正】": "[CORRECTION]",
            "【更新】": "[UPDATE]",
            "【解除】": "[ALL CLEAR]",
            "【取消】": "[CANCELLED]",
        },
    ),
    "zh-Hans": Language(
        clock="{t.month}月{t.day}日{t:%H}:{t:%M}",
        joint="、",
        more="等，另有{n}处",
        stamp="{clock}发布（日本时间） 第{number}报",
        kanji=True,
        marks={Status.EXERCISE: "【演习】", Status.TEST: "【测试】"},
        turns={"【訂正】": "【更正】", "【更新】": "【更新】", "【解除】": "【解除】", "【取消】": "【取消】"},
    ),
    "ko": Language(
        clock="{t.month}월 {t.day}일 {t:%H}:{t:%M}",
        joint=", ",
        more=" 외 {n}곳",
        stamp="{clock} 발표(일본 시간) 제{number}보",
        kanji=False,
        marks={Status.EXERCISE: "[훈련]", Status.TEST: "[시험]"},
        turns={"【訂正】": "[정정]", "【更新】": "[갱신]", "【解除】": "[해제]", "【取消】": "[취소]"},
    ),
    "vi": Language(
        clock="{t:%H}:{t:%M} ngày {t.day}/{t.month}",
        joint=", ",
        more=" và {n} nơi khác",
        stamp="Phát lúc {clock} (giờ Nhật Bản), tin số {number}",
        kanji=False,
        marks={Status.EXERCISE: "[DIỄN TẬP]", Status.TEST: "[THỬ NGHIỆM]"},
        turns={
            "【訂正】": "[ĐÍNH CHÍNH]",
            "【更新】": "[CẬP NHẬT]",
            "【解除】": "[HẾT CẢNH BÁO]",
            "【取消】": "[HỦY BỎ]",
        },
    ),
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def wide(number: object) -> str:
    """A number in full-width digits."""
    return str(number).translate(str.maketrans("0123456789.-", "０１２３４５６７８９．－"))


def spoken(tag: str) -> Language:
    """The forms for a BCP 47 tag: its own, else those of its main language (``ja-JP``), else English."""
    if tag in LANGUAGES:
        return LANGUAGES[tag]
    main = tag.partition("-")[0]
    return next((forms for known, forms in LANGUAGES.items() if known.partition("-")[0] == main), LANGUAGES["en"])


def in_order(tags: Iterable[str]) -> list[str]:
    """Japanese first, then as in the table; languages that it does not know come last, as they were given."""
    known = list(LANGUAGES)
    return sorted(tags, key=lambda tag: known.index(tag) if tag in LANGUAGES else len(known))


def in_figures(local: datetime, tag: str) -> str:
    """A moment, already in local time, as the language writes it."""
    return spoken(tag).clock.format(t=local, month=_MONTHS[local.month - 1])
