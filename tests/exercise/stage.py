"""Setting the stage: fresh data, played outside services, settings of the exercise, two people who may log in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.clock import CatchUpClock, wall
from services.store import users
from services.store.engine import Store
from services.store.users import SPENT, Account, Role
from services.web.auth_password import hash_password, new_password
from tests.exercise.officer import CHIEF
from tests.fakes.accounts import accounts
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX

MARKER = "THIS-IS-AN-EXERCISE"
GATEWAYS = ("river", "snow", "police", "jma-relay", "plows")
CONTRACTORS = """
[plow.contractors.demo-east]
name = "実演 東部除雪共同企業体"
sections = ["plow-chuo"]
[plow.contractors.demo-west]
name = "実演 西部除雪"
sections = ["plow-chuo", "plow-kita", "plow-nishi"]
[plow.contractors.demo-north]
name = "実演 北部除雪"
sections = ["plow-tamayama", "plow-matsuzono"]
"""  # of the plow sections; no such firm exists
DUMPS = """
[plow.dumps.demo-dump]
name_en = "Demonstration dump"
capacity_m3 = 2200
load_m3 = 30
hours = "09:00-16:00"
[plow.dumps.demo-dump-kita]
name_en = "Demonstration dump north"
capacity_m3 = 2200
load_m3 = 30
hours = "09:00-16:00"
"""  # small ones, so that the end is in sight


@dataclass(frozen=True)
class Stage:
    """What the player and the newcomer need to know."""

    data_dir: Path
    settings: Path
    passwords: Mapping[str, str]  # gateway → password
    logins: Mapping[str, str]  # person → one-time password
    resident_key: str  # of the application by which a resident asks for their street


async def set_stage(data_dir: Path) -> Stage:
    """Start from nothing: what an earlier exercise left is removed, and only that."""
    _clear(data_dir)
    return Stage(
        data_dir=data_dir,
        settings=data_dir / "settings.toml",
        passwords={name: new_password() for name in GATEWAYS},
        logins=await _people(data_dir),
        resident_key=new_password(),
    )


def write_settings(
    stage: Stage, port: int, clock: CatchUpClock, x: FakeX, linkage: FakeLinkage, mail_port: int
) -> None:
    """What the hub will read; nobody else can."""
    written = _settings(stage.data_dir, port, clock, stage.passwords, x, linkage) + CONTRACTORS + DUMPS
    written += _residents(mail_port)
    written += f"[open311.keys]\nexercise = {json.dumps(stage.resident_key)}\n"
    _write_private(stage.settings, written)


def _clear(data_dir: Path) -> None:
    if data_dir.exists() and any(data_dir.iterdir()):
        if not (data_dir / MARKER).exists():
            raise SystemExit(f"{data_dir} holds something that is not an exercise; nothing was touched. Move it away.")
        shutil.rmtree(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / MARKER).write_text("make run removes this folder every time it starts.\n", encoding="utf-8")
    imported = data_dir.parent / "layers"
    if imported.is_dir():  # official layers that were imported beside serve the exercise too
        (data_dir / "layers").symlink_to(imported.resolve())


def _settings(
    data_dir: Path,
    port: int,
    clock: CatchUpClock,
    passwords: Mapping[str, str],
    x: FakeX,
    linkage: FakeLinkage,
) -> str:
    """The settings file; JSON strings are TOML strings too."""
    q = json.dumps
    doors = "\n".join(
        f"[gateways.{name}]\npassword = {q(password)}\nstatus = 'Exercise'\ntelegram = {q(name == 'jma-relay')}"
        for name, password in passwords.items()
    )
    return f"""
data_dir = {q(str(data_dir))}
database = ""
public_exercise = true
[web]
port = {port}
base_url = {q(f"http://127.0.0.1:{port}")}
[exercise]
start = {clock.start.isoformat()}
began = {clock.began.isoformat()}
speed = {clock.speed}
[reports]
public = true
[budget.x]
money_a_month = 60
windows = []
[exercise.outboxes]
x = {q(x.url + "/timeline.json")}
linkage = {q(linkage.url.rsplit("/", 1)[0] + "/received")}
{accounts(x, linkage)}
{doors}
"""


def _residents(mail_port: int) -> str:
    """Residents may subscribe; their mails go to the stand-in on this machine and nowhere else."""
    return f"""
[subscriptions]
key = {json.dumps(new_password() + new_password())}
[channels.mail]
host = "127.0.0.1"
port = {mail_port}
security = "none"
sender = "exercise@city.example"
sender_name = "盛岡市（訓練）"
statuses = ["Exercise"]
"""


async def _people(data_dir: Path) -> dict[str, str]:
    logins = {"tantou": new_password(), "kachou": new_password()}
    store = await Store.open(f"sqlite+aiosqlite:///{data_dir / 'shirase.db'}")
    async with store.write() as connection:
        for name, password in logins.items():
            account = Account(
                name=name,
                role=Role.APPROVER,
                password=hash_password(password),
                one_time=True,
                revoked=False,
                created_at=wall(),
            )
            await users.add(connection, account)
        chief = Account(name=CHIEF, role=Role.APPROVER, password=SPENT, one_time=True, revoked=False, created_at=wall())
        await users.add(connection, chief)  # played by tests.exercise.officer; nobody can log in as them
    await store.close()
    return logins


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
