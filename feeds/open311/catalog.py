"""Which services residents can ask for: ``services.toml`` of the city's folder."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
LISTS = ("singlevaluelist", "multivaluelist")


class CatalogError(ValueError):
    """A catalogue that cannot be used; names the file, the place in it and the cure."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attribute(_Strict):
    """A question of a service. One that nobody answers (``variable`` false) only informs."""

    code: Code
    description: str = Field(min_length=1, max_length=400)
    datatype: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"] = "string"
    datatype_description: str = ""
    required: bool = False
    variable: bool = True
    values: Mapping[str, str] = {}  # key → name, of lists
    urgent: tuple[str, ...] = ()  # answers that make the request urgent

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.datatype in LISTS) != bool(self.values):
            raise ValueError("a list needs [values], and only a list has them")
        if strange := sorted(set(self.urgent) - self.values.keys()):
            raise ValueError(f"urgent names {', '.join(strange)}, which are no values")
        if self.required and not self.variable:
            raise ValueError("what only informs cannot be required")
        return self


class Service(_Strict):
    """One thing that can be asked for.

    ``report``: it is no request for work but a sighting of this kind; it goes to the desk of reports, has no number,
    and is in no public list. ``same_road_m``: others of the same service within so many metres on the same road and a
    day are the same thing.
    """

    code: Code
    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field(min_length=1, max_length=120)
    description: str = Field(min_length=1, max_length=400)
    group: str = ""
    keywords: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    report: str = ""
    sidewalk: bool = False  # it is about the sidewalk, where the network has one
    by_pass: bool = False  # a plow that comes by settles it
    same_road_m: float = Field(default=50.0, ge=0, le=500)

    @model_validator(mode="after")
    def _once(self) -> Self:
        codes = [attribute.code for attribute in self.attributes]
        if len(set(codes)) != len(codes):
            raise ValueError("two attributes of one code")
        return self

    @property
    def type(self) -> str:
        """GeoReport's: ``realtime`` gives an id at once, ``blackbox`` gives none."""
        return "blackbox" if self.report else "realtime"

    def attribute(self, code: str) -> Attribute | None:
        """The attribute of this code."""
        return next((one for one in self.attributes if one.code == code), None)


class Catalog(_Strict):
    """All services, in the order they are shown."""

    service: tuple[Service, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Self:
        codes = [service.code for service in self.service]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"two services of the code {', '.join(twice)}")
        return self

    @cached_property
    def changeset(self) -> str:
        """Changes when anything in the catalogue does: applications keep definitions by it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def find(self, code: str) -> Service | None:
        """The service of this code."""
        return next((one for one in self.service if one.code == code), None)


def read_catalog(file: Path) -> Catalog:
    """The catalogue in the file. Raises CatalogError."""
    try:
        return Catalog.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"{file}: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise CatalogError(f"{file}: {faults}") from None
