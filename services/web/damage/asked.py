"""What staff say of damage, checked at the door: JSON of the API and forms of the page come to the same members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from math import isfinite
from typing import Any

from feeds.japan import JAPAN
from feeds.status import Status
from geo.area import Area
from rules.damage.disaster import LONGEST_NAME, LONGEST_OUTLINE, LONGEST_PLACE, Disaster
from rules.damage.items import BY_KEY
from rules.damage.record import LONGEST_NOTE, LONGEST_SOURCE, Act, Certainty, Content, DamageError, Reason
from rules.damage.record import LONGEST_PLACE as LONGEST_SPOT
from services.damage.desk import Deed
from services.web.api.moment import moment
from services.web.context import WebContext
from services.web.security import WebError, storable

_STATUS = {"not_found": 404, "changed": 409, "known": 409, "already": 409, "closed": 409, "number": 409}
COUNTING = "?"  # stands for a number that is being looked into
NEW = Content(certainty=Certainty.UNCONFIRMED, source="")


def refusal(error: DamageError) -> WebError:
    """What the desk refused, as an answer."""
    return WebError(_STATUS.get(error.code, 400), error.code, str(error))


def number_of(value: Any, name: str) -> int:
    """A number of a disaster, a record, a version, as a number or in a form. Raises WebError."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if type(value) is not int or not 0 <= value < 10**15:
        raise WebError(400, f"bad_{name}", f"{name} は番号です。 / {name} must be a number.")
    return value


def disaster_of(body: Mapping[str, Any], status: Status, before: Disaster | None = None) -> Disaster:
    """The disaster that the body tells; what it does not name stays as ``before`` has it. Raises WebError."""
    known = before or Disaster(id=0, status=status, name="", began=datetime(2000, 1, 1, tzinfo=JAPAN))
    began = moment(body, "began")
    if began is None and before is None:
        raise WebError(400, "bad_began", "began（発生日時）が要ります。 / began: when did it begin?")
    fresh = replace(known, began=began or known.began)
    if before is None:
        fresh = replace(fresh, name=words(body, "name", LONGEST_NAME))
    if "place" in body:
        fresh = replace(fresh, place=words(body, "place", LONGEST_PLACE))
    if "outline" in body:
        fresh = replace(fresh, outline=words(body, "outline", LONGEST_OUTLINE, lines=True))
    return fresh


def content_of(body: Mapping[str, Any], context: WebContext, before: Content = NEW) -> Content:
    """The record that the body tells; what it does not name stays as it was. Raises WebError."""
    told: dict[str, Any] = {}
    for name, longest in (("place", LONGEST_SPOT), ("source", LONGEST_SOURCE), ("note", LONGEST_NOTE)):
        if name in body:
            told[name] = words(body, name, longest)
    if "certainty" in body:
        told["certainty"] = _one_of(Certainty, body["certainty"], "certainty")
    if "happened" in body:
        told["happened"] = moment(body, "happened")
    if "lon" in body or "lat" in body:
        told |= _position(body)
    if "figures" in body:
        fresh = {**before.figures, **_figures(body["figures"])}
        told["figures"] = {key: one for key, one in fresh.items() if body["figures"].get(key) != ""}
    return _placed(replace(before, **told), body, context)


def deed_of(body: Mapping[str, Any], who: str, content: Content | None) -> Deed:
    """The act that the body tells. Raises WebError."""
    act = _one_of(Act, body.get("act"), "act")
    reason = _one_of(Reason, body["reason"], "reason") if body.get("reason") else None
    return Deed(
        number=number_of(body.get("id"), "id"),
        seen=number_of(body.get("seen"), "seen"),
        act=act,
        who=who,
        reason=reason,
        content=content if act in (Act.UPDATE, Act.CORRECT) else None,
    )


def words(body: Mapping[str, Any], name: str, longest: int, *, lines: bool = False) -> str:
    """A text member, its blanks made single; line ends stay where ``lines``. Raises WebError."""
    value = body.get(name)
    value = "" if value is None else value
    if not isinstance(value, str) or len(value) > longest or not storable(value):
        raise WebError(400, f"bad_{name}", f"{name} は{longest}字までです。 / {name} of at most {longest} characters.")
    if lines:
        return "\n".join(" ".join(line.split()) for line in value.splitlines()).strip()
    return " ".join(value.split())


def _figures(told: Any) -> dict[str, int | None]:
    """Figures in the form's units by key: a number, null or "?" where it is being counted, "" to take it out."""
    if not isinstance(told, Mapping):
        raise WebError(400, "bad_figures", "figures は項目と数の組です。 / figures: an object of numbers by item.")
    found: dict[str, int | None] = {}
    for key, value in told.items():
        item = BY_KEY.get(key)
        if item is None:
            raise WebError(400, "bad_figures", f"{str(key)[:40]} という項目はありません。 / there is no such item.")
        if value == "":
            continue
        if value is None or value in ("?", "？"):
            found[key] = None
        elif isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
            raise WebError(400, "bad_figures", f"{item.title}は数で入れてください。 / {key} must be a number.")
        else:
            try:
                found[key] = item.steps(str(value))
            except ValueError as error:
                raise WebError(400, "bad_figures", f"{error} / {key} is no count") from None
    return found


def _placed(content: Content, body: Mapping[str, Any], context: WebContext) -> Content:
    """With its district: as told by code or name, else where the point lies."""
    said = body.get("area")
    if isinstance(said, str) and said.strip():
        found = _district(said.strip(), context)
        if found is None:
            text = f"「{said[:40]}」という地区はありません。一覧から選んでください。 / there is no such district."
            raise WebError(400, "bad_area", text)
        return replace(content, area=found.code, area_name=found.name)
    if said == "":
        content = replace(content, area="", area_name="")
    elif said is not None:
        raise WebError(400, "bad_area", "area は地区のコードか名前です。 / area: code or name of a district.")
    if content.area or content.lon is None or content.lat is None:
        return content
    at = context.ground.areas.at(content.lon, content.lat, "district")
    first = min(at, key=lambda area: area.code, default=None)
    return replace(content, area=first.code, area_name=first.name) if first else content


def _district(said: str, context: WebContext) -> Area | None:
    every = context.ground.areas.of_kind("district")
    return next((one for one in every if said in (one.code, one.name)), None)


def _position(body: Mapping[str, Any]) -> dict[str, float | None]:
    if body.get("lon") in (None, "") and body.get("lat") in (None, ""):
        return {"lon": None, "lat": None}
    found: dict[str, float | None] = {}
    for name, most in (("lon", 180), ("lat", 90)):
        try:
            value = float(body.get(name) or "nan")
        except (OverflowError, TypeError, ValueError):
            value = float("nan")
        if isinstance(body.get(name), bool) or not isfinite(value) or abs(value) > most:
            text = "lon と lat を度で、両方書いてください。 / lon and lat in degrees, both."
            raise WebError(400, "bad_position", text)
        found[name] = round(value, 6)
    return found


def _one_of(kind: Any, value: Any, name: str) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError):
        text = f"{name} は {' / '.join(kind)} のどれかです。 / {name}: one of these."
        raise WebError(400, f"bad_{name}", text) from None
