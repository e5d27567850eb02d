"""From the changes of hazards to the stories they tell, one thread for each place, model and level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from feeds.status import Status
from geo.station import Station
from geo.verification.promises import PROMISES, Promise, place
from geo.verification.stories import Sight, Story, ended, tell

_NO_COUNTERPART = Promise({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One change of a hazard as the hub wrote it down."""

    seq: int
    at: datetime  # when the hub knew
    status: Status
    model: str  # name@version
    kind: str
    area: str
    source: str
    level: int  # 0: ended
    observed: bool
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What a story is of. ``level`` is the one that was to be observed, 0 for a model that observes none."""

    status: Status
    model: str  # its name
    kind: str
    place: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story and where it is kept; ``id`` None: nowhere yet."""

    id: int | None
    thread: Thread
    version: str  # of the model when the story was last touched
    story: Story
    unfinished: bool = True

    @property
    def counted_at(self) -> datetime:
        """The time for which it counts: the event's, else the end of the warning, or its beginning while it stands."""
        one = self.story
        at = one.crossed_at or one.ended_at or one.warned_at
        assert at is not None, "an empty story is kept nowhere"
        return at


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step of a model said of one place: the highest level of its areas, foreseen and observed.

    None where nothing changed.
    """

    at: datetime
    status: Status
    model: str  # name@version
    kind: str
    place: str
    foreseen: int | None
    observed: int | None
    late: bool


def steps(changes: Iterable[Said]) -> list[Step]:
    """Changes in the order of their writing; those of one instant are of one step of the models."""
    found = []
    for at, together in groupby(changes, lambda said: said.at):
        places: dict[tuple[Status, str, str, str], list[Said]] = {}
        for said in together:
            where = place(said.area, said.source)
            places.setdefault((said.status, said.model, said.kind, where), []).append(said)
        found += [_step(at, some, where) for (_, _, _, where), some in places.items()]
    return found


def _step(at: datetime, some: Sequence[Said], where: str) -> Step:
    foreseen, observed = ([said for said in some if said.observed is side] for side in (False, True))
    return Step(
        at=at,
        status=some[0].status,
        model=some[0].model,
        kind=some[0].kind,
        place=where,
        foreseen=max((said.level for said in foreseen), default=None),
        observed=max((said.level for said in observed), default=None),
        late=any(said.late for said in observed),
    )


class Teller:
    """Goes on with the stories that may still change. ``changed`` are those that did."""

    def __init__(self, known: Mapping[Thread, Told], stations: Mapping[str, Station]) -> None:
        self._known, self._stations = dict(known), stations
        self._touched: dict[Thread, None] = {}
        self._done: list[Told] = []

    @property
    def changed(self) -> list[Told]:
        """What is to be written, finished stories first."""
        return [*self._done, *(self._known[thread] for thread in self._touched if thread in self._known)]

    def hear(self, step: Step) -> None:
        """Go on with every story that the step is about."""
        promise = PROMISES.get(_name(step.model), _NO_COUNTERPART)
        aim = None if step.foreseen is None else promise.aimed(step.foreseen)
        for level in promise.levels(self._stations.get(step.place)):
            warned = None if aim is None else aim >= level
            reached = None if step.observed is None else step.observed >= level
            self._tell(step, level, Sight(at=step.at, warned=warned, reached=reached, late=step.late))
        if promise is _NO_COUNTERPART and step.foreseen is not None:
            self._tell(step, 0, Sight(at=step.at, warned=step.foreseen > 0))

    def settle(self, now: datetime) -> None:
        """End what has been over for twelve hours."""
        for thread in list(self._known):
            self._end(thread, now)

    def _tell(self, step: Step, level: int, sight: Sight) -> None:
        thread = Thread(status=step.status, model=_name(step.model), kind=step.kind, place=step.place, level=level)
        self._end(thread, step.at)
        known = self._known.get(thread, Told(id=None, thread=thread, version=step.model, story=Story()))
        story = tell(known.story, sight)
        if story != known.story:
            self._known[thread] = replace(known, story=story, version=step.model)
            self._touched[thread] = None

    def _end(self, thread: Thread, now: datetime) -> None:
        known = self._known.get(thread)
        if known is None or not known.story.over(now):
            return
        done, following = ended(known.story)
        self._done.append(replace(known, story=done, unfinished=False))
        del self._known[thread]
        if not following.empty:
            self._known[thread] = replace(known, id=None, story=following)
            self._touched[thread] = None


def _name(model: str) -> str:
    return model.partition("@")[0]
