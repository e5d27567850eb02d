"""Weather telegrams in JMA's R06 form for the area around Morioka: of the exercise 訓練, unless told otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from xml.sax.saxutils import escape

JST = timezone(timedelta(hours=9))
MUNICIPALITIES = {"盛岡市": "0320100", "滝沢市": "0321600", "雫石町": "0330100", "矢巾町": "0332200"}


@dataclass(frozen=True)
class Warned:
    """What one municipality has: kind name and code, the change, and what it had before."""

    area: str
    name: str
    code: str
    status: str = "発表"
    last: tuple[str, str] | None = None


def telegram(
    hazard: str,
    issued: datetime,
    headline: str,
    warned: Sequence[Warned],
    *,
    status: str = "訓練",
    info_type: str = "発表",
) -> str:
    """One telegram of 気象警報・注意報（Ｒ０６）; ``hazard`` 大雨, 土砂, 暴風, 大雪; ``status`` 通常, 訓練, 試験."""
    marked = "＊＊＊これは訓練です＊＊＊" if status == "訓練" else ""
    local = issued.astimezone(JST).isoformat(timespec="seconds")
    named = {one.area for one in warned}
    items = [_item(one) for one in warned]
    items += [_nothing(area) for area in MUNICIPALITIES if area not in named]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/">
<Control><Title>気象警報・注意報（Ｒ０６）（{hazard}）</Title><DateTime>{issued.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</DateTime>
<Status>{status}</Status><EditorialOffice>盛岡地方気象台</EditorialOffice>
<PublishingOffice>盛岡地方気象台</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>岩手県{hazard}警報・注意報</Title>
<ReportDateTime>{local}</ReportDateTime><TargetDateTime>{local}</TargetDateTime><EventID/><InfoType>{info_type}</InfoType>
<Serial/><InfoKind>気象警報・注意報</InfoKind><InfoKindVersion>1.5_0</InfoKindVersion>
<Headline><Text>{marked}{escape(headline)}</Text></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/">
<Warning type="気象警報・注意報（市町村等）">{"".join(items)}</Warning></Body></Report>"""


def _item(one: Warned) -> str:
    last = f"<LastKind><Name>{one.last[0]}</Name><Code>{one.last[1]}</Code></LastKind>" if one.last else ""
    kind = f"<Kind><Name>{one.name}</Name><Code>{one.code}</Code><Status>{one.status}</Status>{last}</Kind>"
    return f"<Item>{kind}{_area(one.area)}<ChangeStatus>警報・注意報種別に変化有</ChangeStatus></Item>"


def _nothing(area: str) -> str:
    kind = "<Kind><Status>発表警報・注意報はなし</Status></Kind>"
    return f"<Item>{kind}{_area(area)}<ChangeStatus>変化無</ChangeStatus></Item>"


def _area(name: str) -> str:
    return f"<Area><Name>{name}</Name><Code>{MUNICIPALITIES[name]}</Code></Area>"
