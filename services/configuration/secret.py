"""Where the secrets of the settings stand, and who on this machine can read the files that hold them."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from services.configuration.files import referred

_OTHERS = stat.S_IRWXO | stat.S_IWGRP  # a group may read, where the site made one for it
_SHORTEST = 8  # of what can be found in a text without being there by chance


def secrets_of(value: Any, at: str = "") -> Iterator[tuple[str, SecretStr]]:
    """Each secret that is set, with its place: ``line.token``, ``callout.people.sato.urls.0``."""
    match value:
        case SecretStr():
            if value.get_secret_value():
                yield at, value
        case BaseModel():
            yield from secrets_of({name: getattr(value, name) for name in type(value).model_fields}, at)
        case Mapping():
            for key, one in value.items():
                yield from secrets_of(one, f"{at}.{key}".lstrip("."))
        case list() | tuple():
            for number, one in enumerate(value):
                yield from secrets_of(one, f"{at}.{number}".lstrip("."))


def loose(files: Sequence[Path], keys: Sequence[Path], secrets: Mapping[str, SecretStr]) -> list[str]:
    """What is kept too openly, a sentence each that names place and cure, and never shows a secret.

    ``files``: of the settings; ``keys``: further files that hold a key. A file that is not there is no matter here.
    """
    held = {one for file in files for one in referred(file)} | set(keys)
    holding = {file: _written_out(file, secrets) for file in files}
    told = []
    for file in sorted(held | {file for file, places in holding.items() if places}):
        if not (mode := _too_open(file)):
            continue
        what = f" ({', '.join(holding[file])})" if holding.get(file) else ""
        told.append(f"{file}{what}: mode {mode}: others on this machine can read or change it; chmod 600, or 640")
    return told


def _written_out(file: Path, secrets: Mapping[str, SecretStr]) -> list[str]:
    """The places of the secrets that stand in the file itself."""
    try:
        words = set(_texts(tomllib.loads(file.read_text(encoding="utf-8"))))
    except (OSError, ValueError):
        return []
    long = {place: one.get_secret_value() for place, one in secrets.items()}
    return sorted(place for place, value in long.items() if len(value) >= _SHORTEST and value in words)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value.strip()
        case Mapping():
            for one in value.values():
                yield from _texts(one)
        case list():
            for one in value:
                yield from _texts(one)


def _too_open(file: Path) -> str:
    """The mode of a file that others can read or change; empty where they cannot."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return ""
    return f"{stat.S_IMODE(mode):04o}" if mode & _OTHERS else ""
