"""Pages kept for a moment: made once for many, and never kept past a change."""

from __future__ import annotations

import asyncio

import pytest

from services.store.engine import Store
from services.web.public.kept import Kept
from tests.services.public.making import UCHIMARU, order, put
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine


async def test_of_many_who_ask_at_once_one_has_it_made_and_a_change_is_seen_at_once() -> None:
    now, made = [100.0], list[str]()

    async def make() -> str:
        await asyncio.sleep(0)
        made.append("page")
        return f"page {len(made)}"

    kept = Kept(lambda: now[0])
    assert set(await asyncio.gather(*(kept.page("a", 1, make) for _ in range(50)))) == {"page 1"}
    assert await kept.page("a", 2, make) == "page 2", "something changed"
    assert await kept.page("b", 2, make) == "page 3", "another page"
    now[0] += 3
    assert await kept.page("a", 2, make) == "page 4", "it is old"
    for number in range(500):
        await kept.page(number, 2, make)
    assert await kept.page("b", 2, make) == "page 505", "and no more than some are kept"


async def test_a_page_that_could_not_be_made_is_tried_again() -> None:
    async def fail() -> str:
        raise OSError("the store is away")

    async def make() -> str:
        return "page"

    kept = Kept()
    with pytest.raises(OSError, match="away"):
        await kept.page("a", 1, fail)
    assert await kept.page("a", 1, make) == "page"


async def test_what_was_issued_stands_on_the_page_at_once(store: Store) -> None:
    async with floor(store) as hub:
        visitor = await hub.visitor()
        before = (await visitor.get("/"))[1]
        await put(store, order(4, UCHIMARU))
        after = (await visitor.get("/"))[1]
    assert "避難指示 <span" not in before and 'class="headline" data-level="4"' in after
