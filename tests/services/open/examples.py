"""Examples for the description of the API, out of a hub in which every act was done: what was sent, what was answered.

``python -m tests.services.open.examples`` writes them anew; a test makes them again and compares their shape.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from yarl import URL

from feeds.status import Status
from services.desks.quarantine import Reader
from services.dumps.picture import Dumps
from services.store import alerts, hazards, records
from services.store.engine import Store
from services.store.users import Role
from services.web.api.endpoint import PREFIX, Endpoint
from services.web.api.examples import FILE
from services.web.api.table import ENDPOINTS
from tests.services import acts_of_muster, acts_of_snow
from tests.services.making import NOW, alert, hazard, payload, reading
from tests.services.test_audit import ACTS, BOOK, GRANTED, with_stations
from tests.services.test_declaring import CITY
from tests.services.test_quarantine_desk import refused
from tests.services.web_floor import Visitor, floor

ADDRESS = "https://hub.example.jp"
NEVER = {"GET /events", "GET /openapi.json"}  # a stream without an end; the document itself
FILLS = {"station": "tatesakabashi", "quantity": "water_level", "name": "flood-kitakami", "section": "plow-chuo"}
_TEXTS = {"text/plain": "声かけ事案\n11月19日午後3時ころ、盛岡市内丸の路上で、声かけがありました。"}


class Recorder:
    """Keeps what goes over a visitor's line, by operation."""

    def __init__(self, visitor: Visitor, url: str) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self._ask, self._url = visitor.http._request, url
        visitor.http._request = self._record  # type: ignore[method-assign]

    async def _record(self, method: str, target: Any, **sent: Any) -> Any:
        response = await self._ask(method, target, **sent)
        path, found = URL(str(target)).path.removeprefix(PREFIX), None
        if str(target).startswith(PREFIX) and response.status in {200, 201}:
            found = next((one for one in ENDPOINTS if one.method == method and _pattern(one).fullmatch(path)), None)
        if found is not None:
            self.kept.setdefault(_name(found), await self._told(found, path, sent, response))
        return response

    async def _told(self, one: Endpoint, path: str, sent: Mapping[str, Any], response: Any) -> dict[str, Any]:
        match = _pattern(one).fullmatch(path)
        told: dict[str, Any] = {"path": match.groupdict() if match else {}}
        if sent.get("json") is not None:
            told["sent"] = self._plain(sent["json"])
        elif one.method != "GET" and one.body is not None:
            told["sent"] = _TEXTS.get(sent.get("headers", {}).get("Content-Type", ""), "…")
        as_json = "json" in response.content_type
        told["answer"] = self._plain(await response.json()) if as_json else "…"
        return told

    def _plain(self, value: Any) -> Any:
        text = json.dumps(value, ensure_ascii=False)
        return shortened(json.loads(re.sub(r"http://127\.0\.0\.1:\d+", ADDRESS, text)))


async def made(store: Store) -> dict[str, dict[str, Any]]:
    """By operation: values of its path, what was sent and what was answered."""
    ground = acts_of_snow.with_section(with_stations())
    more = {**acts_of_muster.set_up(CITY), "book": BOOK, "dumps": Dumps(acts_of_snow.DUMPS)}
    async with floor(store, reader=Reader(gateways=GRANTED), ground=ground, **more) as running:
        officer = await running.person(Role.APPROVER, "sato")
        recorder = Recorder(officer, running.url)
        other = await running.person(Role.ADMIN, "suzuki")  # who looks at what one did alone
        second = Recorder(other, running.url)
        for path, act in ACTS.items():
            await act(store, other if path.endswith("sign-off") else officer)
            async with store.write() as connection:  # the next act begins with the same draft
                await connection.execute(alerts.alerts.delete()) if path.endswith("approve") else None
        refusal = await fill(store)
        picture = str(recorder.kept["POST /reports/photos"]["answer"]["sha256"])
        for one in ENDPOINTS:
            if one.method == "GET" and _name(one) not in NEVER:
                own = {"id": str(refusal)} if one.path.startswith("/quarantine") else {"sha256": picture}
                await _read(officer, one, recorder.kept, own)
        return dict(sorted({**second.kept, **recorder.kept}.items()))


async def _read(officer: Visitor, one: Endpoint, kept: Mapping[str, Mapping[str, Any]], own: Mapping[str, str]) -> None:
    """Ask it, with what other operations told of what there is, until one answers."""
    known = [told["path"] for told in kept.values()]
    for numbers in [own, *known, {"id": "1"}, {"id": "2"}, {"dump": "d1"}]:
        fill = FILLS | dict(numbers)
        fill.setdefault("code", "032010001" if one.path.startswith("/areas") else "tatesakabashi")
        if any(name not in fill for name in re.findall(r"{(\w+)}", one.path)):
            continue
        place = {"lon": "141.11", "lat": "39.71"} if any(each.name == "lon" for each in one.parameters) else {}
        asked = place | {each.name: "kimura" for each in one.parameters if each.name == "q"}
        async with officer.http.get(PREFIX + one.path.format(**fill), params=asked) as response:
            if response.status == 200:
                return


async def fill(store: Store) -> int:
    """What nobody's act makes: readings, a danger, an alert in force, and a refusal, whose number it gives."""
    issued = alert(series="Actual-river-level-032010001-20261120T180000", status=Status.ACTUAL)
    async with store.write() as connection:
        await records.save(connection, [reading(status=Status.ACTUAL)], NOW)
        await hazards.replace_picture(connection, {}, [hazard(status=Status.ACTUAL)], NOW)
        await alerts.add_draft(connection, issued, {"log": payload()}, NOW)
        await alerts.mark_issued(connection, issued, NOW)
    return await refused(store, "hub/v1/gw07/st0123/snow_depth", b"{", {})


def shortened(value: Any) -> Any:
    """The same with one of each list: an example is to be read."""
    if isinstance(value, dict):
        if value.get("type") in {"Polygon", "MultiPolygon", "LineString", "MultiLineString"} and "coordinates" in value:
            return {"type": "Point", "coordinates": _first(value["coordinates"])}
        return {name: shortened(one) for name, one in value.items()}
    return [shortened(one) for one in value[:1]] if isinstance(value, list) else value


def _first(coordinates: Any) -> list[float]:
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return list(coordinates)


def shape(value: Any) -> Any:
    """What of an example must stay the same while its values may not: members and kinds."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _name(one: Endpoint) -> str:
    return f"{one.method} {one.path}"


def _pattern(one: Endpoint) -> re.Pattern[str]:
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", one.path))


async def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/examples.db")
        found = await made(store)
        await store.close()
    FILE.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    missing = [_name(one) for one in ENDPOINTS if _name(one) not in found and _name(one) not in NEVER]
    sys.stdout.write(f"{len(found)} operations; without: {missing}\n")


if __name__ == "__main__":
    asyncio.run(_main())
