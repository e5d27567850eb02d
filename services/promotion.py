"""Taking a river model into use: written beside the old one, put in its place at once, told in the chronology."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from feeds.status import Status
from geo.river.forecast import RiverModel
from geo.river.model_file import told
from geo.river.trial import Trial
from services.store import chronology
from services.store.chronology import Entry
from services.store.engine import Store

_WHO = "shirase train river"


def promote(model: RiverModel, file: Path) -> None:
    """The file is the old model or the new one, whatever happens; the old one stays as ``….previous.json``."""
    new = _write(model, file.with_suffix(".new.json"))
    if file.exists():
        kept = file.with_suffix(".previous.new.json")
        shutil.copyfile(file, kept)
        kept.replace(file.with_suffix(".previous.json"))
    new.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def tell(store: Store, model: RiverModel, trial: Trial, now: datetime) -> None:
    """One line of the chronology."""
    known, (crps, brier) = model.provenance, trial.ratios
    assert known is not None
    rivals = {"in_use": "これまでのモデル", "extrapolation": "今の変化の外挿"}
    text = (
        f"河川の予測モデルを新しくした。{known.since:%Y-%m-%d}～{known.until:%Y-%m-%d}の観測から学習。"
        f"{rivals[trial.against]}に対する誤差：水位 {crps:.2f} 倍、確率 {brier:.2f} 倍"
    )
    entry = Entry(at=now, status=Status.ACTUAL, kind="system", who=_WHO, text=text, refs={"digest": known.digest})
    async with store.write() as connection:
        await chronology.append(connection, [entry])


def _write(model: RiverModel, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(told(model))
        file.flush()
        os.fsync(file.fileno())
    return path
