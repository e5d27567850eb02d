"""Settings: the profile, the files of SHIRASE_SETTINGS, those given with --settings, SHIRASE_…; later ones win.

What a city changes lives here and in its profile folder; code never knows a town. Secrets come from files: a value
written as ``{ file = "PATH" }`` is replaced by the content of that file, so that no secret stands in a settings file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    model_validator,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from rules.wording.languages import LANGUAGES
from services.callout.roster import Callout
from services.channels.budget.account import Winters
from services.channels.budget.tariff import Own
from services.configuration.accounts import Accounts
from services.configuration.approvals import Approvals
from services.configuration.files import SettingsError, laid_over, of_environment, read
from services.configuration.gateways import Broker, Flood, Gateway
from services.configuration.line_talk import LineTalk
from services.configuration.listening import Listening
from services.configuration.minimal import Minimal
from services.configuration.muster import Mustering
from services.configuration.open311 import Open311
from services.configuration.open_data import OpenData
from services.configuration.outgoing import Outgoing
from services.configuration.plow import Plow
from services.configuration.predicting import Predicting
from services.configuration.reporters import Reporters
from services.configuration.reports import Reports
from services.configuration.retention import Retention
from services.configuration.sources import LalertReceiver, Poll, Source
from services.configuration.subscriptions import Subscribing
from services.configuration.watch import Watching
from services.web.behind import Proxies

__all__ = ["Settings", "SettingsError", "load"]  # and the sections


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class City(_Strict):
    """Who we speak for."""

    code: str = Field(pattern=r"^\d{5}$")  # JIS X 0402
    name: str
    name_en: str
    sender: str  # CAP sender: a domain or mail address, no spaces
    sender_name: str
    sender_name_en: str
    web: str
    contact: str = ""
    languages: tuple[str, ...] = tuple(LANGUAGES)  # that alerts are written in, beside Japanese


class Signing(_Strict):
    """The key that signs CAP documents, and its certificate, both PEM; further certificates behind it go along."""

    key: SecretStr
    certificate: str


class Skill(_Strict):
    """How long it is remembered what was foretold, and what came of it."""

    kept_days: int = Field(default=400, ge=31, le=3660)

    @property
    def kept(self) -> timedelta:
        return timedelta(days=self.kept_days)


class Why(_Strict):
    """How long it is remembered why something was not sent."""

    kept_days: int = Field(default=90, ge=1, le=3660)

    @property
    def kept(self) -> timedelta:
        return timedelta(days=self.kept_days)


class SelfTest(_Strict):
    """How often every channel is tried by itself; 0: only when somebody says ``shirase selftest``. Not set: each month,
    and only what sends nothing (``services/selftest/schedule.py``)."""

    every_days: int | None = Field(default=None, ge=0, le=92)


class Web(_Strict):
    """Where the pages are served."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    base_url: str = ""  # how others reach it; empty: http://HOST:PORT
    https: bool = False  # a proxy in front ends TLS: cookies say so
    certificate: Path | None = None  # PEM, of the hub itself: then it ends TLS, and nobody has to stand in front
    key: Path | None = None
    proxies: tuple[IPvAnyNetwork, ...] = ()  # that stand in front; none named: one on this machine or a private net
    offline: bool = True  # browsers keep the last public page; no: those that kept one delete it at their next visit

    @property
    def behind(self) -> Proxies | None:
        """The proxies that end TLS for us; None where nobody stands in front."""
        return Proxies(self.proxies) if self.https and not self.certificate else None

    @property
    def secure(self) -> bool:
        """True where browsers come by TLS, wherever it ends."""
        return self.https or self.certificate is not None

    @property
    def address(self) -> str:
        """How others reach the pages."""
        return self.base_url or f"{'https' if self.certificate else 'http'}://{self.host}:{self.port}"

    @model_validator(mode="after")
    def _certificate_and_key(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together")
        return self


class Exercise(_Strict):
    """An exercise: hub time starts in the past and runs fast until it has caught up."""

    start: AwareDatetime  # hub time at the beginning
    began: AwareDatetime  # wall time at the beginning; whoever plays the exercise uses the same
    speed: float = Field(gt=0, le=5000)
    outboxes: dict[str, str] = {}  # name → address where the played outside service shows what it received


class Settings(_Strict):
    """Everything that can be set."""

    city: City
    profile: Path  # folder with areas, stations, layers, rules
    data_dir: Path = Path("var")
    database: str = ""  # empty: SQLite under data_dir
    database_patience_s: float = Field(default=900, ge=1, le=86_400)  # at a start, for another that updates the tables
    database_password: SecretStr = SecretStr("")  # of PostgreSQL, where the address has none
    layers: list[str] = []  # files under profile/layers; imported ones come by themselves
    rules: list[Path] = []  # further folders of rules; a later rule of the same id replaces an earlier one
    public_exercise: bool = False  # may residents see exercise alerts? only a demonstration says yes
    public_forecasts: bool = False  # may residents see what our own models foresee? In Japan that needs a licence
    channels: dict[str, dict[str, Any]] = {}
    winter: Winters | None = None  # for the forecast of what channels will cost
    budget: dict[str, Own] = {}  # channel → what the city's own contract says of prices and limits
    signing: Signing | None = None
    gateways: dict[str, Gateway] = {}
    flood: Flood = Flood()
    broker: Broker | None = None
    outgoing: Outgoing = Outgoing()
    poll: Poll | None = None
    sources: list[Source] = []
    listening: Listening = Listening()
    lalert: LalertReceiver | None = None
    web: Web = Web()
    reports: Reports = Reports()
    reporters: Reporters = Reporters()
    line: LineTalk | None = None  # residents tell by it; to tell them is [channels.line]
    open311: Open311 = Open311()
    open: OpenData = OpenData()
    subscriptions: Subscribing | None = None
    predict: Predicting = Predicting()
    skill: Skill = Skill()
    why: Why = Why()
    retention: Retention = Retention()
    accounts: Accounts = Accounts()
    selftest: SelfTest = SelfTest()
    plow: Plow = Plow()
    approval: Approvals = Approvals()
    callout: Callout = Callout()
    watch: Watching | None = None  # people who are watched over; None: nobody is
    muster: Mustering | None = None
    minimal: Minimal | None = None  # None: none is prepared
    exercise: Exercise | None = None
    log_level: str = "INFO"

    @model_validator(mode="after")
    def _no_real_news_in_an_exercise(self) -> Self:
        if self.poll and self.exercise:
            raise ValueError("poll and exercise exclude each other: real telegrams would raise real alerts in a drill")
        if self.sources and self.exercise:
            raise ValueError("sources and exercise exclude each other: real values have no place in a drill")
        if self.listening.sources and self.exercise:
            raise ValueError("listening and exercise exclude each other: what people really see is no part of a drill")
        if self.lalert and self.exercise:
            raise ValueError("lalert and exercise exclude each other: real documents have no place in a drill")
        if self.broker and self.exercise:
            raise ValueError("broker and exercise exclude each other: an exercise runs on a broker of its own")
        if self.exercise and self.channels.get("mqtt", {}).get("host"):  # it would take down what the real hub hung up
            raise ValueError("channels.mqtt.host and exercise exclude each other: leave host out in an exercise")
        return self

    @model_validator(mode="after")
    def _subscribers_have_a_key(self) -> Self:
        if self.subscriptions is None and (telling := {"mail", "push"} & self.channels.keys()):
            raise ValueError(f"channels.{min(telling)} tells subscribers: write [subscriptions] with its key")
        if self.subscriptions and "mail" in self.channels and not self.web.base_url:
            raise ValueError("channels.mail needs [web] base_url: every mail has a link to leave by")
        return self

    @model_validator(mode="after")
    def _line_leads_to_pages(self) -> Self:
        if self.line and not (self.web.base_url and self.reports.public):
            raise ValueError("line needs [web] base_url and [reports] public = true: every answer has a link to follow")
        return self

    @property
    def asks(self) -> bool:
        """True where there is anybody to ask: the service ``poll`` has work."""
        return self.poll is not None or bool(self.sources) or bool(self.listening.sources)

    @property
    def database_url(self) -> str:
        """The whole address, its password included: never for a log."""
        if not self.database:
            return f"sqlite+aiosqlite:///{self.data_dir / 'shirase.db'}"
        password = self.database_password.get_secret_value()
        return _with_password(self.database, password) if password else self.database


def load(files: Iterable[Path] = (), environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings. Raises SettingsError with every fault at once."""
    environment = os.environ if environment is None else environment
    folder, *named = files_of(files, environment)
    merged: dict[str, Any] = {"profile": str(folder)}
    for file in [folder / "profile.toml", *named]:
        merged = laid_over(merged, read(file))
    merged = laid_over(merged, of_environment(environment))
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise SettingsError(f"settings of {folder}: {faults}") from None


def files_of(files: Iterable[Path] = (), environment: Mapping[str, str] | None = None) -> list[Path]:
    """The profile's folder, and the files of settings that are laid over its own, in their order."""
    environment = os.environ if environment is None else environment
    named = [Path(one) for one in environment.get("SHIRASE_SETTINGS", "").split(os.pathsep) if one]
    return [Path(environment.get("SHIRASE_PROFILE", "config/morioka")), *named, *files]


def _with_password(database: str, password: str) -> str:
    try:
        return make_url(database).set(password=password).render_as_string(hide_password=False)
    except (ArgumentError, ValueError):
        return database  # whoever opens it tells what is wrong with it
