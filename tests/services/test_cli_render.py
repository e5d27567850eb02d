"""``shirase render``: what a channel would send, or what is wrong with the file and where."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from rules.alert import Alert
from services.channels.registry import CHANNELS, renderer
from services.cli import render
from tests.services.making import alert

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SHIRASE_PROFILE", str(tmp_path / "no-profile"))
    parser = argparse.ArgumentParser(prog="shirase")
    render.register(parser.add_subparsers(required=True))

    def run(*words: str) -> int:
        args = parser.parse_args(["render", *words])
        return int(args.run(args))

    return run


def body() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(TypeAdapter(Alert).dump_json(alert()))
    return read


@pytest.fixture
def file(tmp_path: Path) -> Callable[[object], str]:
    def write(content: object) -> str:
        path = tmp_path / "alert.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize("name", sorted(CHANNELS.keys() - {"urgent_mail"}))  # which takes evacuation alone
def test_it_prints_exactly_the_payload(
    name: str, run: Run, file: Callable[[object], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file(body()), "--channel", name) == 0
    told = capsys.readouterr()
    payload = renderer(name).render(alert())
    assert json.loads(told.out) == {
        "channel": name,
        "media_type": payload.media_type,
        "parts": list(payload.parts),
        "counts": list(payload.counts),
        "digest": payload.digest,
    }
    assert told.out.count("\n") == 1 and told.err == ""


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in body().items() if name != key}


@pytest.mark.parametrize(
    ("content", "code", "at"),
    [
        ("{broken", "bad_alert", "/"),
        ([], "bad_alert", "/"),
        (without("sent"), "bad_alert", "/sent"),
        (body() | {"status": "Actually"}, "bad_alert", "/status"),
        (body() | {"revision": "two"}, "bad_alert", "/revision"),
        (body() | {"sent": "2026-11-20T18:00:00"}, "bad_alert", "/sent"),
        (body() | {"texts": {}}, "bad_alert", "/texts"),
        (body() | {"texts": {"ja": body()["texts"]["ja"] | {"short": ""}}}, "cannot_render", "channel x"),
    ],
)
def test_bad_input_is_refused_with_its_place(
    content: object,
    code: str,
    at: str,
    run: Run,
    file: Callable[[object], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(file(content), "--channel", "x") == 1
    told = capsys.readouterr()
    fault = json.loads(told.err)
    assert told.out == ""
    assert (fault["error"], fault["at"]) == (code, at)
    assert fault["message"]


def test_what_breaks_cap_is_told_with_the_element(
    run: Run, file: Callable[[object], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file(body() | {"identifier": "has spaces, commas"}), "--channel", "linkage") == 1
    fault = json.loads(capsys.readouterr().err)
    assert fault["error"] == "cannot_render"
    assert "identifier" in fault["at"]


def test_a_missing_file_and_an_unknown_channel_are_wrong_usage(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(tmp_path / "none.json"), "--channel", "x") == 2
    assert json.loads(capsys.readouterr().err)["error"] == "unreadable"
    with pytest.raises(SystemExit) as usage:
        run("alert.json", "--channel", "twitter")
    assert usage.value.code == 2


def test_spoken_names_have_the_readings_of_the_profile(
    run: Run, file: Callable[[object], str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHIRASE_PROFILE", "config/morioka")
    assert run(file(body()), "--channel", "voice") == 0
    assert "対象は、うちまるです。" in json.loads(capsys.readouterr().out)["parts"][0]
