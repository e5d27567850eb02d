"""People to be told, and a book of them in memory with the promises of the real one."""

from __future__ import annotations

from collections.abc import Sequence

from services.channels.channel import Delivery
from services.channels.people.book import Fate, Person, Said, Tally


def person(number: int = 1, **changes: str) -> Person:
    facts = {"address": f"p{number}@example.jp", "language": "ja", "uid": f"uid-{number:012}"}
    links = {name: f"https://city.example/subscribe/{name}?t={number}" for name in ("mine", "leave")}
    return Person(id=number, **{**facts, **links, **changes})


class MemoryBook:
    """Everybody at once, whatever the delivery. ``said`` keeps the last word on each."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = list(people)
        self.said: dict[int, Said] = {}
        self._begun: set[int] = set()

    async def begin(self, delivery: Delivery) -> None:
        again = {Fate.LATER, Fate.UNKNOWN, Fate.UNREACHED, Fate.LEFT, Fate.HELD}
        self._begun = {number for number, said in self.said.items() if said.fate not in again}

    async def next(self, delivery: Delivery, limit: int) -> Sequence[Person]:
        due = [one for one in self.people if one.id not in self._begun][:limit]
        self._begun |= {one.id for one in due}
        return due

    async def record(
        self, delivery: Delivery, results: Sequence[tuple[Person, Said]], going: Sequence[Person] = ()
    ) -> None:
        self.said |= {one.id: said for one, said in results}

    async def tally(self, delivery: Delivery) -> Tally:
        fates = [said.fate for said in self.said.values()]
        refused = sum(fate in (Fate.REFUSED, Fate.BOUNCED, Fate.GONE) for fate in fates)
        told, unknown = fates.count(Fate.TOLD), fates.count(Fate.UNKNOWN)
        codes = [said.code for said in self.said.values() if said.fate is not Fate.TOLD]
        waiting = len(fates) - told - refused
        # Asked again later, as the real book would; nobody here waits for it.
        next_at = delivery.expires if waiting else None
        return Tally(
            told=told, refused=refused, waiting=waiting, unknown=unknown, next_at=next_at, why=(codes or [""])[0]
        )
