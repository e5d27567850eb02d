"""The API keeps the word of its document: schemathesis reads it, and asks accordingly, rightly and wrongly."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from services.desks.quarantine import Reader
from services.dumps.picture import Dumps
from services.store.engine import Store
from services.store.users import Role
from tests.services import acts_of_snow
from tests.services.test_audit import BOOK, GRANTED, with_stations
from tests.services.test_declaring import CITY
from tests.services.test_web_anonymity import fill
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine

EXAMPLES = int(os.environ.get("SHIRASE_API_EXAMPLES", "2"))  # of each operation; `make api` asks more
PHASES = "fuzzing" if EXAMPLES < 20 else "examples,coverage,fuzzing"
# Not tried: that all which fits the document is taken. No schema knows cursors, nor the codes and hours of the city.
LEFT_OUT = "positive_data_acceptance"
ENDLESS = "/api/v1/events"  # a stream: an answer without an end is its nature
CONFIGURATION = """
[auth.openapi.session]
api_key = "{cookie}"
[auth.openapi.csrf]
api_key = "{csrf}"

# What an act does not need is not read: `correct` beside `assign` may be anything.
[[operations]]
include-path = "/api/v1/reports/queue/acts"
checks.negative_data_rejection.enabled = false

# The same: `around` beside `tick`.
[[operations]]
include-path = "/api/v1/culling/acts"
checks.negative_data_rejection.enabled = false
"""


@pytest.mark.timeout(900)
async def test_what_the_document_says_is_so(store: Store, tmp_path: Path) -> None:
    await fill(store)
    whole = {"city": CITY, "book": BOOK, "dumps": Dumps(acts_of_snow.DUMPS), "reader": Reader(gateways=GRANTED)}
    async with floor(store, ground=acts_of_snow.with_section(with_stations()), **whole) as running:
        code, told = await _asked(running, tmp_path)
    assert code == 0, told
    assert "Tested: 0" not in told and "Tested:" in told, told


async def _asked(running: Floor, folder: Path) -> tuple[int, str]:
    """Exit code and words of a run against the hub, in the name of somebody who may do everything."""
    officer = await running.person(Role.ADMIN)
    cookie = next(one.value for one in officer.http.cookie_jar if one.key == "shirase_session")
    settings = folder / "schemathesis.toml"
    settings.write_text(CONFIGURATION.format(cookie=cookie, csrf=officer.csrf))
    document = f"{running.url}/api/v1/openapi.json"
    ways = (
        "--phases",
        PHASES,
        "--max-examples",
        str(EXAMPLES),
        "--exclude-path",
        ENDLESS,
        "--exclude-checks",
        LEFT_OUT,
    )
    shown = ("--seed", "1", "--continue-on-failure", "--warnings", "off", "--no-color", "--request-timeout", "20")
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"),
        *("--config-file", settings, "run", document, "--url", running.url, *ways, *shown),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, told.decode(errors="replace")
