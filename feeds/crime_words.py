"""What words of the police mean: which kind of report, and which municipality a place names."""

from __future__ import annotations

import re

from feeds.japanese_time import normal

_KINDS = (  # the first that stands in the words; 強盗 is no theft, 不審電話 is no person
    ("missing_person", r"行方不明|行方がわから|行方が分から|所在不明|徘徊|ひとり歩き"),
    ("fraud", r"詐欺|オレオレ|還付金|アポ電|架空請求|フィッシング|不審(?:な)?電話|預貯金"),
    ("bear", r"クマ|熊"),
    ("boar", r"イノシシ|猪"),
    ("deer", r"シカ|鹿(?!角|島)"),
    ("crime", r"強盗|傷害|暴行|殺人|脅迫|恐喝|放火|通り魔"),
    (
        "suspicious_person",
        r"不審|声[かが掛]け|つきまとい|付きまとい|わいせつ|のぞき|盗撮|露出|痴漢|連れ去り|前兆|ちかん",
    ),
    ("theft", r"盗|ひったくり|車上ねらい|車上狙い|部品ねらい|部品狙い|空き巣|ねらい|スリ"),
    ("crime", r"事件|犯罪|器物損壊|防犯"),
)
_MUNICIPALITY = re.compile(
    r"^(?:北海道|東京都|大阪府|京都府|[^\s0-9]{2,3}県)?"
    r"(?P<name>(?:[^\s、。0-9市郡]{1,5}郡)(?P<town>[^\s、。0-9]{1,6}?[町村])|[^\s、。0-9]{1,6}?市(?!市))"
)


def kind_of(*words: str) -> str:
    """The kind of report that the first telling words mean; ``other`` where none do."""
    for one in words:
        text = normal(one)
        for kind, pattern in _KINDS:
            if re.search(pattern, text):
                return kind
    return "other"


def municipality_of(place: str) -> str:
    """盛岡市, 矢巾町: what a place begins with; empty where it names none. A town is told without its 郡."""
    found = _MUNICIPALITY.match(normal(place).strip())
    return (found["town"] or found["name"]) if found else ""
