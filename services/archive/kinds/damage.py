"""Damage as the city announced it: every figure of every approved revision that went out to everybody on a day.

Nothing of the register itself, where each record has a place and a person: what a district tells, and what it only
tells as one or two, was settled in the document that was approved.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from rules.damage.items import BY_KEY, GROUPS_JA
from rules.declared import Damaged
from services.archive.kind import Kind, Rows
from services.archive.kinds.alerts import Sent, went_out
from services.archive.known import Known
from services.archive.period import Period
from services.store.by_day import Reader
from services.web.damage.told import number
from services.web.open.cells import Cell, local

_COUNTING, _FEW = "調査中", "1～2"


async def _damage(store: Reader, _known: Known, day: Period) -> AsyncIterator[Rows]:
    for sent in await went_out(store, day):
        yield list(_rows(sent))


def _rows(sent: Sent) -> Iterator[Sequence[Cell]]:
    alert, declared = sent.alert, sent.alert.declared
    if not isinstance(declared, Damaged):
        return
    as_of = declared.as_of.replace(minute=0, second=0, microsecond=0)  # as everybody is told it
    head = [local(sent.at), alert.series, alert.revision, sent.document.msg_type, declared.disaster, local(as_of)]
    end = "最終" if declared.final else ""
    whole: dict[str, int | None] = {**dict.fromkeys(declared.counting), **declared.figures}
    for items in _items(whole, dict.fromkeys(declared.counting, _COUNTING)):
        yield [*head, "", "", *items, end, alert.status.value]
    for one in declared.districts:
        for items in _items({**one.figures, **dict.fromkeys(one.few)}, dict.fromkeys(one.few, _FEW)):
            yield [*head, one.code, one.name, *items, end, alert.status.value]


def _items(figures: Mapping[str, int | None], notes: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    """Group, item, unit, value, note, in the order of the form."""
    for key, item in BY_KEY.items():
        if key in figures:
            steps = figures[key]
            value = None if steps is None else number(item, steps)
            yield [GROUPS_JA[item.group], item.ja, item.unit, value, notes.get(key, "")]


DAMAGE = Kind(
    id="damage",
    title="被害の発表",
    title_en="Damage as announced",
    description="その日に一般へ発表した被害の数のすべての報。職員が承認したものだけで、訂正の前の報も残ります。",
    description_en="Every figure of every revision that went out to everybody, what was corrected later among them.",
    columns={
        "発表日時": "when the revision went out, with Japan's offset",
        "系列": "what the revisions of one disaster have in common",
        "報": "number of the revision; each tells the whole state anew",
        "種類": "Alert, Update or Cancel: a Cancel takes back what went out in error",
        "災害名": "what the disaster is called",
        "現在": "the hour as of which it holds",
        "地区コード": "of the district; empty: the whole city",
        "地区名": "its name",
        "区分": "人的被害, 住家被害, … as in 第4号様式; districts tell property and works alone",
        "項目": "全壊, …",
        "単位": "棟, 人, …",
        "値": "the figure; empty: not counted yet, or one or two homes of a district",
        "注": "調査中: more is known to be hurt and is being counted. 1～2: one or two",
        "最終": "最終: nothing more will be counted",
        "状態": "always Actual: drills and tests are in no archive",
    },
    read=_damage,
    outlasts="alerts",
)
