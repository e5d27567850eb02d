"""One stop of the walk: where, what is done there first, and how much is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from playwright.async_api import Page

Act: TypeAlias = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Stop:
    """A page, or a state of the page where the walk stands."""

    name: str
    path: str = ""  # with {names} of the hub's links; empty: we are there already
    act: Act | None = None  # what a person does to bring it about
    leads: str = ""  # where that leads to, if it is another address
    part: str = ""  # CSS of all that is new: axe looks at nothing else, and nothing is printed
    ready: str = ""  # the word that the page's script writes on its body when it has done its work
    undo: str = ""  # a key that ends the state
    room: bool = False  # it hangs on the wall of a room, too
    like: str = ""  # the stop of the same template that is asked everything; `make drill` asks it of this one too


def desk(name: str, path: str, ready: str = "story", act: Act | None = None, leads: str = "", like: str = "") -> Stop:
    """A page of the desk. Most of them load the small script that says ``story``."""
    return Stop(name, f"/ops/{path}", act, ready=ready, leads=leads and f"/ops/{leads}", like=like)


def follow(address: str) -> Act:
    """The first link that begins so."""

    async def act(page: Page) -> None:
        await page.locator(f"main a[href^='{address}']").first.click()

    return act


def click(words: str, *, role: str = "button", exact: bool = False) -> Act:
    """A press on what has this name."""

    async def act(page: Page) -> None:
        await page.get_by_role(role, name=words, exact=exact).first.click()  # type: ignore[arg-type]

    return act


async def unfold(page: Page) -> None:
    """Everything that is folded, opened."""
    await page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
