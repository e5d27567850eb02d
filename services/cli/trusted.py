"""``--trust PEM``: the certificates that whoever runs a command holds."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509

from feeds.cap.verify import certificates


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Add the option; it may be repeated."""
    parser.add_argument(
        "--trust", type=Path, action="append", default=[], metavar="PEM", help="a certificate that may sign; repeatable"
    )


def read_trusted(files: Iterable[Path]) -> tuple[x509.Certificate, ...]:
    """The certificates of these files. Raises OSError, or ValueError naming the file."""
    found: list[x509.Certificate] = []
    for file in files:
        try:
            found += certificates(file.read_bytes())
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from error
    return tuple(found)
