"""The bodies of L-Alert documents: places, and facts in the words of their own elements.

An evacuation order and a damage report have shapes of their own. Everything else is taken leaf by leaf, so that an
element of a later version, or a body that is not known, comes through under its own name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lxml import etree

from feeds.lalert.tree import child, children, descend, local, number, snake, text
from feeds.lalert.types import Fact, LalertArea

# Names since 2021-05-20, and those of older documents. An area that is closed (警戒区域) has no level.
_LEVELS = (("緊急安全確保", 5), ("避難指示", 4), ("避難勧告", 4), ("高齢者等避難", 3), ("避難準備", 3))
_WITHOUT_LEVELS = ("津波", "噴火", "火山")  # 避難指示 as such
_SAID = re.compile(r"警戒レベル([1-5])")
_ROWS = {"EvacuationOrder": ("Detail",), "Shelter": ("Informations", "Information"), "UrgentMail": ("Information",)}
_FIGURES = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?")
_LEAVES_AT_MOST = 200  # of one item


def alert_level(sort: str, lifted: bool, disaster: str) -> int | None:
    """The 警戒レベル of an evacuation order: 3, 4, 5, 0 where it is lifted, None where its kind has none."""
    plain = unicodedata.normalize("NFKC", sort)
    said = _SAID.search(plain)
    known = int(said[1]) if said else next((level for word, level in _LEVELS if word in plain), None)
    if known is None or any(word in disaster for word in _WITHOUT_LEVELS):
        return None
    return 0 if lifted else known


def areas_of(
    body: etree._Element | None, head: etree._Element | None, envelope: etree._Element, disaster: str
) -> tuple[LalertArea, ...]:
    """The places the body names; without any those of the headline, then those the envelope is sent for."""
    if body is not None and (details := list(children(body, "Detail"))):
        return tuple(area for detail in details for area in _of_detail(detail, disaster))
    return places_in(descend(head, "Headline", "Areas"), "Area") or places_in(envelope, "targetArea")


def places_in(parent: etree._Element | None, name: str) -> tuple[LalertArea, ...]:
    """The places that stand under a parent as elements of that name."""
    return tuple(_area(one) for one in children(parent, name))


def items_of(body: etree._Element | None, disaster: str) -> tuple[dict[str, Fact], ...]:
    """The facts: one item per order, shelter, figure of damage or mail; else the body as one item."""
    if body is None:
        return ()
    kind = local(body)
    if kind == "EvacuationOrder":
        return tuple(_order(detail, disaster) for detail in children(body, "Detail"))
    if kind == "DamageInformation":
        return tuple(_figures(body))
    rows = _ROWS.get(kind)
    if rows is None:
        return (_leaves(body),) if len(body) else ()
    return tuple(_leaves(row) for row in children(descend(body, *rows[:-1]), rows[-1]))


def facts_of(body: etree._Element | None) -> dict[str, Fact]:
    """What the body says beside its items."""
    return {} if body is None or local(body) not in _ROWS else _leaves(body, skip=_ROWS[local(body)][0])


def _of_detail(detail: etree._Element, disaster: str) -> Iterator[LalertArea]:
    sort, deed = text(detail, "Sort"), text(detail, "IssueOrLift")
    level = alert_level(sort, deed == "解除", disaster)
    for area in children(child(detail, "Areas"), "Area"):
        place = child(area, "Location")
        yield _area(
            area if place is None else place,
            kind_name=sort,
            status=deed,
            alert_level=level,
            time=text(area, "DateTime") or None,
            households=number(area, "Object", "Households"),
            head_count=number(area, "Object", "HeadCount"),
        )


def _area(place: etree._Element, **more: object) -> LalertArea:
    return LalertArea(
        name=text(place, "areaName"),
        code=text(place, "jisX0402"),
        kana=text(place, "areaNameKana"),
        town_code=text(place, "ooAzaTyouTyouMokuCode"),
        circle=text(place, "circle"),
        polygon=text(place, "polygon"),
        **more,  # type: ignore[arg-type]
    )


def _order(detail: etree._Element, disaster: str) -> dict[str, Fact]:
    sort, deed = text(detail, "Sort"), text(detail, "IssueOrLift")
    places = (descend(area, "Location") for area in children(child(detail, "Areas"), "Area"))
    return {
        "sort": sort,
        "issue_or_lift": deed,
        "alert_level": alert_level(sort, deed == "解除", disaster),
        "areas": [text(place, "areaName") for place in places],
        "households": number(detail, "Object", "Households"),
        "head_count": number(detail, "Object", "HeadCount"),
    }


def _figures(body: etree._Element) -> Iterator[dict[str, Fact]]:
    """A figure each: ``<HumanDamage humanDamageType="負傷者_重傷" counterUnit="人">3</HumanDamage>`` and its like."""
    for leaf in body.iter("{*}*"):
        written = (leaf.text or "").strip()
        if len(leaf) or not _FIGURES.fullmatch(written):
            continue
        told = {etree.QName(str(name)).localname: str(value) for name, value in leaf.attrib.items()}
        kind = next((value for name, value in told.items() if name.endswith("Type")), "")
        value = float(written) if "." in written else int(written)
        yield {"damage": local(leaf), "type": kind, "value": value, "unit": told.get("counterUnit", "")}


def _leaves(element: etree._Element, skip: str = "") -> dict[str, Fact]:
    """Every filled leaf below the element by its path in lower case; what occurs several times is a list."""
    found: dict[str, Fact] = {}
    for path, value in _walk(element, "", skip):
        before = found.get(path)
        if before is None:
            found[path] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            found[path] = [str(before), value]
        if len(found) >= _LEAVES_AT_MOST:
            break
    return found


def _walk(element: etree._Element, prefix: str, skip: str = "") -> Iterator[tuple[str, str]]:
    for one in element.iterchildren("{*}*"):
        if local(one) == skip:
            continue
        kind = next((str(value) for name, value in one.attrib.items() if str(name).endswith("Type")), "")
        path = "_".join(part for part in (prefix, snake(local(one)), kind) if part)
        written = (one.text or "").strip()
        if len(one):
            yield from _walk(one, "" if local(one) == "Location" else path)
        elif written:
            yield path, written
