"""The linter: the schema's verdict, the rules beside it, and words a person can act on."""

from __future__ import annotations

import json
import os
import random
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from feeds.cap import CapAlert, write
from feeds.cap.lint import lint
from feeds.cap.lint.finding import Finding
from feeds.cap.lint.schema import schema_findings
from feeds.cap.schema import NAMESPACE
from services.cli import run
from tests.feeds.cap.keys import pair, signer
from tests.feeds.cap.test_codec import REAL, message, real
from tests.feeds.cap.test_read import HOSTILE

NOW = datetime(2026, 1, 15, tzinfo=UTC)
GOOD = (Path(__file__).parents[2] / "data" / "cap" / "flood-level4.xml").read_text()
DS = "http://www.w3.org/2000/09/xmldsig#"


def errors(document: str | bytes) -> list[Finding]:
    return [one for one in findings(document) if one.level == "error"]


def findings(document: str | bytes) -> list[Finding]:
    return lint(document.encode() if isinstance(document, str) else document, NOW)


def changed(old: str, new: str, count: int = 1) -> str:
    assert old in GOOD, "the test changes something that is not there"
    return GOOD.replace(old, new, count)


def test_what_we_write_has_no_fault_at_all() -> None:
    assert [one for one in findings(GOOD) if one.level != "info"] == []


@settings(max_examples=100, deadline=None)
@given(message)
def test_nothing_we_write_has_an_error(one: CapAlert) -> None:
    assert errors(write(one)) == []


# ruff: noqa: E501 - a fault and the document that has it read best on one line
FAULTS: dict[str, tuple[str, str, str]] = {  # what → (level, rule, document)
    "no namespace": ("error", "namespace", changed(f' xmlns="{NAMESPACE}"', "")),
    "CAP 1.1": ("error", "namespace", changed("cap:1.2", "cap:1.1")),
    "CAP 1.0": ("error", "namespace", changed(NAMESPACE, "http://www.incident.com/cap/1.0")),
    "no scope": ("error", "missing", changed("<scope>Public</scope>", "")),
    "the order": ("error", "order", changed("<status>Actual</status>", "").replace("</scope>", "</scope><status>Actual</status>")),
    "two headlines": ("error", "repeated", changed("<headline>", "<headline>x</headline><headline>")),
    "an element of our own": ("error", "unknown_element", changed("<web>", "<website>x</website><web>")),
    "an element of others": ("error", "unknown_element", changed("<web>", "<x xmlns='u'/><web>")),
    "an attribute": ("error", "unknown_attribute", changed("<info>", "<info id='1'>")),
    "text between elements": ("error", "stray_text", changed("<info>", "<info>hello")),
    "markup in text": ("error", "unknown_element", changed("<headline>", "<headline><b>x</b>")),
    "a Z": ("error", "bad_value", changed("06:10:00+09:00</sent>", "06:10:00Z</sent>")),
    "a fraction": ("error", "bad_value", changed("06:10:00+09:00</sent>", "06:10:00.5+09:00</sent>")),
    "a comma for a sign": ("error", "bad_value", changed("06:10:00+09:00</sent>", "06:10:00,09:00</sent>")),
    "no such day": ("error", "bad_value", changed("2026-01-15T06:10:00+09:00</sent>", "2026-02-30T06:10:00+09:00</sent>")),
    "a word of our own": ("error", "bad_value", changed("<urgency>Immediate", "<urgency>Now")),
    "a padded word": ("error", "bad_value", changed("<urgency>Immediate", "<urgency> Immediate")),
    "an empty identifier": ("error", "empty_name", re.sub("<identifier>.*</identifier>", "<identifier/>", GOOD)),
    "a space in the identifier": ("error", "bad_name", changed("<identifier>", "<identifier>a b")),
    "a comma in the sender": ("error", "bad_name", changed("<sender>", "<sender>a,b")),
    "an & in the sender": ("error", "bad_name", changed("<sender>", "<sender>a&amp;b")),
    "an update of nothing": ("error", "no_references", re.sub("<references>.*</references>", "", GOOD)),
    "a cancel of garbage": ("error", "no_references", re.sub("<references>.*</ref", "<references>a b</ref", GOOD)),
    "restricted to nobody": ("error", "no_restriction", changed("<scope>Public", "<scope>Restricted")),
    "private to nobody": ("error", "no_addresses", changed("<scope>Public", "<scope>Private")),
    "an open ring": ("error", "open_polygon", changed(" 39.704,141.146</polygon>", "</polygon>")),
    "three points": ("error", "open_polygon", re.sub("<polygon>.*</polygon>", "<polygon>1,1 2,2 1,1</polygon>", GOOD, count=1)),
    "garbage in a ring": ("error", "bad_polygon", changed("<polygon>", "<polygon>x ")),
    "longitude first": ("error", "bad_polygon", re.sub(r"(39\.\d+),(141\.\d+)", r"\2,\1", GOOD)),
    "a circle without radius": ("error", "bad_circle", changed("<polygon>", "<circle>39,141</circle><polygon>")),
    "a ceiling in the air": ("error", "no_altitude", changed("</area>", "<ceiling>9</ceiling></area>")),
    "a low ceiling": ("warning", "low_ceiling", changed("</area>", "<altitude>9</altitude><ceiling>9</ceiling></area>")),
    "garbage beside a reference": ("warning", "bad_reference", changed("<references>", "<references>garbage ")),
    "a reference to itself": (
        "warning",
        "impossible_reference",
        changed("<references>", "<references>bousai@city.example.jp,morioka-20260115-0007-b3,2026-01-15T06:10:00+09:00 "),
    ),
    "a reference to the future": ("warning", "impossible_reference", changed("<references>", "<references>a,b,2027-01-15T06:10:00+09:00 ")),
    "an end before the start": ("warning", "expires_early", changed("<expires>2026", "<expires>2025")),
    "no end": ("info", "advised", re.sub("<expires>.*</expires>", "", GOOD, count=1)),
    "brackets": ("warning", "brackets", changed("<polygon>", "<polygon>(39.704,141.146) ").replace("</polygon>", "</polygon>")),
    "a bow-tie": ("warning", "crossed_polygon", re.sub("<polygon>.*</polygon>", "<polygon>1,1 2,2 1,2 2,1 1,1</polygon>", GOOD)),
    "too many points": (
        "info",
        "many_points",
        re.sub(" 39.7085,141.151", "".join(f" 39.70{i:03},141.151" for i in range(500, 620)), GOOD),
    ),
    "an empty circle": ("warning", "empty_circle", changed("</polygon>", "</polygon><circle>39,141 0</circle>")),
    "HTML": ("warning", "html", changed("北上川の", "&lt;b&gt;北上川&lt;/b&gt;の")),
    "an empty element": ("warning", "empty_element", re.sub("<contact>.*</contact>", "<contact/>", GOOD)),
    "UTC": ("warning", "utc", changed("12:00:00+09:00</expires>", "03:00:00+00:00</expires>")),
    "Japanese called English": ("warning", "wrong_language", changed("<language>ja</language>", "")),
    "one text twice": ("warning", "untranslated", re.sub(r"<(headline|description)>.*<", r"<\1>x<", GOOD)),
    "languages that differ": ("warning", "languages_differ", changed("<severity>Extreme", "<severity>Minor")),
    "an exercise without name": ("warning", "no_note", changed("Actual", "Exercise")),
    "a relative address": ("warning", "relative_uri", changed("<web>https://", "<web>")),
    "not for the public": ("info", "not_public", changed("Actual", "Test")),
    "an unknown urgency": ("info", "unknown_scale", changed("<urgency>Immediate", "<urgency>Unknown")),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_every_fault_is_named_with_its_place_and_cure(what: str) -> None:
    level, rule, document = FAULTS[what]
    named = [one for one in findings(document) if one.rule == rule]
    assert named, [one.rule for one in findings(document)]
    assert {one.level for one in named} == {level}
    for one in named:
        assert one.line >= 1
        assert one.path.startswith("/alert")
        assert one.message
        assert one.fix
    if level != "error":
        assert errors(document) == []


def test_line_and_path_are_exact() -> None:
    (one,) = errors(changed("<polygon>39.704", "<polygon>390.704"))
    assert one.path == "/alert/info[1]/area[2]/polygon[1]"
    assert "<polygon>390.704" in changed("<polygon>39.704", "<polygon>390.704").splitlines()[one.line - 1]


def test_all_faults_are_told_not_only_the_first() -> None:
    document = GOOD.replace("Immediate", "Now").replace("<scope>Public</scope>", "").replace("ja</lang", "日本</lang")
    assert sorted(one.rule for one in errors(document)) == ["bad_value", "bad_value", "bad_value", "missing"]


@pytest.mark.parametrize(
    "what", [name for name, (_, code) in HOSTILE.items() if code in ("doctype", "not_xml", "empty", "encoding")]
)
def test_hostile_documents_are_errors(what: str) -> None:
    document, code = HOSTILE[what]
    (one,) = findings(document)
    assert (one.level, one.rule) == ("error", code)
    assert one.line >= 1


@pytest.mark.parametrize(
    "filling",
    [
        "<x/>" * 300_000,
        "<info/>" * 200_000,
        "<info><area><polygon/></area></info>" * 40_000,
        f'<Signature xmlns="{DS}"/>' * 30_000,
    ],
)
def test_a_flood_of_faults_takes_seconds_not_hours(filling: str) -> None:
    began = time.monotonic()
    assert findings(GOOD.replace("</alert>", filling + "</alert>"))
    assert time.monotonic() - began < 30


# The official schema is the judge of our own table


@real
@pytest.mark.real
@pytest.mark.parametrize("seed", range(6))
def test_the_verdict_is_that_of_the_official_schema(seed: int) -> None:
    schema = etree.XMLSchema(etree.parse(REAL / "cap12.xsd"))
    chance = random.Random(seed)
    seen = {True: 0, False: 0}
    for path in sorted(REAL.glob("*.xml")):
        if "hostile" in path.name or path.stat().st_size > 30_000:
            continue
        for _ in range(25):
            root = etree.fromstring(path.read_bytes())
            for _ in range(chance.randint(0, 2)):
                _damage(root, chance)
            if root.xpath("ds:*/following-sibling::c:info", namespaces={"ds": DS, "c": NAMESPACE}):
                continue  # libxml2 takes an info behind a signature, against the sequence of the schema
            ours, theirs = not list(schema_findings(root)), schema.validate(root)
            assert ours == theirs, (path.name, list(schema_findings(root)), schema.error_log, etree.tostring(root))
            seen[theirs] += 1
    assert min(seen.values()) > 50, "both verdicts have to occur"


def _damage(root: etree._Element, chance: random.Random) -> None:
    """One random change inside the alert, of the kinds that producers get wrong."""
    own = [e for e in root.iter(f"{{{NAMESPACE}}}*") if e is not root]
    element = chance.choice(own)
    parent = element.getparent()
    assert parent is not None
    match chance.randrange(7):
        case 0:
            parent.remove(element)
        case 1:
            parent.insert(chance.randrange(len(parent)), element)
        case 2:
            element.tag = chance.choice(own).tag
        case 3 if not len(element):
            element.text = chance.choice(WORDS)
        case 4:
            parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
        case 5:
            element.set("id", "1")
        case 6:
            element.tail = chance.choice(["", " \n", "x"])


WORDS = [
    "", " ", "Actual", " Actual ", "Met", "Observed", "ja", "ja_JP", "12", " 12 ", "+1.5", ".5", "5.", "1e3", "x y",
    "2026-01-15T06:10:00+09:00", " 2026-01-15T06:10:00+09:00\n", "2026-01-15T06:10:00Z", "2026-01-15T06:10:00,09:00",
    "2026-02-30T06:10:00+09:00", "2026-01-15T24:00:00+09:00", "2026-01-15T24:00:01+09:00", "2026-01-15T06:10:60+09:00",
    "a/b:c", "1a:b", "http://h:1x/", "http://h:81/ü?q=[1#f", "http://[::1]/", "http://[::1/", "a%2", "a%20b", "a#b#c", "[",
    "2026-01-15T06:10:00+14:00", "2026-01-15T06:10:00+15:00", "2026-01-15T06:10:00.5+09:00", "https://example.jp/?a=1",
]  # fmt: skip


# Verdicts on real alerts, and the command


def verdicts() -> list[tuple[str, bool]]:
    if not REAL.is_dir():
        return [("none.xml", True)]
    row = re.compile(r"\| `([^`/]+\.xml)` \|[^|]*\| (?:yes|no) \| ([^|]+) \|")
    listed = row.findall((REAL / "README.md").read_text())
    return [(name, verdict.strip().startswith("valid")) for name, verdict in listed]


@real
@pytest.mark.real
@pytest.mark.parametrize(("name", "valid"), verdicts())
def test_real_alerts_get_their_known_verdict(name: str, valid: bool, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["cap", "lint", "--signature-time", "sent", str(REAL / name)])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    faults = [one for one in told if one["level"] == "error"]
    assert (not faults, code) == (valid, 0 if valid else 1), faults


@real
@pytest.mark.real
def test_the_time_of_a_signature_is_a_choice(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(REAL / "us-ipaws-cancel-no-info-signed.xml")
    outcome = {}
    for choice in ("sent", "now"):
        assert run(["cap", "lint", "--signature-time", choice, path]) == 0
        outcome[choice] = "signature_expired" in capsys.readouterr().out
    assert outcome == {"sent": False, "now": True}


def test_the_command_prints_a_line_per_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.xml"
    file.write_text(GOOD.replace("Immediate", "Now"))
    assert run(["cap", "lint", str(file)]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(set(one) == {"level", "rule", "line", "path", "message", "fix"} for one in told)
    faults = [one["path"] for one in told if one["level"] == "error"]
    assert faults == ["/alert/info[1]/urgency", "/alert/info[2]/urgency"]
    file.write_text(GOOD)
    assert run(["cap", "lint", str(file)]) == 0


def test_who_may_have_signed_is_told_by_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, pem = tmp_path / "a.xml", tmp_path / "a.pem"
    file.write_bytes(signer().sign(GOOD.encode()))
    pem.write_text(pair()[1])
    lines = {}
    for trust in ([], ["--trust", str(pem)]):
        assert run(["cap", "lint", "--signature-time", "sent", *trust, str(file)]) == 0
        lines[bool(trust)] = capsys.readouterr().out
    assert ("signature_verified" in lines[False], "signature_verified" in lines[True]) == (False, True)
    pem.write_text("nothing")
    assert run(["cap", "lint", "--trust", str(pem), str(file)]) == 2
    assert "BEGIN CERTIFICATE" in capsys.readouterr().err
    assert run(["cap", "lint", "--trust", "nowhere.pem", str(file)]) == 2
    assert "nowhere.pem" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cap", "lint", "nowhere.xml"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "nowhere.xml" in told.err


def test_the_test_data_are_where_they_should_be() -> None:
    assert os.environ.get("SHIRASE_REAL_DATA") is None or REAL.is_dir(), "SHIRASE_REAL_DATA names no folder with cap/"
