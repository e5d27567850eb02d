"""``contracts.toml`` and ``vehicles.toml`` of a city's ``ledger`` folder, read strictly."""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo.geojson import ProfileError
from geo.plow.ledger.book import MACHINES, Book, Machine
from geo.plow.ledger.contract import Band, Contract

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9:._-]{0,63}$")]
_Yen = Annotated[int, Field(ge=0, le=10_000_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Band(_Strict):
    name: _Code
    title: Annotated[str, Field(min_length=1, max_length=32)]
    begins: time
    ends: time
    days: Literal["any", "workday", "holiday"] = "any"


class _Contract(_Strict):
    contractor: _Code
    name: Annotated[str, Field(min_length=1, max_length=128)]
    since: date
    until: date
    band: Annotated[list[_Band], Field(min_length=1)]
    holidays: list[date] = []
    rest_days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = []
    pays: list[Literal["city", "prefecture", "nation", "other"]] = ["city"]
    rates: dict[_Code, dict[str, _Yen]] = {}
    standby: dict[_Code, _Yen] = {}
    round_s: Annotated[int, Field(ge=1, le=3600)] = 1
    rounding: Literal["down", "half_up", "up"] = "down"


class _Contracts(_Strict):
    contract: list[_Contract] = []


class _Machine(_Strict):
    id: _Code
    kind: str
    contractor: _Code
    rate: str = ""
    gateways: list[_Code] = []


class _Machines(_Strict):
    vehicle: list[_Machine] = []


def read_book(folder: Path) -> Book:
    """The city's machines and contracts; an empty book without the folder. Raises ProfileError with place and cure."""
    if not folder.is_dir():
        return Book()
    contracts = _contracts(folder / "contracts.toml")
    return Book(_machines(folder / "vehicles.toml", contracts), contracts)


_M = TypeVar("_M", bound=BaseModel)


def _file(path: Path, kind: type[_M]) -> _M:
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ProfileError(
            f"{path}: there is no such file; the folder holds contracts.toml and vehicles.toml"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
        raise ProfileError(f"{path}: {faults}") from None


def _contracts(path: Path) -> list[Contract]:
    found: list[Contract] = []
    for place, one in enumerate(_file(path, _Contracts).contract):
        where = f"{path}: contract.{place} ({one.contractor})"
        contract = _contract(one)
        _check(contract, where)
        for other in found:
            if other.contractor == one.contractor and other.since <= one.until and one.since <= other.until:
                raise ProfileError(f"{where}: {one.since} to {one.until} overlaps {other.name}; one contract a day")
        found.append(contract)
    return found


def _contract(one: _Contract) -> Contract:
    facts = one.model_dump(exclude={"band", "holidays", "rest_days", "pays"})
    return Contract(
        **facts,
        bands=tuple(Band(**band.model_dump()) for band in one.band),
        holidays=frozenset(one.holidays),
        rest_days=frozenset(map(_WEEK.index, one.rest_days)),
        pays=frozenset(one.pays),
    )


def _check(contract: Contract, where: str) -> None:
    if contract.until < contract.since:
        raise ProfileError(f"{where}: until {contract.until} is before since {contract.since}")
    names = {band.name for band in contract.bands}
    if len(names) != len({(band.name, band.title) for band in contract.bands}):
        raise ProfileError(f"{where}: band: one name has two titles; give each band its own")
    if holes := contract.holes():
        raise ProfileError(f"{where}: no band holds {holes[0]}; every second of a day needs one")
    for rate, yen in contract.rates.items():
        if missing := sorted(names - yen.keys()):
            raise ProfileError(f"{where}: rates.{rate}: {missing[0]} is missing; every band needs a rate, 0 if unpaid")
        if strange := sorted(yen.keys() - names):
            raise ProfileError(f"{where}: rates.{rate}: {strange[0]} is no band of this contract")
    if strange := sorted(contract.standby.keys() - contract.rates.keys()):
        raise ProfileError(f"{where}: standby.{strange[0]}: there is no such class in rates")


def _machines(path: Path, contracts: list[Contract]) -> list[Machine]:
    found: dict[str, Machine] = {}
    for place, one in enumerate(_file(path, _Machines).vehicle):
        where = f"{path}: vehicle.{place} ({one.id})"
        if one.id in found:
            raise ProfileError(f"{where}: the id is taken; several trackers of one machine share one entry")
        if one.kind not in MACHINES:
            raise ProfileError(f"{where}: kind: {one.kind!r} is not known; use one of {', '.join(MACHINES)}")
        theirs = [contract for contract in contracts if contract.contractor == one.contractor]
        if not theirs:
            raise ProfileError(f"{where}: contractor: {one.contractor!r} has no contract in contracts.toml")
        if any(one.rate not in contract.rates for contract in theirs if contract.rates):
            raise ProfileError(f"{where}: rate: {one.rate!r} is no class of {one.contractor}'s contracts")
        found[one.id] = Machine(**one.model_dump() | {"gateways": tuple(one.gateways)})
    return list(found.values())
