"""A telegram under every title that is read, each with a body of its family; most are whole, and some lack a part."""

from __future__ import annotations

from collections.abc import Mapping

from feeds.jma.types import TYPES, TelegramType
from tests.feeds.jma_making import (
    FORECAST_AREAS,
    MORIOKA,
    MUNICIPALITIES,
    TAKIZAWA,
    danger,
    information,
    issued,
    kind,
    quake,
    report,
    series,
    shaken,
    volcano_info,
    warning,
)
from tests.fuzz.seeds import JMA, Seed

_HEADLINE = information(FORECAST_AREAS, kind("大雨警報", "03"), "気象情報／府県予報区・細分区域等", MORIOKA)
_WARNINGS = warning(
    "気象警報・注意報（市町村等）",
    (issued("大雨警報", "03", "継続", "10"), MORIOKA),
    (kind("発表警報・注意報はなし", "00"), TAKIZAWA),
)
_SERIES = series((danger("大雨危険度", [("3", "警報級"), ("5", "特別警報級")], "東部"), MORIOKA))
_SHAKEN = shaken(
    "<MaxInt>5-</MaxInt><Area><Name>岩手県内陸北部</Name><Code>211</Code><MaxInt>5-</MaxInt><MaxLgInt>2</MaxLgInt>"
    "<City><Name>盛岡市</Name><Code>0320100</Code><MaxInt>5-</MaxInt></City></Area>"
)
_WAVES = (
    "<Tsunami><Forecast><Item><Area><Name>岩手県</Name><Code>210</Code></Area><Category>"
    + kind("津波警報", "51")
    + "</Category><MaxHeight><jmx_eb:TsunamiHeight>3</jmx_eb:TsunamiHeight></MaxHeight></Item></Forecast></Tsunami>"
)
_ASH = volcano_info(
    "噴火警報・予報（対象市町村等）", kind("レベル３（入山規制）", "13"), MUNICIPALITIES, MORIOKA, TAKIZAWA
)
_BODIES: Mapping[str, tuple[str, str]] = {  # hazard → family and body; the others are of the weather
    "earthquake": ("seismology", quake() + _SHAKEN),
    "tsunami": ("seismology", _WAVES + quake()),
    "volcano": ("volcanology", _ASH),
}


def _seed(row: TelegramType) -> Seed:
    family, body = _BODIES.get(row.hazard, ("meteorology", _WARNINGS + _SERIES))
    told = report(row.title, body, _HEADLINE, family=family, event="20260720", text="大雨に警戒")
    return Seed("jma", JMA[0].topic, told)


EVERY_TELEGRAM = tuple(_seed(row) for row in TYPES)
