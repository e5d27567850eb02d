"""The licences that a city may choose between, as they are to be named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One licence. ``url`` is where its own text stands."""

    name: str
    name_en: str
    url: str


LICENCES: Mapping[str, Named] = {
    "PDL1.0": Named(
        name="公共データ利用規約（第1.0版）",
        name_en="Public Data License (Version 1.0)",
        url="https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
    ),
    "CC BY 4.0": Named(
        name="クリエイティブ・コモンズ 表示 4.0 国際",
        name_en="Creative Commons Attribution 4.0 International",
        url="https://creativecommons.org/licenses/by/4.0/",
    ),
}
