"""The hub as one process: two of them on one data directory would send everything twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.app import AlreadyRunningError, Hub
from services.settings import load

PROFILE = Path(__file__).parents[2] / "config/morioka"


async def test_a_second_hub_on_one_data_directory_is_refused_and_the_next_life_is_not(tmp_path: Path) -> None:
    environment = {"SHIRASE_PROFILE": str(PROFILE), "SHIRASE_DATA_DIR": str(tmp_path), "SHIRASE_PORT": "0"}
    settings = load(environment=environment)
    async with Hub.running(settings) as hub:
        assert hub.address
        with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"):
            async with Hub.running(settings):
                pytest.fail("two hubs run")
    async with Hub.running(settings):
        pass
