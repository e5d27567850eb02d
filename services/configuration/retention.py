"""The section ``[retention]``: how many days each kind of record is kept. Some sections of their own say it too."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Retention(BaseModel):
    """Days; 0 keeps for ever. A city writes here what its own rules on documents (文書管理規程) say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # The record of what was decided and told.
    alerts_days: int = Field(default=3653, ge=0)
    drills_days: int = Field(default=400, ge=0)
    chronology_days: int = Field(default=3653, ge=0)
    copies_days: int = Field(default=60, ge=0)
    calls_days: int = Field(default=1096, ge=0)
    cullings_days: int = Field(default=3653, ge=0)
    silences_days: int = Field(default=1096, ge=0)
    musters_days: int = Field(default=1096, ge=0)
    muster_answers_days: int = Field(default=90, ge=7, le=1096)  # health and families: never for ever
    # What it rests on.
    readings_days: int = Field(default=1096, ge=0)
    telegrams_days: int = Field(default=1096, ge=0)
    hazards_days: int = Field(default=400, ge=0)
    reports_days: int = Field(default=180, ge=0)
    reporters_days: int = Field(default=30, ge=1, le=90)  # after the case has ended
    reporters_latest_days: int = Field(default=90, ge=7, le=180)  # after they came, whatever became of the case
    reporter_looks_days: int = Field(default=1096, ge=366)
    backups_days: int = Field(default=1096, ge=366)  # after a copy was destroyed
    requests_days: int = Field(default=1096, ge=0)
    damage_days: int = Field(default=3653, ge=0)
    matters_days: int = Field(default=3653, ge=0)
    fixes_days: int = Field(default=400, ge=0)
    work_days: int = Field(default=1827, ge=0)
    quarantine_days: int = Field(default=90, ge=0)
    archives_days: int = Field(default=1827, ge=0)  # of open data, to download
    # People who are watched over.
    watch_days: int = Field(default=31, ge=0)
    watch_log_days: int = Field(default=1096, ge=0)
    # What keeps the hub in order.
    spending_days: int = Field(default=1827, ge=0)
    outages_days: int = Field(default=1096, ge=0)
    past_days: int = Field(default=3, ge=0)
    selftests_days: int = Field(default=1096, ge=0)

    def kept(self, name: str) -> timedelta | None:
        """How long; None: for ever."""
        days = int(getattr(self, f"{name}_days"))
        return timedelta(days=days) if days else None

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        for name, (least, why) in _LEAST.items():
            if 0 < getattr(self, name) < least:
                raise ValueError(f"{name}: at least {least}, or 0 for ever: {why}")
        if self.chronology_days and (not self.alerts_days or self.chronology_days < self.alerts_days):
            raise ValueError("chronology_days: at least alerts_days, or 0 for ever: it tells what became of each alert")
        if self.hazards_days and self.alerts_days and self.hazards_days > self.alerts_days:
            raise ValueError("hazards_days: at most alerts_days: what no alert spoke of is not kept longer than alerts")
        return self


_LEAST = {
    "alerts_days": (366, "series run on, and staff look a winter back"),
    "drills_days": (31, "a drill is talked over before it goes"),
    "copies_days": (45, "digests may still want them"),
    "calls_days": (31, "staff look back"),
    "silences_days": (31, "staff look back"),
    "musters_days": (31, "staff look back"),
    "readings_days": (400, "a winter is compared with the one before"),
    "telegrams_days": (400, "ground that a strong earthquake shook bears less rain for a year"),
    "hazards_days": (31, "verification and staff look back"),
    "reports_days": (91, "gatherings of theft look 90 days back"),
    "requests_days": (31, "residents follow what became of theirs"),
    "matters_days": (366, "what the headquarters did is looked into within the year"),
    "damage_days": (366, "the loss is reported, and aid asked for, within the year"),
    "fixes_days": (31, "passes are worked out of them"),
    "work_days": (400, "a contract is settled by them after the winter"),
    "archives_days": (400, "a winter is compared with the one before"),
    "quarantine_days": (7, "somebody has to see what could not be read"),
    "watch_days": (7, "a desk talks over what happened"),
    "watch_log_days": (366, "somebody may ask who looked at them"),
    "spending_days": (1099, "the forecast of costs rests on three years"),
    "outages_days": (31, "staff look back"),
    "past_days": (3, "the console shows every instant of the last 48 hours"),
    "selftests_days": (100, "a channel's last trial is shown"),
}
