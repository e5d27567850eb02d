"""An alert as utterances: what, where, when, what to do; of a drill first and last that it is one.

The words come from the alert's own headline and instruction, so that voice, posts and map say the same. Every place is
spoken: where they do not fit into one utterance, several follow, and each stands alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rules.alert import Alert, Place
from rules.marks import MARKS
from rules.voice.form import Form
from rules.voice.japanese import Readings, Said
from rules.voice.tongue import TONGUES, Tongue
from rules.wording.templates import names

_LONGEST = 30.0  # seconds of one sentence; nobody remembers how a longer one began


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What is said in one go."""

    form: Form
    language: str
    page: int  # from 1
    pages: int
    identifier: str  # of the alert
    status: str
    seconds: float  # it takes about so long
    sentences: tuple[tuple[Said, ...], ...]

    @property
    def name(self) -> str:
        """``radio-ja-1``: for files."""
        return f"{self.form.name}-{self.language}-{self.page}"

    @property
    def text(self) -> str:
        """The words for a machine, names and figures in kana, a sentence a line."""
        return "\n".join("".join(piece.kana for piece in one) for one in self.sentences)

    @property
    def written(self) -> str:
        """The words for an announcer, a sentence a line."""
        return "\n".join("".join(piece.written for piece in one) for one in self.sentences)


def utterances(alert: Alert, form: Form, language: str, turn: str, readings: Readings) -> tuple[Utterance, ...]:
    """The alert in a language (``ja`` or ``en``), as many utterances as its places need.

    ``turn`` is the Japanese mark of what the revision is: 【更新】, 【解除】 and so on, empty for a first issue. Raises
    ValueError with the cure where a sentence is too long to be said, and KeyError where the alert lacks the language.
    """
    told = _Telling(alert, form, TONGUES[language], turn, language)
    bodies = [*told.bodies()]
    return tuple(told.utterance(body, page, len(bodies), readings) for page, body in enumerate(bodies, 1))


@dataclass(frozen=True)
class _Telling:
    alert: Alert
    form: Form
    tongue: Tongue
    turn: str
    language: str

    def bodies(self) -> Iterator[list[str]]:
        """Of each utterance what may be repeated: what, where, and as much of what to do as there is room for."""
        if self.alert.correction.get(self.language):
            yield self._corrected()
            return
        what, (first, *more) = self._what(), self._to_do()
        left = [*self._unsaid(what)]
        while True:
            taken = len(left)
            while taken > 1 and not self._fits([*self._told(what, left[:taken]), first]):
                taken -= 1
            body = [*self._told(what, left[:taken]), first]
            left = left[taken:]
            if not self._fits(body):
                whole = f"headline, a place and the first sentence of what to do in {self.alert.identifier}"
                raise ValueError(f"{whole} take over {self.form.seconds:.0f} s ({self.form.name}); write them shorter")
            yield [*body, *self._rest(body, more)]
            if not left:
                return

    def _corrected(self) -> list[str]:
        """A correction alone, so that nobody takes it for a new alert."""
        body = self._sayable([*self.tongue.sentences(self._bare(self.alert.correction[self.language]))], "correction")
        if not self._fits(body):
            raise ValueError(f"the correction in {self.alert.identifier} takes too long to say; write it shorter")
        return body

    def utterance(self, body: Sequence[str], page: int, pages: int, readings: Readings) -> Utterance:
        twice = self._whole(body, twice=True)
        fits = not self.form.once and (self.form.twice or self._seconds(twice) <= self.form.seconds)
        said = twice if fits else self._whole(body, twice=False)
        return Utterance(
            form=self.form,
            language=self.language,
            page=page,
            pages=pages,
            identifier=self.alert.identifier,
            status=self.alert.status.value,
            seconds=self._seconds(said),
            sentences=tuple(self.tongue.pieces(sentence, readings) for sentence in said),
        )

    @cached_property
    def frame(self) -> list[str]:
        """What is said before anything else."""
        opening = self.tongue.opened(self.alert.sent, self.alert.sender_name)
        turn = self.tongue.turns.get(self.turn, "")
        return [*self._drill(), *self.tongue.sentences(opening), *([turn] if turn else [])]

    def _drill(self) -> list[str]:
        drill = self.tongue.drills.get(self.alert.status)
        return [drill] if drill else []

    def _what(self) -> list[str]:
        """The headline, without the marks that the frame says."""
        text = self._bare(self.alert.texts[self.language].headline)
        return self._sayable(list(self.tongue.sentences(text)), "headline")

    def _bare(self, text: str) -> str:
        """A text without the marks, and the word, that the frame says already: 【解除】, "All clear: …"."""
        for mark in (*self.tongue.turns, *(japanese for japanese, _ in MARKS.values() if japanese)):
            text = text.replace(mark, "")
        said = self.tongue.turns.get(self.turn, "").rstrip("。.")
        return text[len(said) :] if said and text.lower().startswith(said.lower()) else text

    def _to_do(self) -> list[str]:
        """What to do. Where sentences are few, those that ask for something go first."""
        text = self.alert.texts[self.language]
        found = list(self.tongue.sentences(text.instruction or text.short))
        if self.form.sentences:
            found = [one for one in found if self.tongue.asks.search(one)] or found
        return self._sayable(found, "instruction")

    def _sayable(self, found: list[str], part: str) -> list[str]:
        where = f"texts.{self.language}.{part} of {self.alert.identifier}"
        if not found:
            raise ValueError(f"{where} has no words that could be spoken; write some")
        longest = max(map(self.tongue.seconds, found))
        if longest > _LONGEST:
            raise ValueError(f"a sentence of {where} takes {longest:.0f} s to say, over {_LONGEST:.0f}; divide it")
        return found

    def _unsaid(self, what: Sequence[str]) -> Iterator[str]:
        said = "".join(what)
        for name in self._names(self.alert.places):
            if name not in said:
                yield name

    def _names(self, places: Sequence[Place]) -> list[str]:
        found = (self.tongue.sentences(name) for name in dict.fromkeys(names(places, self.language)))
        return [one[0].rstrip("。.") for one in found if one]

    def _told(self, what: Sequence[str], places: Sequence[str]) -> list[str]:
        """What and where; in one sentence where sentences are few."""
        found = [*what, *self._where(places)]
        if not self.form.sentences:
            return found
        return [self.tongue.joint.join(one.rstrip("。.") for one in found) + found[-1][-1]]

    def _where(self, places: Sequence[str]) -> list[str]:
        pattern = self.tongue.where_over if self.alert.ends else self.tongue.where
        joint = self.tongue.joint
        found = [pattern.format(places=joint.join(places))] if places else []
        return found + ([self.tongue.lifted.format(places=joint.join(self.lifted))] if self.lifted else [])

    @cached_property
    def lifted(self) -> list[str]:
        """Names of the areas where the danger is over though it goes on elsewhere."""
        return self._names(self.alert.lifted)

    def _rest(self, body: list[str], more: Sequence[str]) -> list[str]:
        found: list[str] = []
        limit = self.form.sentences - len(body) if self.form.sentences else len(more)
        for sentence in more[: max(0, limit)]:
            if not self._fits([*body, *found, sentence]):
                break
            found.append(sentence)
        return found

    def _fits(self, body: Sequence[str]) -> bool:
        return self._seconds(self._whole(body, self.form.twice)) <= self.form.seconds

    def _whole(self, body: Sequence[str], twice: bool) -> list[str]:
        again = [self.tongue.again, *body] if twice else []
        return [*self.frame, *body, *again, *self._drill()]

    def _seconds(self, said: Sequence[str]) -> float:
        pauses = self.form.pause_ms / 1000 * len(said)
        return sum(map(self.tongue.seconds, said)) * self.form.slowness + pauses
