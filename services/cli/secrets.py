"""``shirase secrets``: makes a secret and writes it to a new file that only its owner can read."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What there is to make: each gives the content of the file, and what may be told of it.
_KINDS = ("accounts", "subscriptions", "reporters", "watch", "muster", "vapid")


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("secrets", help="make a secret and write it to a new file")
    parser.add_argument(
        "kind",
        choices=_KINDS,
        help="of [accounts], [subscriptions], [reporters], [watch], [muster], private_key of [channels.push]",
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: written; 1: it could not be, with the reason on stderr. What exists is never written over."""
    makers: dict[str, Callable[[], tuple[str, dict[str, str]]]] = {
        "accounts": _random,
        "subscriptions": _random,
        "reporters": _random,
        "watch": _random,
        "muster": _random,
        "vapid": _vapid,
    }
    content, told = makers[args.kind]()
    try:
        handle = os.open(args.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        why = f"{args.file}: {error.strerror}; name a new file in a folder that exists"
        print(json.dumps({"error": "not_written", "message": why}, ensure_ascii=False), file=sys.stderr)
        return 1
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content + "\n")
    print(json.dumps({"kind": args.kind, "file": str(args.file), **told}, ensure_ascii=False))
    return 0


def _random() -> tuple[str, dict[str, str]]:
    return secrets.token_urlsafe(48), {}


def _vapid() -> tuple[str, dict[str, str]]:
    from services.channels.push.vapid import Vapid, new_key

    key = new_key()
    return key, {"public_key": Vapid(key, "").public_key}
