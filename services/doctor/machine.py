"""The machine under the hub: room, memory, its clock's zone, and who may read the files with secrets."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from services.disk import wanted_room
from services.doctor.finding import Finding, Grade
from services.settings import Settings

_LEAST_MEMORY = 200_000_000  # octets that can still be had
_ZONES = {0, -9 * 3600}  # UTC and Japan, as seconds west


def machine(settings: Settings, secrets: dict[str, object]) -> Iterator[Finding]:
    """``secrets``: the finding of ``shirase check`` on the files of the settings."""
    yield from folder(settings.data_dir)
    yield from memory(Path("/proc/meminfo"))
    if time.timezone not in _ZONES:
        yield Finding(
            "time_zone",
            Grade.WARNING,
            "この計算機の時間帯が日本でも UTC でもありません。控えなどの決まった時刻の仕事がずれます",
            "This machine's zone is neither Japan nor UTC: timers such as the backup's run at odd hours",
            "timedatectl set-timezone Asia/Tokyo",
        )
    open_to_all = secrets.get("too_open")
    for one in open_to_all if isinstance(open_to_all, list) else ():
        yield Finding(
            "secret_readable",
            Grade.WARNING,
            "秘密の入ったファイルを、ほかの利用者が読めます",
            "Others on this machine can read a file with a secret",
            f"chmod 600 {str(one).partition(':')[0].partition(' (')[0]}",
            about=str(one),
        )


def folder(data_dir: Path) -> Iterator[Finding]:
    """The data folder is there, can be written, and has room."""
    try:
        with tempfile.TemporaryFile(dir=data_dir):
            usage = shutil.disk_usage(data_dir)
    except OSError as error:
        why = error.strerror or type(error).__name__
        yield Finding(
            "data_folder",
            Grade.BROKEN,
            f"データのフォルダーに書けません（{why}）",
            f"The data folder cannot be written ({why})",
            "docs/store.md; SHIRASE_DATA_DIR",
            about=str(data_dir),
        )
        return
    if usage.free < wanted_room(usage.total):
        megabytes = f"{usage.free / 1e6:.0f} MB"
        yield Finding(
            "disk_full",
            Grade.BROKEN,
            f"ディスクの空きが {megabytes} しかありません。なくなると受信が止まります",
            f"Only {megabytes} are left on the disk; without room nothing is taken in",
            "docs/observability.md#shirasedisknearlyfull",
            about=str(data_dir),
        )


def memory(meminfo: Path) -> Iterator[Finding]:
    """What the kernel says can still be had; nothing where it does not say."""
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
    except OSError:
        return
    told = {line.partition(":")[0]: line.split()[1] for line in lines if len(line.split()) > 1}
    available = int(told.get("MemAvailable", "0")) * 1024
    if available and available < _LEAST_MEMORY:
        megabytes = f"{available / 1e6:.0f} MB"
        yield Finding(
            "memory",
            Grade.WARNING,
            f"使えるメモリーが {megabytes} しかありません",
            f"Only {megabytes} of memory can be had",
            "docs/growth.md",
        )


def certificate(of: str, until: datetime, now: datetime) -> Iterator[Finding]:
    """A certificate that has run out, or will within two weeks."""
    days = (until - now).total_seconds() / 86400
    if days < 14:
        over = days < 0
        yield Finding(
            "certificate",
            Grade.BROKEN if over else Grade.WARNING,
            f"証明書が {until:%Y-%m-%d} に{'切れました' if over else '切れます'}",
            f"A certificate {'ended' if over else 'ends'} on {until:%Y-%m-%d}",
            "docs/observability.md#shirasecertificateends",
            about=of,
        )
