"""Every sentence of the desk has its English, with the same gaps; none is left over, and none stands unwrapped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from services.web.language.catalogue import catalogue, gaps
from tests.house import scripts, words

# Pages of residents have languages of their own.
RESIDENTS = re.compile(
    r"/(_public_\w+|_report_\w+|_say|districts|embed|minimal_public|ogc|open_\w+|privacy|public|public_base|report_\w+|snow_public"
    r"|subscribe\w*|widget)\.html$"
    r"|/js/(offline/\w+|public|public-\w+|push-worker|report|snow-public|subscribe|foreign)\.js$"
)
# Not wrapped yet. A file leaves this list when it is, and nothing new comes in.
_OPEN = """
services/web/templates/callout.html
services/web/templates/muster_answer.html
services/web/templates/snow_answer.html
services/web/templates/watch_answer.html
"""
OPEN = frozenset(_OPEN.split())


@pytest.fixture(scope="module")
def said() -> list[words.Found]:
    return words.said()


def entries() -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in words.read("en"):
        if one.id:
            yield (
                (one.id, (one.string,)) if isinstance(one.id, str) else (one.id[0], tuple(one.string))  # type: ignore[arg-type]
            )


def test_the_catalogue_has_what_is_said_and_nothing_else(said: list[words.Found]) -> None:
    known, asked = {sentence for sentence, _ in entries()}, {one.text for one in said}
    assert asked - known == set(), "not in the catalogue: run `make words`, and write the English"
    assert known - asked == set(), "nobody says this any more: run `make words`"


def test_browsers_are_given_what_scripts_say(said: list[words.Found]) -> None:
    given = set(json.loads(catalogue("en").for_scripts))
    assert {one.text for one in said if one.path.endswith(".js")} - given == set(), "run `make words`"


def test_every_sentence_has_an_english_with_the_same_gaps_and_tags() -> None:
    tags = re.compile(r"</?\w+>")
    for sentence, forms in entries():
        for form in forms:
            assert form.strip(), f"no English: {sentence}"
            assert not words.JAPANESE.search(form), f"Japanese in the English of: {sentence}"
            assert gaps(form) == gaps(sentence), f"other gaps: {sentence}"
            assert sorted(tags.findall(form)) == sorted(tags.findall(sentence)), f"other tags: {sentence}"
            assert tags.sub("", form).find("<") < 0, f"a tag with attributes: {sentence}"


def test_no_sentence_stands_unwrapped() -> None:
    found = {}
    for path in words.sources():
        name = path.relative_to(words.ROOT).as_posix()
        if path.suffix != ".py" and not RESIDENTS.search(name):
            left = words.bare(path)
            assert name not in OPEN or left, f"{name} is wrapped: it may leave the list"
            found[name] = [] if name in OPEN else [f"{one.line}: {one.text}" for one in left]
    assert {name: some for name, some in found.items() if some} == {}


def test_every_word_of_the_list_has_its_english() -> None:
    def walk(thing: Any, at: str) -> Iterator[str]:
        if isinstance(thing, dict) and "ja" in thing:
            if not thing.get("en"):
                yield at
        elif isinstance(thing, (dict, list)):
            for key, inner in thing.items() if isinstance(thing, dict) else enumerate(thing):
                yield from walk(inner, f"{at}.{key}")
        elif isinstance(thing, str) and words.JAPANESE.search(thing):
            yield at

    list_of_words = json.loads((words.WEB / "static/words.json").read_text())
    assert list(walk(list_of_words, "words")) == []


def test_scripts_are_read_as_browsers_read_them() -> None:
    module = """
    // t('no')
    const a = `${t('承認{n}件', { n })}と${x ? `内の${t("y")}` : ''}`; /* t('no') */
    const r = /a'b/.test(x) ? t('z') : x / 2 / pieces('人は{a}', { a });
    h('p', {}, t(`全部`), 'そのまま');
    """
    assert [(text, call) for _, text, call, _ in scripts.texts(module) if text] == [
        ("と", ""),
        ("承認{n}件", "t"),
        ("内の", ""),
        ("y", "t"),
        ("z", "t"),
        ("人は{a}", "pieces"),
        ("p", "h"),
        ("全部", "t"),
        ("そのまま", ""),
    ]
