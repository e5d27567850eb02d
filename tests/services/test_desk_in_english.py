"""Every page of the desk in English: what stays Japanese is marked, and none of it is a sentence of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import lxml.html
import pytest

from services.store.engine import Store
from services.store.users import Role
from services.web.language.catalogue import catalogue
from services.web.language.speaking import LANGUAGES
from tests.house.words import JAPANESE, WEB
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine
NOW = datetime(2026, 3, 14, 17, 41, tzinfo=UTC)
ENGLISH = {"Accept-Language": "en", "Accept": "text/html"}
PAPERS = {"/ops/handover"}  # shows a document as it is handed over: in Japanese, and marked so
_SPOKEN_OF = ("aria-label", "title", "placeholder", "alt")


def pages(made: Floor) -> list[str]:
    """Every address of the desk that needs nothing but a session."""
    mounted = {resource.canonical for resource in made.app.router.resources()}
    return sorted(path for path in mounted if path.startswith("/ops") and "{" not in path and "." not in path)


def passages(text: str) -> Iterator[tuple[str, bool]]:
    """Every Japanese text of a page, and whether an element says that it is Japanese. Attributes are never marked."""
    for element in lxml.html.fromstring(text).iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style"}:
            continue
        language = next((one.get("lang") for one in (element, *element.iterancestors()) if one.get("lang")), "")
        around = next((one.get("lang") for one in element.iterancestors() if one.get("lang")), "")
        for told, tongue in ((element.text, language), (element.tail, around)):
            if told and JAPANESE.search(told):
                yield told.strip(), tongue.startswith("ja")
        for name in _SPOKEN_OF:
            if JAPANESE.search(element.get(name, "")):
                yield element.get(name, "").strip(), True


def sayings() -> set[str]:
    """Everything of ours that has an English."""

    def walk(thing: Any) -> Iterator[str]:
        if isinstance(thing, dict):
            yield from [thing["ja"]] if "ja" in thing else [one for inner in thing.values() for one in walk(inner)]

    words = json.loads((WEB / "static/words.json").read_text())
    return {*catalogue("en").forms, *walk(words)} - set(LANGUAGES.values())


async def test_no_page_of_the_desk_has_a_sentence_of_ours_in_japanese(store: Store) -> None:
    ours = sayings()
    async with floor(store, exercise=True) as made:
        admin = await made.person(Role.ADMIN)
        walked = pages(made)
        assert {"/ops", "/ops/alerts", "/ops/snow", "/ops/muster", "/ops/budget"} <= set(walked)
        for path in ("/login?next=/ops", *walked):
            who = admin if path in walked else await made.visitor()
            async with who.http.get(path, headers=ENGLISH) as answer:
                text = await answer.text()
            assert '<html lang="en"' in text, path  # of a part that this floor has not, a page of an error
            found = list(passages(text))
            assert [told for told, marked in found if not marked] == [], path
            assert path in PAPERS or [told for told, _marked in found if told in ours] == [], path


async def test_pages_of_errors_speak_english_too(store: Store) -> None:
    async with floor(store) as made:
        viewer = await made.person(Role.VIEWER)
        async with viewer.http.get("/ops/alerts/none", headers=ENGLISH) as answer:
            text = await answer.text()
        assert answer.status == 404 and '<html lang="en"' in text and "There is no such alert." in text
        assert not JAPANESE.search(text)
