"""What of the archives a backup takes: what the store could not make again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from services.archive.irreplaceable import irreplaceable
from services.archive.period import Period
from services.backup.files import chosen
from services.configuration.retention import Retention
from services.store.archives import Archived
from tests.services.making import NOW


def row(kind: str, period: str, sha256: str = "ab") -> Archived:
    of = Period.of(period)
    told = {"content": "", "bytes": 1, "rows": 1, "head": 0, "version": 1, "before": "", "withheld": ""}
    return Archived(kind=kind, period=period, begins=of.begins, ends=of.ends, sha256=sha256, made_at=NOW,
                    looked_at=NOW, **told)  # type: ignore[arg-type]  # fmt: skip


def test_days_that_the_store_forgets_and_nothing_that_it_makes_again() -> None:
    kept = Retention(readings_days=400)
    old = str((NOW - timedelta(days=380)).date())  # in 20 days nobody can make it any more
    rows = [
        row("readings", old),
        row("readings", "2026-11-01"),
        row("readings", old[:7]),
        row("readings", "2025-01-01", sha256=""),
        row("alerts", "2020-01-01"),
        row("animals", "2020-01-01"),
        row("a-kind-of-yesterday", old),
    ]
    assert list(irreplaceable(rows, kept, NOW)) == [f"archive/readings/{old}.ab"]


def test_the_folder_itself_does_not_go_along(tmp_path: Path) -> None:
    for name in ("archive/readings/2026-11-01.ab", "layers/a.fgb"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(b"x")
    assert [str(one) for one in chosen(tmp_path)] == ["layers/a.fgb"]
