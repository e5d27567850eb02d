"""What ``shirase check`` says of the roster: addresses, hours without anybody, and names that nothing has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from rules.rule import Rule
from services.callout.occasion import Event
from services.callout.roster import required
from services.channels.registry import CHANNELS, GROUPS, outlets
from services.settings import Settings

_TOP_LEVEL = 5


def roster_findings(settings: Settings, rules: Sequence[Rule], set_up: Collection[str]) -> Iterator[dict[str, Any]]:
    """One finding for the people, one for each chain, one for what is mandatory. No address is shown."""
    callout = settings.callout
    yield {"part": "callout", **_addresses(settings), "nobody_for": _nobody_for(settings)}
    for number, chain in enumerate(callout.chains):
        holes = callout.holes(chain)
        told = {"groups": list(chain.groups), "nobody_on_duty": holes}
        yield {"part": f"callout chain {number}", "ok": not holes or chain.drills, "drills": chain.drills, **told}
    if callout.mandatory:
        yield _mandatory(settings, rules, set_up)


def _addresses(settings: Settings) -> dict[str, Any]:
    people = settings.callout.people
    if not people:
        return {"ok": True, "people": 0}  # and apprise is not loaded
    from services.callout.outlet import kind_of, readable

    unreadable = [
        f"callout.people.{name}.urls.{number}: apprise does not know {kind_of(url)}://… in this form"
        for name, person in people.items()
        for number, url in enumerate(person.urls)
        if not readable(url)
    ]
    return {"ok": not unreadable, "people": len(people), "unreadable": unreadable}


def _nobody_for(settings: Settings) -> list[str]:
    return [event.value for event in Event if settings.callout.chain_for(event) is None]


def _mandatory(settings: Settings, rules: Sequence[Rule], set_up: Collection[str]) -> dict[str, Any]:
    """Names that are no channel, rules that are none, and rules that must reach a channel they do not name."""
    mandatory = settings.callout.mandatory
    unknown = sorted({name for one in mandatory for name in one.channels} - CHANNELS.keys() - GROUPS.keys())
    strangers = sorted({name for one in mandatory for name in one.rules} - {rule.id for rule in rules})
    missing = {}
    for rule in rules:
        warns = any(hazard.alert_level for case in rule.tests for hazard in case.hazards)
        names = required(mandatory, alert_level=warns, level=_TOP_LEVEL, rule=rule.id)
        if lost := sorted(set(outlets(names, set_up)) - set(outlets(rule.channels, set_up))):
            missing[rule.id] = lost
    faults = {"unknown_channels": unknown, "unknown_rules": strangers, "not_told_by": missing}
    cure = "name the channel in the rule's channels, or take it out of [[callout.mandatory]]" if missing else ""
    return {"part": "callout mandatory", "ok": not any(faults.values()), **faults, "cure": cure}
