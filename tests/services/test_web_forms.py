"""What is no form is told so, whoever sends it: never an error of the hub's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.store.engine import Store
from services.store.users import Role
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine

PLAIN, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
NO_FORMS = (
    (f"{PLAIN}; charset=nope", b"a=b"),
    (f"{PLAIN}; charset=utf-16", b"a=b"),
    (PLAIN, b"a=\xff"),
    (PLAIN, b"t=%00"),
    (f"{PLAIN}; charset=utf-7", b"t=+2AA-"),  # half of a character
    (PARTS, b"a=b"),
    (f"{PARTS}; boundary=x", b"--x\r\n\r\n"),
    (f"{PARTS}; boundary=x", b"--x\r\nnothing\r\n\r\n1\r\n--x--\r\n"),
)


def test_every_page_reads_forms_one_way() -> None:
    by_themselves = [file for file in Path("services/web").rglob("*.py") if "request.post()" in file.read_text()]
    assert by_themselves == [Path("services/web/body.py")]


async def test_what_is_no_form_is_a_bad_request(store: Store) -> None:
    async with floor(store) as hub:
        stranger, officer = await hub.visitor(), await hub.person(Role.OPERATOR)
        for who, path in ((stranger, "/snow-order"), (stranger, "/login"), (officer, "/ops/snow")):
            for kind, body in NO_FORMS:
                async with who.http.post(path, data=body, headers={"Content-Type": kind}) as response:
                    assert response.status == 400, (path, kind, body)
