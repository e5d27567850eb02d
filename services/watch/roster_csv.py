"""The list of people who need help in evacuation (避難行動要支援者名簿) as CSV, CP932 or UTF-8.

Every fault is told with its line and column, and one fault keeps the whole file out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TypeVar

from feeds.japan import JAPAN
from rules.watch.ward import Consent, Home, Kind, Purpose, Relation, Supporter, Ward
from services.residents.address import AddressError, mail_address

T = TypeVar("T")
KINDS = {
    "子ども": Kind.CHILD,
    "高齢者": Kind.ELDERLY,
    "要支援者": Kind.NEEDS_SUPPORT,
    "避難行動要支援者": Kind.NEEDS_SUPPORT,
}
PURPOSES = {"機器": Purpose.SIGNALS, "位置": Purpose.POSITION, "災害": Purpose.DISASTER, "訓練": Purpose.DRILL}
RELATIONS = {
    "家族": Relation.FAMILY,
    "民生委員": Relation.COMMISSIONER,
    "自主防災": Relation.COMMUNITY,
    "消防": Relation.FIRE,
    "その他": Relation.OTHER,
}
NEEDED = ("区分", "氏名", "住所", "同意者", "続柄", "同意方法", "同意の目的", "同意の期限")
KNOWN = frozenset(
    {*NEEDED, "呼び名", "経度", "緯度", "電話", "必要な手助け", "書面番号", "同意の始まり"}
    | {f"支援者{n}{what}" for n in range(1, 6) for what in ("氏名", "区分", "宛先", "順", "期限", "権限")}
)
MOST = 5_000  # lines


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where. The text never repeats the cell: it is of a person."""

    line: int
    column: str
    message: str


class _Bad(ValueError):  # noqa: N818 - a finding, told with its place
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column, self.message = column, message


def read(content: bytes, now: datetime, ways: Collection[str] = ("mail",)) -> tuple[list[Ward], list[Fault]]:
    """The wards, still without a uid, and every fault of the file. ``ways``: by which messages can leave."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp932")
        except UnicodeDecodeError:
            return [], [Fault(1, "", "文字コードが UTF-8 でも Shift_JIS（CP932）でもありません")]
    rows = csv.DictReader(io.StringIO(text, newline=""))
    columns = [name.strip() for name in rows.fieldnames or []]
    faults = [Fault(1, name, "この列がありません") for name in NEEDED if name not in columns]
    faults += [Fault(1, name or "（空）", "知らない列です") for name in columns if name not in KNOWN]
    if faults:
        return [], faults
    rows.fieldnames = columns
    wards: list[Ward] = []
    try:
        for row in rows:
            if len(wards) >= MOST:
                return [], [Fault(rows.line_num, "", f"{MOST}行を超えています。分けてください")]
            try:
                wards.append(_ward({name: (cell or "").strip() for name, cell in row.items() if name}, now, ways))
            except _Bad as bad:
                faults.append(Fault(rows.line_num, bad.column, bad.message))
    except csv.Error:
        faults.append(Fault(rows.line_num, "", "CSV として読めません（引用符や改行を確かめてください）"))
    return ([] if faults else wards), faults


def _ward(row: Mapping[str, str], now: datetime, ways: Collection[str]) -> Ward:
    name = _required(row, "氏名")
    return Ward(
        uid="",
        kind=_choice(row, "区分", KINDS),
        name=name,
        alias=row.get("呼び名") or f"{name[:1]}さん",
        home=_home(row),
        notes=row.get("必要な手助け", ""),
        phone=row.get("電話", ""),
        consents=(_consent(row, now),),
        supporters=tuple(_supporter(row, n, now, ways) for n in range(1, 6) if row.get(f"支援者{n}氏名")),
    )


def _home(row: Mapping[str, str]) -> Home:
    lon, lat = row.get("経度", ""), row.get("緯度", "")
    if bool(lon) != bool(lat):
        raise _Bad("経度" if not lon else "緯度", "経度と緯度は両方書くか、両方空にしてください")
    address = _required(row, "住所")
    if not lon:
        return Home(address=address)
    x, y = _number(lon, "経度", 122, 154), _number(lat, "緯度", 20, 46)
    return Home(address=address, lon=x, lat=y)


def _consent(row: Mapping[str, str], now: datetime) -> Consent:
    words = [part for part in re.split(r"[、,・／/ 　]+", _required(row, "同意の目的")) if part]
    if strange := [one for one in words if one not in PURPOSES]:
        raise _Bad("同意の目的", f"{len(strange)}つが分かりません。{'・'.join(PURPOSES)} から選んでください")
    since = _day(row["同意の始まり"], "同意の始まり") if row.get("同意の始まり") else now
    until = _day(_required(row, "同意の期限"), "同意の期限") + timedelta(days=1)
    if until <= now:
        raise _Bad("同意の期限", "もう過ぎています")
    if until <= since:
        raise _Bad("同意の期限", "始まりより前です")
    return Consent(
        purposes=tuple(dict.fromkeys(PURPOSES[one] for one in words)),
        given_by=_required(row, "同意者"),
        relation=_required(row, "続柄"),
        way=_required(row, "同意方法"),
        paper=row.get("書面番号", ""),
        since=since,
        until=until,
    )


def _supporter(row: Mapping[str, str], n: int, now: datetime, ways: Collection[str]) -> Supporter:
    own = f"支援者{n}"
    rights = row.get(f"{own}権限", "")
    order = row.get(f"{own}順") or "1"
    if not re.fullmatch(r"[1-9]", order):
        raise _Bad(f"{own}順", "1から9の数字にしてください")
    until = _day(_required(row, f"{own}期限"), f"{own}期限") + timedelta(days=1)
    if until <= now:
        raise _Bad(f"{own}期限", "もう過ぎています")
    address = checked_address(_required(row, f"{own}宛先"), f"{own}宛先")
    if address.partition(":")[0] not in ways:
        raise _Bad(f"{own}宛先", f"この送り方は設定 [watch.ways] にありません（あるもの：{'・'.join(ways) or 'なし'}）")
    return Supporter(
        number=n,
        name=row[f"{own}氏名"],
        relation=_choice(row, f"{own}区分", RELATIONS),
        address=address,
        since=now,
        until=until,
        group=int(order),
        place="場所" in rights,
        needs="手助け" in rights,
        drills="訓練" in rights,
    )


def checked_address(given: str, column: str = "") -> str:
    """``WAY:ADDRESS``; a mail address alone goes by ``mail``. Raises a ValueError that does not repeat it."""
    way, _, rest = given.partition(":")
    if not rest:
        way, rest = "mail", given
    if not re.fullmatch(r"[a-z0-9_-]{1,32}", way) or not rest.isprintable() or len(rest) > 254:
        raise _Bad(column, "宛先は mail:アドレス のように書いてください")
    if way != "mail":
        return f"{way}:{rest}"
    try:
        return f"mail:{mail_address(rest)}"
    except AddressError:
        raise _Bad(column, "メールアドレスではありません") from None


def day_end(text: str) -> datetime:
    """The end of a day in Japan, written 2027-03-31 or 2027/3/31. Raises ValueError."""
    try:
        return _day(text, "") + timedelta(days=1)
    except _Bad as bad:
        raise ValueError(bad.message) from None


def _required(row: Mapping[str, str], column: str) -> str:
    value = row.get(column, "")
    if not value:
        raise _Bad(column, "空です")
    return value


def _choice(row: Mapping[str, str], column: str, known: Mapping[str, T]) -> T:
    value = _required(row, column)
    if value not in known:
        raise _Bad(column, f"{'・'.join(known)} から選んでください")
    return known[value]


def _number(text: str, column: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _Bad(column, "数ではありません") from None
    if not low <= value <= high:
        raise _Bad(column, f"{low}から{high}の外です。経度と緯度が逆ではありませんか")
    return value


def _day(text: str, column: str) -> datetime:
    found = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", text)
    if not found:
        raise _Bad(column, "日付は 2027-03-31 のように書いてください")
    try:
        year, month, day = (int(part) for part in found.groups())
        return datetime.combine(datetime(year, month, day, tzinfo=JAPAN).date(), time(), tzinfo=JAPAN)
    except (ValueError, OverflowError):
        raise _Bad(column, "暦にない日です") from None
