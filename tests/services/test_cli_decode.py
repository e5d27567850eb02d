"""``shirase decode`` as a program that others call."""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from services.cli.decode import register
from tests.feeds.making import JMA, READING

AREA = {"code", "name", "alert_level", "hazard"}
TELEGRAM = {
    "record",
    "telegram",
    "control_title",
    "control_status",
    "editorial_office",
    "publishing_office",
    "head_title",
    "report_datetime",
    "target_datetime",
    "valid_datetime",
    "event_id",
    "serial",
    "info_type",
    "info_kind",
    "info_kind_version",
    "headline",
    "status",
    "hazard",
    "areas",
    "areas_without_warning",
    "max_alert_level",
    "observations",
}


def decode(*words: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers(required=True))
    args = parser.parse_args(["decode", *words])
    code: int = args.run(args)
    return code


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(body: bytes | object, name: str = "message.bin") -> str:
        path = tmp_path / name
        path.write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
        return str(path)

    return write


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_reading(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode("--feed", "plain", "--topic", "hub/v1/gw07/st0123/snow_depth", file(READING)) == 0
    out, err = capsys.readouterr()
    (line,) = lines(out)
    assert err == ""
    contract = {key: line[key] for key in ("record", "gateway", "station", "quantity", "value", "unit", "measured_at")}
    assert contract == {
        "record": "reading",
        "gateway": "gw07",
        "station": "st0123",
        "quantity": "snow_depth",
        "value": 34.5,
        "unit": "cm",
        "measured_at": "2026-01-14T21:10:00Z",
    }


def test_the_gateway_may_be_given_where_there_is_no_topic(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode("--feed", "plain", "--gateway", "gw9", file(READING)) == 0
    assert lines(capsys.readouterr().out)[0]["gateway"] == "gw9"
    assert decode("--feed", "plain", file(READING)) == 1
    assert lines(capsys.readouterr().err)[0]["error"] == "no_gateway"


def test_a_batch_with_a_bad_member(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    body = [READING, READING | {"value": "much"}, READING | {"station": "st0124"}]
    assert decode("--feed", "plain", "--topic", "hub/v1/gw07/batch", file(body)) == 1
    out, err = capsys.readouterr()
    assert [line["station"] for line in lines(out)] == ["st0123", "st0124"]
    (fault,) = lines(err)
    assert (fault["error"], fault["at"]) == ("bad_value", "/1/value")
    assert json.loads(fault["member"])["value"] == "much"


def test_senml(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    pack = [{"bn": "d7:", "bt": 1768425000, "n": "air", "u": "Cel", "v": -4.2}, {"n": "air", "vs": "cold"}]
    assert decode("--feed", "senml", "--gateway", "gw9", file(pack)) == 1
    out, err = capsys.readouterr()
    (line,) = lines(out)
    assert (line["gateway"], line["station"], line["quantity"], line["value"]) == ("gw9", "d7", "air_temperature", -4.2)
    assert line["measured_at"] == "2026-01-14T21:10:00Z"
    assert [fault["at"] for fault in lines(err)] == ["/1/vs"]


def test_cap(capsys: pytest.CaptureFixture[str]) -> None:
    assert decode("--feed", "cap", str(JMA.parent / "cap" / "flood-level4.xml")) == 0
    (line,) = lines(capsys.readouterr().out)
    assert (line["record"], line["feed"], line["msg_type"]) == ("telegram", "cap", "Update")


def test_a_report(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    body = {"id": "r1", "kind": "bear", "time": "2026-06-01T05:00:00+09:00", "text": "クマ", "status": "Exercise"}
    assert decode("--feed", "plain", "--topic", "hub/v1/police/report", file(body)) == 0
    out = capsys.readouterr().out
    (line,) = lines(out)
    assert (line["record"], line["kind"], line["status"]) == ("report", "bear", "Exercise")
    assert "クマ" in out  # UTF-8, not escapes


@pytest.mark.parametrize("path", sorted(JMA.glob("*.xml")), ids=lambda path: path.name)
def test_telegrams_have_the_contracts_shape(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode("--feed", "jma", str(path)) == 0
    out, err = capsys.readouterr()
    (line,) = lines(out)
    assert err == "" and line.keys() >= TELEGRAM
    assert all(area.keys() >= AREA for area in line["areas"])
    assert line["record"] == "telegram" and "" not in {line["event_id"], line["serial"], line["headline"]}


def test_keys_of_earthquakes_volcanoes_and_withdrawals(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    decode("--feed", "jma", str(JMA / "VXSE53_morioka.xml"))
    quake = lines(capsys.readouterr().out)[0]
    assert quake["hypocenter"] == {"name": "岩手県内陸北部", "code": "212", "lat": 39.8, "lon": 141.0}
    assert (quake["max_intensity"], quake["magnitude"], quake["depth_km"]) == ("5-", 5.4, 0.0)
    assert "cancels_event_id" not in quake
    decode("--feed", "jma", str(JMA / "VFVO50_iwatesan.xml"))
    volcano = lines(capsys.readouterr().out)[0]
    assert (volcano["volcanic_alert_level"], volcano["volcanic_alert_level_last"]) == (2, 1)
    text = (JMA / "VXSE53_morioka.xml").read_text(encoding="utf-8").replace("<InfoType>発表", "<InfoType>取消")
    decode("--feed", "jma", file(text.encode()))
    assert lines(capsys.readouterr().out)[0]["cancels_event_id"] == "20261120031233"


def test_type_code_from_topic_then_file_name_then_title(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named, unnamed = tmp_path / "0_VXKO53_030000.xml", tmp_path / "x.xml"
    for path in (named, unnamed):
        shutil.copy(JMA / "VXKO_kitakami_level4.xml", path)
    seen = []
    for words in (
        ["--topic", "jma/VXKO60", str(named)],
        ["--topic", "hub/v1/gw-jma/telegram", str(named)],
        [str(named)],
        [str(unnamed)],
        [str(JMA / "VXWW50_iwate.xml")],
    ):
        assert decode("--feed", "jma", *words) == 0
        seen.append(lines(capsys.readouterr().out)[0]["telegram"])
    assert seen == ["VXKO60", "VXKO53", "VXKO53", None, "VXWW50"]


@pytest.mark.parametrize(
    ("feed", "body"),
    [
        ("jma", b""),
        ("jma", b"\x00\xff"),
        ("jma", b"<Report"),
        ("jma", b"<a>" * 20_000),
        ("jma", b"<html><body>503</body></html>"),
        ("jma", b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa">]><Report>&a;</Report>'),
        ("plain", b""),
        ("plain", b"{"),
        ("plain", b"[" * 100_000),
        ("plain", b"\xff" * 200),
        ("senml", b"{}"),
        ("senml", b"[1]"),
        ("senml", b'[{"bn":"u","bt":"x","n":"a","v":1}]'),
        ("cap", b""),
        ("cap", b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa">]><alert>&a;</alert>'),
    ],
)
def test_refusals(feed: str, body: bytes, file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode("--feed", feed, "--topic", "hub/v1/gw/st/water_level", file(body)) == 1
    out, err = capsys.readouterr()
    (fault,) = lines(err)
    assert out == "" and fault["error"] and fault["message"] and fault["at"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(READING).encode())))
    assert decode("--feed", "plain", "--gateway", "gw7", "-") == 0
    assert lines(capsys.readouterr().out)[0]["gateway"] == "gw7"


def test_wrong_usage_is_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode("--feed", "plain", str(tmp_path)) == 2
    capsys.readouterr()
    assert decode("--feed", "plain", str(tmp_path / "nowhere")) == 2
    assert lines(capsys.readouterr().err)[0]["error"] == "unreadable"
    assert decode("--feed", "nothing", "x") == 2
    assert "chirpstack" in lines(capsys.readouterr().err)[0]["message"]
