"""The bodies that we write, each in the order of its elements."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from lxml import etree

from feeds.lalert.document import Body, Damages, Evacuation, Headquarters, Mail, Notice, Order, Refuge, Refuges, Spot
from feeds.lalert.pen import COMMONS, DE, PCX, put, stamp, texts


def write_body(report: etree._Element, body: Body, suffix: str) -> None:
    """Put the body's element under ``Report``. ``suffix``: the number of the namespaces."""
    pen = _Pen(report, suffix)
    match body:
        case Evacuation():
            pen.evacuation(body)
        case Refuges():
            pen.refuges(body)
        case Headquarters():
            pen.headquarters(body)
        case Damages():
            pen.damages(body)
        case Notice():
            pen.notice(body)
        case Mail():
            pen.mail(body)


@dataclass(frozen=True, slots=True)
class _Pen:
    report: etree._Element
    suffix: str

    @property
    def basis(self) -> str:
        return f"{PCX}/elementBasis{self.suffix}/"

    def root(self, prefix: str, space: str, name: str) -> tuple[etree._Element, str]:
        """The body's own element, and its namespace."""
        full = f"{PCX}/body/{space}{self.suffix}"
        return etree.SubElement(self.report, f"{{{full}}}{name}", nsmap={prefix: full}), full

    def disaster(self, parent: etree._Element, name: str) -> None:
        if name:
            put(put(parent, self.basis, "Disaster"), self.basis, "DisasterName", name)

    def evacuation(self, body: Evacuation) -> None:
        root, space = self.root("pcx_ev", "evacuation", "EvacuationOrder")
        self.disaster(root, body.disaster)
        for order in body.orders:
            self.order(put(root, space, "Detail"), space, order)

    def order(self, detail: etree._Element, space: str, order: Order) -> None:
        texts(detail, space, {"Sort": order.sort, "IssueOrLift": "解除" if order.lifts else "発令"})
        areas = put(detail, space, "Areas")
        for spot in order.spots:
            area = put(areas, space, "Area")
            self.location(put(area, self.basis, "Location"), spot)
            put(area, space, "DateTime", stamp(order.at))

    def location(self, location: etree._Element, spot: Spot) -> None:
        if spot.middle:
            latitude, longitude = spot.middle
            put(location, DE, "circle", f"{latitude:.6f},{longitude:.6f},0")
        codes = {"areaName": spot.name, "jisX0402": spot.municipality, "ooAzaTyouTyouMokuCode": spot.town_code}
        texts(location, COMMONS, codes)

    def refuges(self, body: Refuges) -> None:
        """What nobody counted is left out: a zero would say that nobody is there."""
        root, space = self.root("pcx_sh", "shelter", "Shelter")
        self.disaster(root, body.disaster)
        opened = [one for one in body.refuges if one.sort == "開設"]
        self.total(root, space, opened)
        put(root, space, "TotalNumberOfShelter", str(len(opened)))
        rows = put(root, space, "Informations")
        for one in body.refuges:
            self.refuge(put(rows, space, "Information"), space, one)

    def refuge(self, row: etree._Element, space: str, one: Refuge) -> None:
        location = put(row, self.basis, "Location")
        put(location, COMMONS, "areaName", one.name)
        texts(location, space, {"Address": one.address})
        said = {
            "Type": one.type,
            "Sort": one.sort,
            "DateTime": stamp(one.since) if one.since else "",
            "Capacity": _figure(one.capacity),
            "Status": one.crowding,
        }
        texts(row, space, said)
        if number := {name: _figure(count) for name, count in _counts(one).items() if count is not None}:
            texts(put(row, space, "NumberOf"), space, number)
        texts(row, space, {"CheckedDateTime": stamp(one.checked) if one.checked else ""})

    def total(self, root: etree._Element, space: str, opened: list[Refuge]) -> None:
        """Sums of what was counted everywhere; of what was not, a sentence says how many places were."""
        sums: dict[str, str] = {}
        for name in _COUNTED:
            known = [count for one in opened if (count := _counts(one)[name]) is not None]
            if known and len(known) == len(opened):
                sums[name] = str(sum(known))
            elif known and name == "HeadCount":
                text = f"避難者 {sum(known)}人（開設{len(opened)}か所のうち、人数を確かめた{len(known)}か所の合計）"
                put(root, space, "ComplementaryInfo", text)
        if sums:
            texts(put(root, space, "TotalNumber"), space, sums)

    def damages(self, body: Damages) -> None:
        """Blocks in the order of the figures: HumanDamages/HumanDamage@humanDamageType@counterUnit, and its like."""
        name = "DamageInformation"
        root, space = self.root("pcx_di", name, name)
        self.disaster(root, body.disaster)
        for element, some in groupby(body.figures, key=lambda one: one.element):
            block = put(root, space, f"{element}s")
            for one in some:
                leaf = put(block, space, element, one.value)
                leaf.set(f"{{{space}}}{element[0].lower()}{element[1:]}Type", one.type)
                leaf.set(f"{{{space}}}counterUnit", one.unit)

    def headquarters(self, body: Headquarters) -> None:
        name = "AntidisasterHeadquarter"
        root, space = self.root("pcx_ah", name, name)
        self.disaster(root, body.disaster)
        status = "設置" if body.stands else "解散"
        texts(root, space, {"Type": body.type, "Status": status, "DateTime": stamp(body.at)})

    def notice(self, body: Notice) -> None:
        root, space = self.root("pcx_gi", "GeneralInformation", "GeneralInformation")
        put(root, space, "DisasterInformationType", body.kind)
        self.disaster(root, body.disaster)
        said = {"Category": body.category, "SubCategory": body.subcategory, "Title": body.title}
        texts(root, space, {**said, "Description": body.description, "URL": body.url})

    def mail(self, body: Mail) -> None:
        root, space = self.root("pcx_um", "UrgentMail", "UrgentMail")
        texts(put(root, space, "Information"), space, {"Title": body.title, "Message": body.message})


_COUNTED = ("HeadCount", "HeadCountVoluntary", "Households", "HouseholdsVoluntary")


def _counts(one: Refuge) -> dict[str, int | None]:
    known = (one.people, one.people_voluntary, one.households, one.households_voluntary)
    return dict(zip(_COUNTED, known, strict=True))


def _figure(count: int | None) -> str:
    return "" if count is None else str(count)
