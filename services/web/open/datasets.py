"""What is given away, as the catalogue and the page list it: each kind of data with all the forms in which it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from services.web.ogc.collection import SHELF, Collection
from services.web.ogc.documents import PREFIX
from services.web.open.tables import TABLES, Table

CSV, GEOJSON, ATOM = "text/csv", "application/geo+json", "application/atom+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of some data: where it is, and what it is."""

    name: str
    media_type: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One kind of data. ``credit`` where it is made of others' data."""

    id: str
    title: str
    title_en: str
    description: str
    forms: Sequence[Form]
    credit: str = ""


def datasets_of(request: web.Request) -> Sequence[Dataset]:
    """Every collection with the table of the same data, then the tables that have none."""
    collections = request.app[SHELF].collections.values()
    found = [_of(one, [table for table in TABLES if table.beside == one.id]) for one in collections]
    # What has to be asked for by name is no file that a link could lead to.
    alone = [one for one in TABLES if one.beside not in request.app[SHELF].collections and not one.needed]
    return [*found, *map(_table, alone)]


def _of(one: Collection, tables: Sequence[Table]) -> Dataset:
    forms = [
        Form(name="GeoJSON（OGC API）", media_type=GEOJSON, path=f"{PREFIX}/collections/{one.id}/items?limit=1000"),
        *map(_form, tables),
    ]
    if one.id == "alerts":
        forms.append(Form(name="CAP（Atom）", media_type=ATOM, path="/cap/feed.atom"))
    return Dataset(
        id=one.id,
        title=one.title,
        title_en=one.title_en,
        description=one.description,
        forms=forms,
        credit=one.credit,
    )


def _table(one: Table) -> Dataset:
    return Dataset(id=one.id, title=one.title, title_en=one.title_en, description=one.description, forms=[_form(one)])


def _form(one: Table) -> Form:
    return Form(name=f"CSV {one.title}", media_type=CSV, path=one.path)
