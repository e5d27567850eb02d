"""The telegram types that are read. The XML does not tell its type code, so the Control/Title is the key."""

from __future__ import annotations

from dataclasses import dataclass

from feeds.jma.content import Reader
from feeds.jma.danger import danger_series
from feeds.jma.early import early_notice
from feeds.jma.frame import plain
from feeds.jma.landslide import landslide_warning
from feeds.jma.notices import bulletin, notice, outlook, tagged
from feeds.jma.quake import earthquake
from feeds.jma.river import flood_forecast
from feeds.jma.tsunami import tsunami
from feeds.jma.volcano import volcano
from feeds.jma.warnings import special_warning, weather_warnings


@dataclass(frozen=True, slots=True)
class TelegramType:
    """One row: the code that the title implies (None: many types share the title), the hazard, and the reader."""

    title: str
    code: str | None
    hazard: str
    read: Reader


TYPES = (
    TelegramType("気象特別警報・警報・注意報", "VPWW53", "all", weather_warnings),
    TelegramType("気象警報・注意報（Ｈ２７）", "VPWW54", "all", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（大雨）", "VPWW55", "heavy_rain", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（土砂）", "VPWW56", "landslide", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（土砂災害）", "VPWW56", "landslide", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（高潮）", "VPWW57", "storm_surge", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（暴風）", "VPWW58", "wind_storm", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（波浪）", "VPWW59", "wave", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（大雪）", "VPWW60", "heavy_snow", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（その他注意報）", "VPWW61", "advisory", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（その他の注意報）", "VPWW61", "advisory", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（集約通報）", "VPWS50", "all", weather_warnings),
    TelegramType("気象警報・注意報時系列情報（Ｒ０６）", "VPWP50", "other", danger_series),
    TelegramType("早期注意情報（明後日まで）", "VPFD61", "other", early_notice),
    TelegramType("警報級の可能性（明日まで）", "VPFD60", "other", early_notice),
    TelegramType("気象特別警報報知", "VPNO50", "all", special_warning),
    TelegramType("土砂災害警戒情報", "VXWW50", "landslide", landslide_warning),
    TelegramType("指定河川洪水予報", None, "flood", flood_forecast),
    TelegramType("水位周知河川に関する情報", None, "flood", flood_forecast),
    TelegramType("記録的短時間大雨情報", "VPOA50", "heavy_rain", notice),
    TelegramType("竜巻注意情報", "VPHW50", "tornado", notice),
    TelegramType("竜巻注意情報（目撃情報付き）", "VPHW51", "tornado", notice),
    TelegramType("府県気象防災速報", "VPBS50", "other", bulletin),
    TelegramType("全般気象解説情報", "VPZJ51", "other", tagged),
    TelegramType("地方気象解説情報", "VPCJ51", "other", tagged),
    TelegramType("府県気象解説情報", "VPFJ51", "other", tagged),
    TelegramType("全般気象情報", "VPZJ50", "other", tagged),
    TelegramType("地方気象情報", "VPCJ50", "other", tagged),
    TelegramType("府県気象情報", "VPFJ50", "other", tagged),
    TelegramType("早期天候情報", "VPAW51", "other", outlook),
    TelegramType("震度速報", "VXSE51", "earthquake", earthquake),
    TelegramType("震源に関する情報", "VXSE52", "earthquake", earthquake),
    TelegramType("震源・震度に関する情報", "VXSE53", "earthquake", earthquake),
    TelegramType("顕著な地震の震源要素更新のお知らせ", "VXSE61", "earthquake", earthquake),
    TelegramType("長周期地震動に関する観測情報", "VXSE62", "earthquake", earthquake),
    TelegramType("緊急地震速報（警報）", "VXSE43", "earthquake", earthquake),
    TelegramType("緊急地震速報（予報）", "VXSE44", "earthquake", earthquake),
    TelegramType("緊急地震速報（地震動予報）", "VXSE45", "earthquake", earthquake),
    TelegramType("北海道・三陸沖後発地震注意情報", "VYSE60", "earthquake", earthquake),
    TelegramType("津波警報・注意報・予報a", "VTSE41", "tsunami", tsunami),
    TelegramType("津波情報a", "VTSE51", "tsunami", tsunami),
    TelegramType("沖合の津波観測に関する情報", "VTSE52", "tsunami", tsunami),
    TelegramType("噴火警報・予報", "VFVO50", "volcano", volcano),
    TelegramType("火山の状況に関する解説情報", "VFVO51", "volcano", volcano),
    TelegramType("噴火に関する火山観測報", "VFVO52", "volcano", volcano),
    TelegramType("降灰予報（定時）", "VFVO53", "volcano", volcano),
    TelegramType("降灰予報（速報）", "VFVO54", "volcano", volcano),
    TelegramType("降灰予報（詳細）", "VFVO55", "volcano", volcano),
    TelegramType("噴火速報", "VFVO56", "volcano", volcano),
)
_CODES = frozenset(row.code for row in TYPES if row.code)
# 気象警報・注意報 under a name that brackets may bear one day, the first match decides
_RENAMED = (
    *(("土砂", "VPWW56"), ("大雨", "VPWW55"), ("高潮", "VPWW57"), ("暴風", "VPWW58"), ("風", "VPWW58")),
    *(("波", "VPWW59"), ("大雪", "VPWW60"), ("注意報", "VPWW61"), ("明後日", "VPFD61"), ("明日", "VPFD60")),
)
_COPIES = frozenset({"VPWS50"})  # megabytes every ten minutes of what each office sends by itself
_FAMILIES = ("VXKO", "VXSU")  # a code per river
# Earthquakes, tsunami, volcanoes: an office speaks for many prefectures (岩手山: Sendai's), or another in its place.
_NATIONAL = ("VXSE", "VTSE", "VYSE", "VFVO")
_BY_TITLE = {plain(row.title): row for row in TYPES}


def type_of_title(title: str, code: str | None = None) -> TelegramType | None:
    """The type of a telegram with this Control/Title, None where it is not read.

    What stands in brackets has been renamed before (土砂災害 became 土砂), so where it is not known the ``code`` that
    the transport told decides, else the hazard that the brackets name.
    """
    known = _BY_TITLE.get(plain(title))
    if known:
        return known
    stem, _, rest = plain(title).partition("(")
    akin = [row for row in TYPES if rest and plain(row.title).partition("(")[0] == stem]
    by_code = next((row for row in akin if row.code and row.code == code), None)
    return by_code or next((row for word, code in _RENAMED for row in akin if row.code == code and word in rest), None)


def is_read(code: str) -> bool:
    """True where telegrams of this type code have a reader."""
    return code in _CODES or code.startswith(_FAMILIES)


def worth_fetching(code: str) -> bool:
    """True where telegrams of this type code have a reader and tell what no other does."""
    return code not in _COPIES and is_read(code)


def of_whole_japan(code: str) -> bool:
    """True where the office's own area does not tell whom a telegram of this type concerns."""
    return code.startswith(_NATIONAL)
