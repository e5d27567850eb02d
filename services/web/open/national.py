"""Places as tables, in the layouts that municipalities share, to the letter. What is not known is empty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aiohttp import web

from geo.layers.kinds.shelter import FLAGS
from geo.shelter import Shelter
from geo.station import Station
from services.web.api import shelters
from services.web.api.as_of import Seen
from services.web.context import CONTEXT
from services.web.open.cells import Cell

_HAZARDS = ("flood", "landslide", "storm_surge", "earthquake", "tsunami", "fire", "inland_flood", "volcano")
_NAMES = tuple(FLAGS[one][0] for one in _HAZARDS)

# 国土地理院 指定緊急避難場所データ.
SURVEY = (
    "NO",
    "共通ID",
    "都道府県名及び市町村名",
    "施設・場所名",
    "住所",
    *_NAMES,
    "指定避難所との住所同一",
    "緯度",
    "経度",
    "備考",
)
# デジタル庁 自治体標準オープンデータセット 指定緊急避難場所一覧.
STANDARD = (
    "全国地方公共団体コード",
    "ID",
    "地方公共団体名",
    "名称",
    "名称_カナ",
    "名称_英字",
    "所在地_全国地方公共団体コード",
    "町字ID",
    "所在地_連結表記",
    "所在地_都道府県",
    "所在地_市区町村",
    "所在地_町字",
    "所在地_番地以下",
    "建物名等(方書)",
    "緯度",
    "経度",
    "標高",
    "電話番号",
    "内線番号",
    "連絡先メールアドレス",
    "連絡先FormURL",
    "連絡先備考（その他、SNSなど）",
    "郵便番号",
    *(f"災害種別_{name}" for name in _NAMES),
    "指定避難所との重複",
    "想定収容人数",
    "対象となる町会・自治会",
    "URL",
    "画像",
    "画像_ライセンス",
    "備考",
)
OPENED = (
    "コード",
    "名称",
    "住所",
    "種別",
    "開設状況",
    "開設日時",
    "混雑状況",
    "収容人数",
    "避難者数",
    "避難世帯数",
    "確認日時",
    "備考",
    "緯度",
    "経度",
    "区分",
    "発表日時",
)
_TOLD = ("code", "name", "address", "type", "opening_ja", "since", "crowding_ja", "capacity", "people", "households")
STATIONS = ("コード", "名称", "名称_英字", "河川", "観測項目", "単位", "緯度", "経度", "出典")


async def standard(request: web.Request) -> Iterable[Sequence[Cell]]:
    """One row for each place on the city's list."""
    context = request.app[CONTEXT]
    code, city = municipality(context.ground.city), context.city_name
    return [_standard(one, code, city) for one in context.ground.shelters]


def _standard(one: Shelter, code: str, city: str) -> Sequence[Cell]:
    of_city = one.address.partition(city)
    prefecture = of_city[0] if of_city[1] else ""
    known: dict[str, Cell] = {
        "全国地方公共団体コード": code,
        "ID": one.code,
        "地方公共団体名": prefecture + city,
        "名称": one.name,
        "所在地_連結表記": one.address,
        "所在地_都道府県": prefecture,
        "所在地_市区町村": city if of_city[1] else "",
        "所在地_全国地方公共団体コード": code if of_city[1] else "",
        "緯度": round(one.lat, 6),
        "経度": round(one.lon, 6),
        **{f"災害種別_{name}": hazard in one.hazards for hazard, name in zip(_HAZARDS, _NAMES, strict=True)},
        "備考": one.note,
    }
    return [known.get(column) for column in STANDARD]


async def survey(request: web.Request) -> Iterable[Sequence[Cell]]:
    """The same places in the older layout; NO counts the rows of this file."""
    context = request.app[CONTEXT]
    return [_survey(number, one, context.city_name) for number, one in enumerate(context.ground.shelters, 1)]


def _survey(number: int, one: Shelter, city: str) -> Sequence[Cell]:
    before, found, _ = one.address.partition(city)
    flags = [hazard in one.hazards for hazard in _HAZARDS]
    where = round(one.lat, 6), round(one.lon, 6)
    return [number, one.code, before + found if found else city, one.name, one.address, *flags, None, *where, one.note]


async def opened(request: web.Request) -> Iterable[Sequence[Cell]]:
    """Places that the city has issued as opened or closed, as /api/v1/shelters tells them."""
    context, rows = request.app[CONTEXT], []
    async with context.store.read() as connection:
        issued = await shelters.issued(connection, context, Seen(context.now()))
    for one in issued:
        told, where = one["properties"], (one["geometry"] or {}).get("coordinates", (None, None))
        last = (told["checked"], told["note"], where[1], where[0], told["status"], told["issued"])
        rows.append([*(told[name] for name in _TOLD), *last])
    return rows


async def stations(request: web.Request) -> Iterable[Sequence[Cell]]:
    """Sensors that everybody may know of."""
    context = request.app[CONTEXT]
    known = [one for one in context.ground.stations.values() if not one.for_staff]
    shown = [one for one in known if context.public_exercise or not one.demonstration]
    return [_station(one) for one in sorted(shown, key=lambda one: one.code)]


def _station(one: Station) -> Sequence[Cell]:
    measured = " ".join(sorted(one.quantities))
    return one.code, one.name, one.name_en, one.river, measured, one.unit, one.lat, one.lon, one.source


def municipality(code: str) -> str:
    """全国地方公共団体コード: the five digits of JIS X 0402 and their check digit."""
    total = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), code, strict=True))
    return f"{code}{(11 - total % 11) % 10}"
