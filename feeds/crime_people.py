"""What may be repeated of people in a notice of the police: chosen words of theirs, never a sentence.

Everything here takes what it knows and leaves the rest: a name, an address or a school that stands in between is not
recognised, so it cannot be let through by mistake.
"""

from __future__ import annotations

import re

from feeds.japanese_time import normal

_AGE = re.compile(r"(?<![\d~])(\d{1,2})(?:歳|才)(代)?|(\d{1,2})代(?=[のく前後か、男女\s]|$)")
_SEX = re.compile(r"男|女")
_ACTS = (  # the first that stands in the words, as it is told
    ("連れ去り", r"連れ去"),
    ("体をつかむ・触る行為", r"つかま|つかん|つかむ|抱きつ|触ら|触る|触っ"),
    ("つきまとい", r"つきまと|付きまと|後をつけ|あとをつけ|追いかけ"),
    ("わいせつな行為", r"わいせつ|痴漢|ちかん"),
    ("露出", r"露出"),
    ("のぞき・盗撮", r"のぞき|覗|盗撮"),
    ("刃物を持った人", r"刃物|包丁|ナイフ"),
    ("声かけ", r"声[かが掛]け|声を[かが掛]け"),
    ("ひったくり", r"ひったくり"),
    ("車上ねらい", r"車上ねらい|車上狙い"),
    ("部品ねらい", r"部品ねらい|部品狙い"),
    ("自動販売機ねらい", r"自動販売機"),
    ("自動車盗", r"自動車盗"),
    ("オートバイ盗", r"オートバイ盗|バイク盗"),
    ("自転車盗", r"自転車盗|自転車の盗難"),
    ("還付金詐欺", r"還付金"),
    ("オレオレ詐欺", r"オレオレ|おれおれ|息子を名乗|孫を名乗"),
    ("警察官などをかたる電話", r"警察(?:官|署員)?を(?:名乗|かた|騙)|職員を(?:名乗|かた|騙)"),
    ("架空請求", r"架空(?:料金)?請求|未納料金"),
    ("アポ電", r"アポ電|家族構成|現金の有無"),
)
_LOOKS = re.compile(
    r"\d歳|\d0?代|男|女|身長|体重|センチ|cm|体格|やせ|細身|小柄|大柄|太|髪|白髪|坊主|上衣|下衣|上着|着用|服|ズボン|スカート|"
    r"シャツ|セーター|コート|ジャンパー|ジャージ|パジャマ|帽|眼鏡|メガネ|靴|サンダル|杖|つえ|バッグ|かばん|鞄|リュック|マスク"
)
_NAMING = re.compile(r"さん|様|氏名|名前|氏[はのがを]|住所|方居住|番地|丁目|電話|\d{2,4}-\d{2,4}|学校|[「『]")
_NAME_LABELS = ("氏名", "名前", "お名前", "行方不明者", "行方不明者氏名")


def act_of(*words: str) -> str:
    """What was done, in one of the words known here; empty where none of them stands in the words."""
    for one in words:
        text = normal(one)
        for act, pattern in _ACTS:
            if re.search(pattern, text):
                return act
    return ""


def suspect_of(words: str) -> str:
    """Sex and rough age as issued: 20歳代・男; empty where neither is told. An age in years is told as its decade."""
    text = normal(words)
    age, sex = _AGE.search(text), _SEX.search(text)
    decade = f"{int(age[1] or age[3]) // 10 * 10}歳代" if age and int(age[1] or age[3]) >= 10 else ""
    return "・".join(one for one in (decade, sex[0] if sex else "") if one)


def looks_of(words: str, names: tuple[str, ...] = ()) -> str:
    """How a missing person looks: the phrases that speak of build and clothes, but for any that may name somebody."""
    phrases = [one.strip("・ 　") for one in re.split(r"[、。,\n()（）]", words)]
    kept = [one for one in phrases if _LOOKS.search(normal(one)) and not _NAMING.search(normal(one))]
    return "、".join(one for one in kept if not any(name in one for name in names))


def names_of(parts: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The names under the labels that announce one, whole and in their pieces of two letters or more."""
    found: list[str] = []
    for label, text in parts:
        if label in _NAME_LABELS:
            name = re.split(r"[(（\n、]", text)[0].strip()
            pieces = [name, *re.split(r"[\s　・]+", name)]
            found += [one for one in pieces if len(one) > 1 and one not in found]
    return tuple(found)
