"""Downloads from a real server on this machine: broken lines, other versions, too much, and what is no file at all."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from services.download import Downloader, DownloadError
from tests.fakes.files import FakeFiles, Trouble

NOW = datetime(2026, 8, 1, tzinfo=UTC)


def packed(seed: int, size: int = 600_000) -> bytes:
    """A zip that does not shrink."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.bin", random.Random(seed).randbytes(size))
    return file.getvalue()


FIRST, SECOND = packed(1), packed(2)


@pytest.fixture
async def server() -> AsyncIterator[FakeFiles]:
    fake = FakeFiles()
    fake.files["/ksj/A31b.zip"] = FIRST
    await fake.start()
    yield fake
    await fake.stop()


def downloader(tmp_path: Path, limit: int = 10_000_000, attempts: int = 4) -> Downloader:
    return Downloader(tmp_path, limit=limit, attempts=attempts, pause_s=0.0)


def left(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.rglob("*") if path.is_file())


async def test_a_file_with_its_note(server: FakeFiles, tmp_path: Path) -> None:
    got = await downloader(tmp_path).get(f"{server.base}/ksj/A31b.zip", NOW)
    assert got.path == tmp_path / "127.0.0.1" / "A31b.zip" and got.path.read_bytes() == FIRST
    note = json.loads((tmp_path / "127.0.0.1" / "A31b.zip.json").read_text(encoding="utf-8"))
    assert note["url"] == f"{server.base}/ksj/A31b.zip" and note["fetched_at"] == "2026-08-01T00:00:00+00:00"
    assert (note["sha256"], note["bytes"]) == (sha256(FIRST).hexdigest(), len(FIRST))
    assert left(tmp_path) == ["A31b.zip", "A31b.zip.json"]


async def test_what_is_here_is_not_fetched_again_until_it_changes(server: FakeFiles, tmp_path: Path) -> None:
    url, own = f"{server.base}/ksj/A31b.zip", downloader(tmp_path)
    first, again = await own.get(url, NOW), await own.get(url, NOW)
    assert (first.unchanged, again.unchanged, again.note) == (False, True, first.note)
    server.files["/ksj/A31b.zip"] = SECOND
    assert (await own.get(url, NOW)).path.read_bytes() == SECOND


@pytest.mark.parametrize("troubles", [["cut"], ["cut", "cut"], ["busy", "cut"], ["cut", "busy"]])
async def test_a_broken_line_is_taken_up_where_it_broke(
    server: FakeFiles, tmp_path: Path, troubles: list[Trouble]
) -> None:
    server.troubles.extend(troubles)
    got = await downloader(tmp_path).get(f"{server.base}/ksj/A31b.zip", NOW)
    assert got.path.read_bytes() == FIRST
    assert server.asked[-1].range.startswith("bytes=") and server.asked[-1].range != "bytes=0-"
    assert left(tmp_path) == ["A31b.zip", "A31b.zip.json"]


async def test_the_next_day_goes_on_with_what_came(server: FakeFiles, tmp_path: Path) -> None:
    server.troubles.extend(["cut"])
    with pytest.raises(DownloadError):
        await downloader(tmp_path, attempts=1).get(f"{server.base}/ksj/A31b.zip", NOW)
    half = (tmp_path / "127.0.0.1" / "A31b.zip.part").stat().st_size
    assert 0 < half < len(FIRST)
    assert (await downloader(tmp_path).get(f"{server.base}/ksj/A31b.zip", NOW)).path.read_bytes() == FIRST
    assert server.asked[-1].range == f"bytes={half}-"


async def test_two_versions_are_never_joined(server: FakeFiles, tmp_path: Path) -> None:
    server.troubles.extend(["cut"])
    with pytest.raises(DownloadError):
        await downloader(tmp_path, attempts=1).get(f"{server.base}/ksj/A31b.zip", NOW)
    server.files["/ksj/A31b.zip"] = SECOND
    assert (await downloader(tmp_path).get(f"{server.base}/ksj/A31b.zip", NOW)).path.read_bytes() == SECOND


@pytest.mark.parametrize("trouble", ["no range", "other part", "too short"])
async def test_servers_that_answer_a_range_in_their_own_way(
    server: FakeFiles, tmp_path: Path, trouble: Trouble
) -> None:
    server.troubles.extend(["cut", trouble])
    assert (await downloader(tmp_path).get(f"{server.base}/ksj/A31b.zip", NOW)).path.read_bytes() == FIRST


async def test_without_a_version_it_begins_anew(server: FakeFiles, tmp_path: Path) -> None:
    server.versions = False
    server.troubles.extend(["cut"])
    assert (await downloader(tmp_path).get(f"{server.base}/ksj/A31b.zip", NOW)).path.read_bytes() == FIRST
    assert [asked.range for asked in server.asked] == ["", ""]


@pytest.mark.parametrize("trouble", [None, "endless"])
async def test_too_much_is_refused_whether_announced_or_not(
    server: FakeFiles, tmp_path: Path, trouble: Trouble | None
) -> None:
    if trouble:
        server.troubles.append(trouble)
    with pytest.raises(DownloadError, match=r"at most 100000|more than 100000"):
        await downloader(tmp_path, limit=100_000).get(f"{server.base}/ksj/A31b.zip", NOW)
    assert len(server.asked) == 1, "no second attempt"
    assert "A31b.zip" not in left(tmp_path)


async def test_the_old_file_stays_when_the_new_one_is_none(server: FakeFiles, tmp_path: Path) -> None:
    url, own = f"{server.base}/ksj/A31b.zip", downloader(tmp_path)
    await own.get(url, NOW)
    server.files["/ksj/A31b.zip"] = b"<html>maintenance</html>"
    with pytest.raises(DownloadError, match="no zip came, but b'<html>maintenance"):
        await own.get(url, NOW)
    assert (tmp_path / "127.0.0.1" / "A31b.zip").read_bytes() == FIRST
    assert left(tmp_path) == ["A31b.zip", "A31b.zip.json"]


async def test_a_file_that_must_be_a_certain_one(server: FakeFiles, tmp_path: Path) -> None:
    url = f"{server.base}/ksj/A31b.zip"
    with pytest.raises(DownloadError, match=f"and must be {'0' * 64}"):
        await downloader(tmp_path).get(url, NOW, "0" * 64)
    assert left(tmp_path) == []
    assert (await downloader(tmp_path).get(url, NOW, sha256(FIRST).hexdigest())).note.bytes == len(FIRST)


@pytest.mark.parametrize(
    ("path", "troubles", "says", "asked"),
    [
        ("/none.zip", [], "HTTP 404", 1),
        ("/ksj/A31b.zip", ["moved"], "HTTP 302", 1),
        ("/ksj/A31b.zip", ["busy"] * 4, "HTTP 503", 4),
        ("/", [], "names no file", 0),
    ],
)
async def test_refusals(
    server: FakeFiles, tmp_path: Path, path: str, troubles: list[Trouble], says: str, asked: int
) -> None:
    server.troubles.extend(troubles)
    with pytest.raises(DownloadError, match=says):
        await downloader(tmp_path).get(f"{server.base}{path}", NOW)
    assert len(server.asked) == asked


async def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="ClientConnectorError"):
        await downloader(tmp_path, attempts=2).get("http://127.0.0.1:1/a.zip", NOW)
