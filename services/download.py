"""Large files from official servers: resumed when the line breaks, bounded, checked, and in place all at once.

Each file lies under ``folder/HOST/NAME`` with a note beside it (address, version, sha256, time). What is on its way is
``NAME.part``; a broken download goes on where it stopped, provided that the server still has the same version.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp

from services.outgoing.session import open_session
from services.outgoing.session import told as kind_of

LIMIT = 2 * 2**30  # bytes; the largest national file of one prefecture is a fifth of it
_CHUNK = 256 * 1024


class DownloadError(Exception):
    """It could not be had; the text names the address and the reason. ``again``: another attempt may help."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is known of a downloaded file."""

    url: str
    etag: str
    last_modified: str
    sha256: str
    bytes: int
    fetched_at: str  # ISO 8601


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """A file that is here; ``unchanged``: it already was, and the server says that it still has the same."""

    path: Path
    note: Note
    unchanged: bool


class Downloader:
    """Downloads into ``folder``, at most ``limit`` bytes a file, in ``attempts`` attempts ``pause_s`` apart."""

    def __init__(self, folder: Path, *, limit: int = LIMIT, attempts: int = 4, pause_s: float = 3.0) -> None:
        self._folder, self._limit, self._attempts, self._pause_s = folder, limit, attempts, pause_s

    async def get(self, url: str, now: datetime, sha256: str = "") -> Downloaded:
        """The file at ``url``. Raises :class:`DownloadError`; then a file that was there before is still there.

        Redirects are not followed: what is configured is what is asked. ``sha256``, where given, must be the file's.
        """
        target = self._target(url)
        target.parent.mkdir(parents=True, exist_ok=True)
        timeout = aiohttp.ClientTimeout(total=None, connect=30.0, sock_connect=10.0, sock_read=60.0)
        headers = {"User-Agent": "shirase", "Accept-Encoding": "identity"}  # else a resumed part would not fit
        async with open_session(timeout, headers) as session:
            for attempt in range(1, self._attempts + 1):
                try:
                    return await self._attempt(session, url, target, (now, sha256))
                except DownloadError as error:
                    if not error.again or attempt == self._attempts:
                        raise
                await asyncio.sleep(self._pause_s)
        raise DownloadError(f"{url}: no attempt was made")

    def _target(self, url: str) -> Path:
        parts = urlsplit(url)
        name = Path(unquote(parts.path)).name
        if not parts.hostname or not name or name.startswith("."):
            raise DownloadError(f"{url}: names no file")
        return self._folder / parts.hostname / name

    async def _attempt(
        self, session: aiohttp.ClientSession, url: str, target: Path, wanted: tuple[datetime, str]
    ) -> Downloaded:
        part, known = _beside(target, ".part"), _note(target)
        begun = _note(part)
        have = part.stat().st_size if begun is not None and part.exists() else 0
        try:
            async with session.get(url, headers=_asking(known, begun, have), allow_redirects=False) as response:
                if response.status == 304 and known is not None:
                    return Downloaded(path=target, note=known, unchanged=True)
                await self._take(response, part, have)
        except TimeoutError:
            raise DownloadError(f"{url}: no answer in time", again=True) from None
        except aiohttp.ClientError as error:
            raise DownloadError(f"{url}: {kind_of(error)}: {error}"[:300], again=True) from error
        return _finish(url, target, part, wanted)

    async def _take(self, response: aiohttp.ClientResponse, part: Path, have: int) -> None:
        """The answer's bytes behind those that are here, or instead of them."""
        url = response.url
        if response.status == 416:
            _remove(part)
            raise DownloadError(f"{url}: the server has less than we have; from the beginning", again=True)
        if response.status not in {200, 206}:
            again = response.status >= 500 or response.status in {408, 429}
            raise DownloadError(f"{url}: HTTP {response.status}", again=again)
        resumed = response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if response.status == 206 and not resumed:
            _remove(part)
            raise DownloadError(f"{url}: another part came than was asked for", again=True)
        size = have if resumed else 0
        if size + (response.content_length or 0) > self._limit:
            raise DownloadError(
                f"{url}: {size + (response.content_length or 0)} bytes; at most {self._limit} are taken"
            )
        if not resumed:
            _write_note(part, _version(str(url), response.headers))
        with part.open("ab" if resumed else "wb") as file:
            async for chunk in response.content.iter_chunked(_CHUNK):
                size += len(chunk)
                if size > self._limit:
                    _remove(part)
                    raise DownloadError(f"{url}: more than {self._limit} bytes")
                file.write(chunk)


def _asking(known: Note | None, begun: Note | None, have: int) -> dict[str, str]:
    """What is asked for: the rest of what has begun, if a version can be named; else the file, unless it is here."""
    if begun is not None and have and (version := begun.etag or begun.last_modified) and not version.startswith("W/"):
        return {"Range": f"bytes={have}-", "If-Range": version}
    if known is None:
        return {}
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in asked.items() if value}


def _finish(url: str, target: Path, part: Path, wanted: tuple[datetime, str]) -> Downloaded:
    """Checked, and only then in its place."""
    now, sha256 = wanted
    digest = hashlib.sha256()
    with part.open("rb") as file:
        head = file.read(60)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    if target.suffix == ".zip" and not zipfile.is_zipfile(part):
        _remove(part)
        raise DownloadError(f"{url}: no zip came, but {head!r}")
    if sha256 and digest.hexdigest() != sha256:
        _remove(part)
        raise DownloadError(f"{url}: sha256 is {digest.hexdigest()}, and must be {sha256}")
    begun = _note(part)
    note = Note(
        url=url,
        etag=begun.etag if begun else "",
        last_modified=begun.last_modified if begun else "",
        sha256=digest.hexdigest(),
        bytes=part.stat().st_size,
        fetched_at=now.isoformat(),
    )
    _beside(target, ".json").unlink(missing_ok=True)  # a file without its note is fetched again; a wrong note would lie
    part.replace(target)
    _write_note(target, note)
    _remove(part)
    return Downloaded(path=target, note=note, unchanged=False)


def _version(url: str, headers: Mapping[str, str]) -> Note:
    etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
    return Note(url=url, etag=etag, last_modified=modified, sha256="", bytes=0, fetched_at="")


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _note(path: Path) -> Note | None:
    """The note of a file that is here; None where either is missing or the note cannot be read."""
    try:
        found: dict[str, Any] = json.loads(_beside(path, ".json").read_text(encoding="utf-8"))
        return Note(**found) if path.exists() else None
    except (OSError, ValueError, TypeError):
        return None


def _write_note(path: Path, note: Note) -> None:
    aside = _beside(path, ".note")
    aside.write_text(json.dumps(asdict(note), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    aside.replace(_beside(path, ".json"))


def _remove(path: Path) -> None:
    _beside(path, ".json").unlink(missing_ok=True)
    path.unlink(missing_ok=True)
