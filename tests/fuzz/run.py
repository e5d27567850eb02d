"""One run of one target: its folders, its process, and what libFuzzer said at the end."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.fuzz.corpus import start
from tests.fuzz.targets import Target
from tests.fuzz.tokens import dictionary, tokens

HANGS_AFTER = 5  # seconds for one input
MOST_MB = 1024  # of the whole process: libFuzzer ends it there
GROWTH_MB = 300  # between the corpus read and the end: coverage and corpus take some of it, a leak takes more
_GRACE = 120  # seconds for the start and the end of a process
_LAST = re.compile(r"cov: (\d+)")
_READ = re.compile(r"INITED.*rss: (\d+)Mb")
_STAT = re.compile(r"^stat::(\w+):\s+(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``edges`` are branches of our code that some input takes. ``finds`` are files that break the target."""

    name: str
    executions: int
    edges: int
    corpus: int
    slowest_s: int
    begun_mb: int
    peak_mb: int
    finds: tuple[Path, ...]
    log: Path

    @property
    def faults(self) -> list[str]:
        """What has to be mended, with how to see it again; empty where all is well."""
        again = f"{shlex.quote(sys.executable)} -m tests.fuzz.one {self.name}"
        told = [f"{self.name}: {again} {file}" for file in self.finds]
        if self.peak_mb - self.begun_mb > GROWTH_MB:
            told.append(f"{self.name}: memory grew from {self.begun_mb} to {self.peak_mb} MB")
        return told if told or self.executions else [f"{self.name}: it ended before its time; see {self.log}"]


def fuzz(target: Target, seconds: int, folder: Path) -> Outcome:
    """Fuzz it for so long, beginning where the last run ended; finds of this run are files in ``finds/TARGET``."""
    new, begin, finds = (folder / one / target.name for one in ("corpus", "begin", "finds"))
    log = folder / "log" / f"{target.name}.log"
    for one in (new, begin, finds, log.parent):
        one.mkdir(parents=True, exist_ok=True)
    examples = start(target)
    write(begin, examples)
    words = log.with_suffix(".dict")
    words.write_text(dictionary(tokens(target.seeds)), "ascii")
    known = set(finds.iterdir())
    options = {
        "max_total_time": seconds,
        "timeout": HANGS_AFTER,
        "rss_limit_mb": MOST_MB,
        "max_len": max(4096, 2 * max(map(len, examples))),
        "dict": words,
        "artifact_prefix": f"{finds}/",
        "print_final_stats": 1,
        "reload": 0,
    }
    said = libfuzzer(target.name, options, [new, begin], seconds + _GRACE)
    log.write_text(said, "utf-8")
    return _outcome(log, said, len(list(new.iterdir())), sorted(set(finds.iterdir()) - known))


def found(name: str, folder: Path) -> list[bytes]:
    """What all runs so far have added to the corpus."""
    return [file.read_bytes() for file in (folder / "corpus" / name).glob("*")]


def libfuzzer(name: str, options: dict[str, object], folders: Iterable[Path], patience: int) -> str:
    """Run the target's process to its end; what it wrote. A crash is no error here: it leaves its file."""
    told = [f"-{option}={value}" for option, value in options.items()]
    command = [sys.executable, "-m", "tests.fuzz.one", name, *told, *map(str, folders)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=patience, check=False)
    return f"{ended.stdout.decode('utf-8', 'replace')}\nended with {ended.returncode}\n"


def write(folder: Path, inputs: Iterable[bytes]) -> None:
    """Each input as a file that is named after its content."""
    for data in inputs:
        (folder / sha256(data).hexdigest()[:40]).write_bytes(data)


def _outcome(log: Path, said: str, corpus: int, finds: list[Path]) -> Outcome:
    stats = {stat: int(value) for stat, value in _STAT.findall(said)}
    begun = _READ.search(said)
    peak = stats.get("peak_rss_mb", 0)
    return Outcome(
        name=log.stem,
        executions=stats.get("number_of_executed_units", 0),
        edges=max(map(int, _LAST.findall(said)), default=0),
        corpus=corpus,
        slowest_s=stats.get("slowest_unit_time_sec", 0),
        begun_mb=int(begun[1]) if begun else peak,
        peak_mb=peak,
        finds=tuple(finds),
        log=log,
    )
