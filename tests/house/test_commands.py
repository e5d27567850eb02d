"""Every `shirase …` that a page tells people to type is one that the command line takes."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from argparse import ArgumentParser
from pathlib import Path

import pytest

from services.cli import COMMANDS, parser_of
from tests.house.test_floors import ROOT

PAGES = (
    "README.md",
    "docs/operations.md",
    "docs/observability.md",
    "docs/first-hub.md",
    "docs/guide-ja.md",
    "docs/gateways.md",
    "docs/store.md",
    "docs/observability.md",
    "docs/continuity.md",
)
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
NUMBER = re.compile(r"\b(?:NUMBER|ID|N)\b|番号")  # of the reader's own, where a number is wanted
NAMED = "the following arguments are required"  # a command named in a sentence, without what it needs
# How a page shows that words of the reader's own go here, several are possible, or the rest is left out.
OPEN = re.compile(r"[…·\[]|COMMAND|\|\s*(?:list|add|revoke)|\bDIR\\\|")
SPAN = re.compile(r"`(shirase [^`]*)`")
CODE = re.compile(r"^(?:    |)(?:sudo )?(?:/opt/shirase\S*/bin/)?(shirase [a-z][^\n]*)$", re.MULTILINE)
SHELL = re.compile(r"(?<!\S)(?:#.*|[|<>]|&&|\d?>|&)(?=\s|$)|\s#.*")


@pytest.fixture(scope="module")
def parser() -> ArgumentParser:
    return parser_of(COMMANDS)


def told(page: str) -> dict[str, bool]:
    """The commands of a page, what a shell takes for itself cut off; and whether one is only named in a sentence."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^```\w*\n.*?^```$|(?:^    [^\n]*\n)+)", text, re.DOTALL | re.MULTILINE)
    named = dict.fromkeys(SPAN.findall(text), True)
    typed = dict.fromkeys((line for block in blocks for line in CODE.findall(block)), False)
    return {SHELL.split(line)[0].strip(): one for line, one in (named | typed).items() if not OPEN.search(line)}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_is_taken(
    page: str, parser: ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = told(page)
    assert commands, "the page tells no command: is it still looked at?"
    refused = {}
    for command, named in commands.items():
        try:
            parser.parse_args(shlex.split(NUMBER.sub("1", command))[1:])
        except SystemExit as end:
            reason = capsys.readouterr().err.splitlines()[-1:]
            if end.code and not (named and NAMED in str(reason)):
                refused[command] = reason
    assert refused == {}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_unit_starts_a_command(unit: Path, parser: ArgumentParser) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    program, *words = shlex.split(line.replace("%i", "web"))
    assert program == "/opt/shirase/bin/shirase"
    assert parser.parse_args(words).run


def test_the_version_is_read_as_the_page_reads_it() -> None:
    (line,) = re.findall(
        r"^    VERSION=\$\((.*)\)$", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.MULTILINE
    )
    read = subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    assert read == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def test_every_key_that_the_page_sets_is_one_that_it_makes() -> None:
    """A key that is named and missing is a fault of the hub, and told as one for ever."""
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    site = tomllib.loads(text.partition("```toml\n")[2].partition("```")[0])
    named = {part["key"]["file"].removeprefix("secrets/") for part in site.values() if "key" in part}
    made = re.search(r"^    for key in (.+); do$", text, re.MULTILINE)
    assert made and set(made[1].split()) == named
