"""Settings files: read as TOML, secrets taken from their files, one laid over the other."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


class SettingsError(Exception):
    """A settings file that cannot be used; the text names file, key and cure."""


def read(file: Path) -> dict[str, Any]:
    """One file as a table, its secrets put in. Raises SettingsError."""
    try:
        return _with_secrets(tomllib.loads(file.read_text(encoding="utf-8")), file)
    except FileNotFoundError:
        raise SettingsError(f"{file} is missing; run from the project's folder or set SHIRASE_PROFILE") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from None


def referred(file: Path) -> list[Path]:
    """The files that a settings file takes its secrets from; none where it cannot be read."""
    try:
        return list(_referred(tomllib.loads(file.read_text(encoding="utf-8")), file))
    except (OSError, ValueError):
        return []


def _referred(value: Any, file: Path) -> Iterator[Path]:
    if isinstance(value, dict) and _names_a_file(value):
        yield file.parent / value["file"]
        return
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _referred(one, file)


def _names_a_file(value: dict[str, Any]) -> bool:
    return {"file"} <= value.keys() <= {"file", "may_miss"} and isinstance(value["file"], str)


def _with_secrets(table: dict[str, Any], file: Path) -> dict[str, Any]:
    """Replace each ``{ file = "PATH" }`` by the file's content; paths are relative to the settings file.

    With ``may_miss = true`` a file that cannot be read is empty: what needs it says so, and all else runs.
    """
    return {key: _resolved(key, value, file) for key, value in table.items()}


def _resolved(key: str, value: Any, file: Path) -> Any:
    if isinstance(value, list):
        return [_resolved(key, one, file) for one in value]
    if not isinstance(value, dict):
        return value
    if not _names_a_file(value):
        return _with_secrets(value, file)
    secret = file.parent / value["file"]
    try:
        return secret.read_text(encoding="utf-8").strip()
    except OSError as error:
        if value.get("may_miss") is True:
            return ""
        raise SettingsError(f"{file}: {key}: {secret} cannot be read ({error.strerror})") from None


def of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """What the variables SHIRASE_… say."""
    found: dict[str, Any] = {}
    if value := environment.get("SHIRASE_DATA_DIR"):
        found["data_dir"] = value
    if value := environment.get("SHIRASE_DATABASE"):
        found["database"] = value
    if value := environment.get("SHIRASE_LOG_LEVEL"):
        found["log_level"] = value
    if value := environment.get("SHIRASE_PORT"):
        found["web"] = {"port": value}
    if value := environment.get("SHIRASE_REPORTERS_KEY"):
        found["reporters"] = {"key": value}
    return found


def laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Both tables as one; where both have a value, that of ``above``."""
    both = dict(below)
    for key, value in above.items():
        old = both.get(key)
        both[key] = laid_over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return both
