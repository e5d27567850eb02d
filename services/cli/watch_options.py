"""The options of ``shirase watch``, and what they make."""

from __future__ import annotations

import argparse
from datetime import datetime, time
from pathlib import Path
from typing import Any

from rules.watch.ward import Consent, Expected, Passes, Purpose, Relation, Supporter
from services.watch.roster_csv import checked_address, day_end

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def add(parser: argparse.ArgumentParser) -> None:
    """Every verb with its options."""
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    staff = _verb(verbs, "staff", "who of the accounts may see people, and until when")
    staff.add_argument("what", choices=("add", "remove", "list"))
    staff.add_argument("name", nargs="?", default="")
    staff.add_argument("--until", default="", metavar="DATE")
    importing = _verb(verbs, "import", "register everybody of a CSV list (避難行動要支援者名簿), or nobody")
    importing.add_argument("file", metavar="FILE.csv")
    importing.add_argument("--check", action="store_true", help="only say what is wrong")
    _verb(verbs, "list", "everybody; each is entered in the access log")
    _verb(verbs, "due", "what runs out soon")
    _verb(verbs, "reseal", "seal under the key of today what lies under a former one")
    _one(verbs, "show", "one person")
    _one(verbs, "export", "all that is known of one person, who looked included")
    _one(verbs, "remove", "erase all of one person").add_argument("--yes", action="store_true")
    _verb(verbs, "log", "who looked at whom").add_argument("uid", nargs="?", default="", metavar="UID")
    _consents(verbs)
    _people(verbs)
    _things(verbs)


def _consents(verbs: Any) -> None:
    consent = _one(verbs, "consent", "somebody agreed")
    purposes = ", ".join(one.value for one in Purpose)
    consent.add_argument("--purposes", required=True, metavar="P,…", help=purposes)
    for name, what in (("given-by", "who"), ("relation", "本人, 保護者, …"), ("way", "書面, 窓口, …")):
        consent.add_argument(f"--{name}", required=True, help=what)
    consent.add_argument("--paper", default="", help="number of the paper")
    consent.add_argument("--until", required=True, metavar="DATE")
    withdrawn = _one(verbs, "withdraw", "a consent is taken back, at once")
    withdrawn.add_argument("--purpose", choices=[one.value for one in Purpose], help="only this one")


def _people(verbs: Any) -> None:
    supporter = _one(verbs, "supporter", "add somebody who is told")
    supporter.add_argument("--name", required=True)
    supporter.add_argument("--relation", required=True, choices=[one.value for one in Relation])
    supporter.add_argument("--address", required=True, metavar="WAY:ADDRESS", help="a mail address, or WAY:ADDRESS")
    supporter.add_argument("--until", required=True, metavar="DATE")
    supporter.add_argument(
        "--group", type=int, default=1, choices=range(1, 10), metavar="1-9", help="1 is called first"
    )
    for name, what in (
        ("place", "may see where"),
        ("needs", "may see the help needed"),
        ("drills", "agreed to drills"),
    ):
        supporter.add_argument(f"--{name}", action="store_true", help=what)
    supporter.add_argument("--passes", choices=[one.value for one in Passes], default=Passes.NONE.value)
    supporter.add_argument(
        "--quiet", default="", metavar="22:00-07:00", help="when notices wait; calls for help do not"
    )


def _things(verbs: Any) -> None:
    device = _one(verbs, "device", "a device is this person's")
    device.add_argument("device", metavar="GATEWAY/DEVICE")
    device.add_argument("--what", required=True, help="ペンダント, 人感センサー, …")
    device.add_argument("--until", required=True, metavar="DATE")
    device.add_argument("--every", type=int, metavar="MINUTES", help="how often it is heard from")
    device.add_argument("--place", action="append", default=[], metavar="CODE=NAME", help="school-gate-1=小学校の門")
    expect = _one(verbs, "expect", "by when somebody should have been seen")
    expect.add_argument("--label", required=True, help="帰宅")
    expect.add_argument("--days", default="mon,tue,wed,thu,fri", metavar="mon,…")
    expect.add_argument("--from", dest="begins", required=True, metavar="HH:MM")
    expect.add_argument("--until", dest="hour", required=True, metavar="HH:MM")
    expect.add_argument("--places", default="", metavar="CODE,…", help="left out: any sign that the person moves")
    _one(verbs, "pause", "no absence is asked about until then; without --until again at once").add_argument(
        "--until", default="", metavar="DATE"
    )
    fence = _one(verbs, "fence", "a circle that is not left alone; without --radius none")
    fence.add_argument("--lon", type=float, default=0.0)
    fence.add_argument("--lat", type=float, default=0.0)
    fence.add_argument("--radius", type=float, metavar="METRES")
    ending = _one(verbs, "end", "a supporter, device or expectation is no more")
    ending.add_argument("thing", metavar="supporter:N|device:GATEWAY/DEVICE|expect:N")


def consent_of(args: argparse.Namespace, now: datetime) -> Consent:
    """Raises ValueError."""
    return Consent(
        purposes=tuple(Purpose(one.strip()) for one in args.purposes.split(",")),
        given_by=args.given_by,
        relation=args.relation,
        way=args.way,
        paper=args.paper,
        since=now,
        until=day_end(args.until),
    )


def supporter_of(args: argparse.Namespace, number: int, now: datetime) -> Supporter:
    """Raises ValueError."""
    begins, _, ends = args.quiet.partition("-")
    return Supporter(
        number=number,
        name=args.name,
        relation=Relation(args.relation),
        address=checked_address(args.address),
        since=now,
        until=day_end(args.until),
        group=args.group,
        place=args.place,
        needs=args.needs,
        drills=args.drills,
        passes=Passes(args.passes),
        quiet_from=time.fromisoformat(begins) if args.quiet else None,
        quiet_until=time.fromisoformat(ends) if args.quiet else None,
    )


def known_way(args: argparse.Namespace) -> None:
    """Raises ValueError where the settings have no such way."""
    way = checked_address(args.address).partition(":")[0]
    if way not in args.ways:
        raise ValueError(f"設定 [watch.ways] に {way} がありません")


def expected_of(args: argparse.Namespace, number: int) -> Expected:
    """Raises ValueError."""
    return Expected(
        number=number,
        label=args.label,
        days=tuple(_DAYS.index(one.strip()) for one in args.days.split(",")),
        begins=time.fromisoformat(args.begins),
        by=time.fromisoformat(args.hour),
        places=tuple(one.strip() for one in args.places.split(",") if one.strip()),
    )


def pair(text: str) -> tuple[str, str]:
    """CODE=NAME. Raises ValueError."""
    code, _, name = text.partition("=")
    if not code or not name:
        raise ValueError("write a place as CODE=NAME, such as school-gate-1=小学校の門")
    return code, name


def _verb(verbs: Any, name: str, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=summary)
    parser.add_argument("--by", required=True, metavar="NAME", help="whose act it is: an account with a leave")
    parser.add_argument("--why", default="", help="for the access log")
    return parser


def _one(verbs: Any, name: str, summary: str) -> argparse.ArgumentParser:
    parser = _verb(verbs, name, summary)
    parser.add_argument("uid", metavar="UID")
    return parser
