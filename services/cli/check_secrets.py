"""The part of ``shirase check`` on secrets: where they stand, and who else on this machine could read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from services.channels.registry import CHANNELS
from services.configuration.secret import loose, secrets_of
from services.settings import Settings, files_of


def secret_finding(settings: Settings, files: Iterable[Path]) -> dict[str, Any]:
    """Not ok where a file with a secret is open to others; then ``too_open`` names each, with the cure."""
    profile, *named = files_of(files)
    secrets = dict(_all(settings))
    told = loose([profile / "profile.toml", *named], _keys(settings), secrets)
    return {"part": "secrets", "ok": not told, "set": sorted(secrets), "too_open": told}


def _all(settings: Settings) -> Iterator[tuple[str, SecretStr]]:
    """Those of the channels too, which stand in free tables until each channel reads its own."""
    yield from secrets_of(settings)
    for name, options in settings.channels.items():
        try:
            config = CHANNELS[name].config.model_validate(options)
        except (KeyError, ValidationError):
            continue  # told by the part that opens the channel
        yield from secrets_of(config, f"channels.{name}")


def _keys(settings: Settings) -> list[Path]:
    named = (settings.broker.key if settings.broker else None, settings.web.key)
    return [key for key in named if key]
