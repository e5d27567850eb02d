"""Spoken texts as files in an exchange folder: for a radio station, a broadcast system, a telephone machine.

Each utterance is two files with one name: ``.txt`` with the words, names and figures in kana, and ``.ssml``. A newer
revision takes the place of the older one; what has ended or run out is removed.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, field_validator

from feeds.status import Status
from rules.alert import Alert
from rules.voice.form import FORMS
from rules.voice.japanese import Readings
from rules.voice.script import Utterance, utterances
from rules.voice.ssml import ssml
from rules.voice.tongue import TONGUES
from services.channels.admission import refusal
from services.channels.channel import Cause, Delivery, Outcome, Payload, Progress, Verdict
from services.channels.keeping import Look
from services.channels.marks import turn_mark
from services.channels.proof import Proof

MEDIA_TYPE = "application/ssml+xml"
_NAME = re.compile(r'<meta name="shirase-name" content="([a-z]+-[a-z]{2}-\d{1,4})"/>')
_OURS = re.compile(r"shirase-[^/]+\.[a-z]+-[a-z]{2}-\d+\.(?:txt|ssml)")
_HALF = re.compile(rf"\.{_OURS.pattern}\.part")
_TITLES = {"radio": "ラジオ", "loudspeaker": "屋外拡声", "telephone": "電話"}


class Config(BaseModel):
    """One exchange folder. Whoever plays the files watches it, or is sent what is in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(description="exists already, so that a share that is not mounted is noticed")
    forms: tuple[str, ...] = ("radio",)
    languages: frozenset[str] = frozenset({"ja"})
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})

    @field_validator("forms")
    @classmethod
    def _known_forms(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _known(value, FORMS)

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: frozenset[str]) -> frozenset[str]:
        return frozenset(_known(sorted(value), TONGUES))


class Voice:
    """The channel ``voice``."""

    name = "voice"

    def __init__(self, config: Config, readings: Readings | None = None) -> None:
        self.statuses, self._config = config.statuses, config
        self._readings = readings or Readings()
        self._swept = False  # of what an earlier process left half written

    def render(self, alert: Alert) -> Payload:
        """A text and its SSML for each utterance, in the order in which they are played.

        Raises ValueError where a sentence is too long to be said.
        """
        said = spoken(alert, self._config.forms, self._config.languages, self._readings)
        return Payload(
            media_type=MEDIA_TYPE,
            parts=tuple(part for one in said for part in (f"{one.text}\n", ssml(one))),
            counts=tuple(count for one in said for count in (_told(one), "SSML")),
        )

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:  # noqa: ARG002
        """Write the files; a repeat writes the same ones again."""
        if never := refusal(delivery, self.statuses, now):
            return never
        if delivery.status is not Status.ACTUAL and not _says_it_is_a_drill(delivery):
            detail = f"an utterance of an alert of status {delivery.status} does not say so first and last"
            return Outcome(verdict=Verdict.REJECTED, detail=detail, cause=Cause.OURS)
        files = _files(delivery.series, delivery.payload)
        try:
            await asyncio.to_thread(self._replace, delivery.series, files)
        except OSError as error:
            detail = f"{self._config.folder} cannot be written ({error.strerror or type(error).__name__}); is it there?"
            return Outcome(verdict=Verdict.LATER, detail=detail, cause=Cause.OURS)
        return Outcome(verdict=Verdict.ACCEPTED, remote_id=next(iter(files)), detail=f"{len(files)} files")

    async def keep(self, look: Look) -> bool:
        """Put back files that are gone, remove those of alerts that are over; once, what a kill left half written."""
        present = await asyncio.to_thread(self._present)
        view = await look()
        still = [one for one in view.shown if one.series not in view.moving]
        wanted = {name: text for one in still for name, text in _files(one.series, one.payload).items()}
        moving = tuple(f"{_stem(series)}." for series in view.moving)
        over = {name for name in present - wanted.keys() if not name.startswith(moving)}
        return await asyncio.to_thread(self._settle, wanted, over)

    async def prove(self, alert: Alert, now: datetime) -> Proof:  # noqa: ARG002
        """The text can be said and the folder written to; what a studio would play is left as it is."""
        try:
            parts = self.render(alert).parts
            await asyncio.to_thread(self._try_folder)
        except ValueError as error:
            return Proof(fault=f"試験の文面を読み上げられません：{error}")
        except OSError as error:
            return Proof(fault=f"{self._config.folder} に書けません（{error.strerror or type(error).__name__}）")
        proven = ("フォルダーに書けた", f"読み上げ文を{len(parts)}本作れた")
        return Proof(proven=proven, unproven=("放送局が拾って読むこと",))

    def _try_folder(self) -> None:
        half = self._config.folder / ".selftest.part"
        half.write_text("selftest\n", encoding="utf-8")
        half.unlink()

    async def close(self) -> None:
        """Nothing is open."""

    def _replace(self, series: str, files: Mapping[str, str]) -> None:
        self._write(files)
        old = f"{_stem(series)}."
        self._remove(name for name in self._present() if name.startswith(old) and name not in files)

    def _settle(self, wanted: Mapping[str, str], over: Set[str]) -> bool:
        wrong = {name: text for name, text in wanted.items() if self._read(name) != text}
        self._write(wrong)
        self._remove(over)
        if not self._swept:
            self._remove(file.name for file in self._config.folder.iterdir() if _HALF.fullmatch(file.name))
            self._swept = True
        return bool(wrong or over)

    def _read(self, name: str) -> str | None:
        """None where it is gone."""
        try:
            return (self._config.folder / name).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None

    def _present(self) -> set[str]:
        return {file.name for file in self._config.folder.iterdir() if _OURS.fullmatch(file.name)}

    def _write(self, files: Mapping[str, str]) -> None:
        """Whole or not at all: who watches the folder never sees half a file."""
        for name, text in files.items():
            half = self._config.folder / f".{name}.part"
            with half.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self._config.folder / name)

    def _remove(self, names: Iterable[str]) -> None:
        for name in names:
            (self._config.folder / name).unlink(missing_ok=True)


def spoken(alert: Alert, forms: Sequence[str], languages: Iterable[str], readings: Readings) -> list[Utterance]:
    """All utterances of an alert in these forms, and in those of the languages that it has."""
    turn = turn_mark(alert)
    return [
        one
        for form in forms
        for language in sorted({*languages} & alert.texts.keys(), key=list(TONGUES).index)
        for one in utterances(alert, FORMS[form], language, turn, readings)
    ]


def _files(series: str, payload: Payload) -> dict[str, str]:
    """File name → content. The SSML of each pair tells the name of both."""
    files: dict[str, str] = {}
    for text, document in zip(payload.parts[::2], payload.parts[1::2], strict=True):
        found = _NAME.search(document)
        if found:
            files |= {f"{_stem(series)}.{found[1]}.{end}": part for end, part in (("txt", text), ("ssml", document))}
    return files


def _stem(series: str) -> str:
    return f"shirase-{quote(series, safe='')[:150].replace('.', '%2E')}"


def _says_it_is_a_drill(delivery: Delivery) -> bool:
    said = tuple(tongue.drills[delivery.status] for tongue in TONGUES.values())
    texts = [part.strip() for part in delivery.payload.parts[::2]]
    return all(text.startswith(said) and text.endswith(said) for text in texts)


def _told(one: Utterance) -> str:
    page = f" {one.page}/{one.pages}" if one.pages > 1 else ""
    return f"{_TITLES[one.form.name]}（{one.language}）{page} 約{one.seconds:.0f}秒"


def _known(names: Sequence[str], table: Mapping[str, object]) -> tuple[str, ...]:
    strange = [name for name in names if name not in table]
    if strange or not names:
        raise ValueError(f"must name some of {', '.join(table)}" + (f", not {', '.join(strange)}" if strange else ""))
    return tuple(names)
