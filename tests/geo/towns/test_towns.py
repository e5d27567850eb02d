"""A typed address finds its town however it is written; what is not known is not guessed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from geo.area import Areas
from geo.geojson import ProfileError
from geo.ground import load_ground
from geo.towns.gazetteer import Gazetteer, Place
from geo.towns.reading import read_gazetteer
from geo.towns.spelling import spelled

MORIOKA = Path("config/morioka")
REAL = os.environ.get("SHIRASE_REAL_DATA")


def town(name: str, name_en: str = "", reading: str = "") -> Place:
    return Place(name=name, name_en=name_en, reading=reading, lon=141.15, lat=39.70)


TOWNS = Gazetteer(
    [
        town("内丸", "Uchimaru", "うちまる"),
        town("仙北一丁目", "Senboku 1-chome", "せんぼくいっちょうめ"),
        town("仙北十二丁目"),
        town("上田"),
        town("上田一丁目"),
        town("大ケ生"),
        town("薮川"),
        town("つつじが丘"),
        town("三ツ割"),
        Place(name="城西中学校", address="岩手県盛岡市城西町4-1", lon=141.13, lat=39.71, exact=True),
        Place(name="盛岡駅", name_en="Morioka Station", lon=141.13, lat=39.70, exact=True),
        Place(name="盛岡市役所", lon=141.15, lat=39.70, exact=True),
        Place(name="岩手県庁", lon=141.15, lat=39.70, exact=True),
        Place(name="渋民公民館", also="姫神ホール", lon=141.16, lat=39.84, exact=True),
        Place(name="見前地区ケアセンター", lon=141.16, lat=39.64, exact=True),
        Place(name="舘坂", lon=141.13, lat=39.71, exact=True),
    ],
    "盛岡市",
)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("盛岡市内丸12-2", "内丸"),
        ("岩手県盛岡市内丸１２番２号", "内丸"),
        ("〒020-8530 盛岡市 内丸 12−2", "内丸"),
        ("Uchimaru 12-2, Morioka", "内丸"),
        ("うちまる", "内丸"),
        ("ウチマル", "内丸"),
        ("仙北1丁目2-3", "仙北一丁目"),
        ("仙北一丁目", "仙北一丁目"),
        ("仙北１丁目", "仙北一丁目"),
        ("仙北１－２－３", "仙北一丁目"),
        ("senboku 1-chome", "仙北一丁目"),
        ("仙北12丁目1", "仙北十二丁目"),
        ("上田1-2-3", "上田一丁目"),
        ("上田字松屋敷", "上田"),
        ("大ヶ生", "大ケ生"),
        ("盛岡市玉山区藪川字外川", "薮川"),
        ("つつじヶ丘", "つつじが丘"),
        ("城西町4-1", "城西中学校"),
        ("盛岡駅", "盛岡駅"),
        ("盛岡 駅", "盛岡駅"),
        ("ＪＲ盛岡駅", "盛岡駅"),
        ("JR盛岡駅の西口", "盛岡駅"),
        ("jr morioka station", "盛岡駅"),
        ("盛岡市役所", "盛岡市役所"),
        ("市役所", "盛岡市役所"),
        ("岩手県庁", "岩手県庁"),
        ("県庁", "岩手県庁"),
        ("姫神ホール", "渋民公民館"),
        ("姫神ﾎｰﾙ 前", "渋民公民館"),
        ("三ッ割", "三ツ割"),
        ("三つ割", "三ツ割"),
        ("みつ割の三ッ割", "三ツ割"),
        ("けあせんたー", "見前地区ケアセンター"),
        ("ケアセンタ", "見前地区ケアセンター"),
        ("ｹｱ・ｾﾝﾀｰ", "見前地区ケアセンター"),
        ("館坂", "舘坂"),
        ("玉山区藪川", "薮川"),
    ],
)
def test_an_address_finds_its_town(typed: str, name: str) -> None:
    assert [one.name for one in TOWNS.find(typed, 9)] == [name]


def test_what_is_begun_offers_all_that_begin_so_and_what_nobody_knows_nothing() -> None:
    assert [one.name for one in TOWNS.find("仙北", 9)] == ["仙北一丁目", "仙北十二丁目"]
    assert [one.name for one in TOWNS.find("中学校", 9)] == ["城西中学校"]
    for nothing in ("", "  ", "盛岡市", "存在しない町1-1", "丁", "<script>", "12-2", "ー", "・", "駅", "中央公民館"):
        assert TOWNS.find(nothing, 9) == [], nothing
    assert TOWNS.named("内丸") and not TOWNS.named("城西中学校") and not TOWNS.named("")


def test_the_profile_of_the_city_knows_its_districts_shelters_and_landmarks() -> None:
    known = read_gazetteer(MORIOKA, load_ground(MORIOKA, ()).areas, "盛岡市")
    assert known.find("盛岡市内丸12-2", 9)[0].name == "内丸"
    assert known.find("盛岡駅", 9) and known.find("城西町4-1", 9)[0].exact


def test_a_file_of_towns_takes_the_place_of_districts_and_is_read_strictly(tmp_path: Path) -> None:
    def file(properties: str) -> None:
        feature = (
            f'{{"type":"Feature","properties":{properties},"geometry":{{"type":"Point","coordinates":[141.1,39.7]}}}}'
        )
        (tmp_path / "towns.geojson").write_text(
            f'{{"type":"FeatureCollection","features":[{feature}]}}', encoding="utf-8"
        )

    file('{"town":"薮川","koaza":"外川"}')
    assert read_gazetteer(tmp_path, Areas([]), "盛岡市").find("薮川字外川2", 9)[0].name == "薮川外川"
    file('{"koaza":"外川"}')
    with pytest.raises(ProfileError, match="feature 1: property 'town'"):
        read_gazetteer(tmp_path, Areas([]), "盛岡市")


@pytest.mark.skipif(REAL is None, reason="SHIRASE_REAL_DATA is not set: there are no real towns to look for")
def test_every_real_town_of_morioka_is_found_by_its_own_name(tmp_path: Path) -> None:
    source = Path(REAL or "") / "geo/towns_points_morioka.geojson"
    (tmp_path / "towns.geojson").write_bytes(source.read_bytes())
    known = read_gazetteer(tmp_path, Areas([]), "盛岡市")
    for name in ("内丸", "盛岡駅前通", "玉山馬場", "渋民", "薮川", "門", "上太田十文字", "みたけ六丁目"):
        assert spelled(known.find(f"岩手県盛岡市{name}１２－３", 9)[0].name) == spelled(name)
    assert [one.name for one in known.find("本宮3-1-1", 9)] == ["本宮三丁目"]
