"""What is counted of a disaster: the items of the Fire and Disaster Management Agency's 第４号様式, in its order.

L-Alert's 被害情報 (DamageInformation) has the same items; ``element`` and ``kind`` are its words for them. What it has
no word for (災害関連死者, the losses) stands in the form alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

MOST = 10**12  # steps of one figure: beyond, somebody leant on the keys


class Group(StrEnum):
    """A block of the form."""

    HUMAN = "human"
    HOUSES = "houses"
    BUILDINGS = "buildings"
    OTHERS = "others"
    SUFFERERS = "sufferers"
    FIRES = "fires"
    LOSSES = "losses"


GROUPS_JA: Mapping[Group, str] = {
    Group.HUMAN: "人的被害",
    Group.HOUSES: "住家被害",
    Group.BUILDINGS: "非住家被害",
    Group.OTHERS: "その他の被害",
    Group.SUFFERERS: "り災",
    Group.FIRES: "火災発生",
    Group.LOSSES: "被害額",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One figure. It is kept as whole steps: ``scale`` of them make one ``unit`` (100 for hectares, else 1)."""

    key: str
    group: Group
    ja: str  # 全壊
    unit: str  # 棟
    element: str = ""  # of L-Alert: HouseDamage; empty: not told there
    kind: str = ""  # its type there: 全壊
    scale: int = 1
    part_of: str = ""  # key of the figure that this one is counted in, too

    @property
    def title(self) -> str:
        """「全壊（世帯）」 where an item is counted in several units."""
        return f"{self.ja}（{self.unit}）" if self.group is Group.HOUSES else self.ja

    def steps(self, text: str) -> int:
        """A figure as people write it. Raises ValueError where it is none, or finer than the form counts."""
        try:
            steps = Decimal(text.replace(",", "")) * self.scale
        except ArithmeticError:  # no number, or one beyond all bounds
            raise ValueError(f"{self.title}は、半角の数字で入れてください") from None
        if not steps.is_finite() or not 0 <= steps <= MOST or steps != steps.to_integral_value():
            fine = f"小数{len(str(self.scale)) - 1}位まで" if self.scale > 1 else "0以上の整数"
            raise ValueError(f"{self.title}は、{fine}で入れてください")
        return int(steps)

    def told(self, steps: int) -> str:
        """The figure as people read it: 「1,204」, 「2.35」."""
        if self.scale == 1:
            return f"{steps:,}"
        return f"{Decimal(steps) / self.scale:,.{len(str(self.scale)) - 1}f}"


def _one(group: Group, key: str, ja: str, unit: str, element: str = "", kind: str = "") -> Item:
    return Item(key=key, group=group, ja=ja, unit=unit, element=element, kind=kind or (ja if element else ""))


def _house(key: str, ja: str) -> tuple[Item, ...]:
    counted = (("buildings", "棟"), ("households", "世帯"), ("people", "人"))
    return tuple(_one(Group.HOUSES, f"{key}_{what}", ja, unit, "HouseDamage") for what, unit in counted)


def _land(key: str, ja: str, kind: str) -> Item:
    names = {"key": key, "ja": ja, "kind": kind}
    return Item(**names, group=Group.OTHERS, unit="ha", element="OtherDamage", scale=100)


def _places(*known: tuple[str, str, str]) -> tuple[Item, ...]:
    return tuple(_one(Group.OTHERS, key, ja, unit, "OtherDamage") for key, ja, unit in known)


def _losses(*known: tuple[str, str]) -> tuple[Item, ...]:
    return tuple(_one(Group.LOSSES, f"loss_{key}", ja, "千円") for key, ja in known)


ITEMS: tuple[Item, ...] = (
    _one(Group.HUMAN, "dead", "死者", "人", "HumanDamage"),
    Item(key="dead_related", group=Group.HUMAN, ja="うち災害関連死者", unit="人", part_of="dead"),
    _one(Group.HUMAN, "missing", "行方不明者", "人", "HumanDamage", "行方不明者数"),
    _one(Group.HUMAN, "injured_seriously", "重傷者", "人", "HumanDamage", "負傷者_重傷"),
    _one(Group.HUMAN, "injured_slightly", "軽傷者", "人", "HumanDamage", "負傷者_軽傷"),
    *_house("destroyed", "全壊"),
    *_house("half_destroyed", "半壊"),
    *_house("partly_damaged", "一部破損"),
    *_house("flooded_above", "床上浸水"),
    *_house("flooded_below", "床下浸水"),
    _one(Group.BUILDINGS, "public_buildings", "公共建物", "棟", "BuildingDamage"),
    _one(Group.BUILDINGS, "other_buildings", "その他の建物", "棟", "BuildingDamage", "その他"),
    _land("rice_lost", "田の流失・埋没", "田_流出埋没"),
    _land("rice_flooded", "田の冠水", "田_冠水"),
    _land("field_lost", "畑の流失・埋没", "畑_流出埋没"),
    _land("field_flooded", "畑の冠水", "畑_冠水"),
    *_places(
        ("schools", "文教施設", "箇所"),
        ("hospitals", "病院", "箇所"),
        ("roads", "道路", "箇所"),
        ("bridges", "橋りょう", "箇所"),
        ("rivers", "河川", "箇所"),
        ("harbours", "港湾", "箇所"),
        ("sabo", "砂防", "箇所"),
        ("waste", "清掃施設", "箇所"),
        ("slopes", "崖くずれ", "箇所"),
        ("railways", "鉄道不通", "箇所"),
        ("ships", "被害船舶", "隻"),
        ("water", "水道", "戸"),
        ("phones", "電話", "回線"),
        ("power", "電気", "戸"),
        ("gas", "ガス", "戸"),
        ("block_walls", "ブロック塀等", "箇所"),
    ),
    _one(Group.SUFFERERS, "suffering_households", "り災世帯数", "世帯", "Sufferer"),
    _one(Group.SUFFERERS, "suffering_people", "り災者数", "人", "Sufferer"),
    _one(Group.FIRES, "fires_buildings", "火災（建物）", "件", "FireDamage", "建物"),
    _one(Group.FIRES, "fires_hazmat", "火災（危険物）", "件", "FireDamage", "危険物"),
    _one(Group.FIRES, "fires_other", "火災（その他）", "件", "FireDamage", "その他"),
    *_losses(
        ("schools", "公立文教施設"),
        ("farm_facilities", "農林水産業施設"),
        ("civil_works", "公共土木施設"),
        ("other_public", "その他の公共施設"),
        ("farming", "農業被害"),
        ("forestry", "林業被害"),
        ("livestock", "畜産被害"),
        ("fishery", "水産被害"),
        ("commerce", "商工被害"),
        ("other", "その他の被害額"),
    ),
)
BY_KEY: Mapping[str, Item] = {one.key: one for one in ITEMS}
PUBLIC_LOSSES = ("loss_schools", "loss_farm_facilities", "loss_civil_works", "loss_other_public")  # the form's 小計
HOUSES = ("destroyed", "half_destroyed", "partly_damaged", "flooded_above", "flooded_below")


def of_group(group: Group) -> tuple[Item, ...]:
    """The items of a block, in order."""
    return tuple(one for one in ITEMS if one.group is group)
