"""``shirase check``: how messages come in, and what that way cannot do."""

from __future__ import annotations

from typing import Any

from services.broker.login import COMMON_ID
from services.configuration.gateways import Broker, Door
from services.store.engine import parse

_LIMITS = {
    Door.SESSION: ["one process takes in: while it is down, messages wait at the broker"],
    Door.SHARED: [
        "Mosquitto's PUBACK is not tied to its disk: killed, it loses what came in the last seconds",
        "what was handed to a process that dies waits for that process to come back, under the same worker name",
        "no order between processes; an allowance counts for each process by itself",
    ],
    Door.JETSTREAM: [
        "no order between processes; an allowance counts for each process by itself",
        "what is published at QoS 0 is not taken in",
    ],
}


_GUESSED = (
    f"client_id is {COMMON_ID}, as everybody knows: a gateway that comes by it throws the hub out and ends its "
    "session, with what waits there; "
)
_CURES = {
    Door.SESSION: "leave [broker] client_id out: the hub makes one that nobody guesses, see docs/broker.md",
    Door.SHARED: "set [broker] client_id to a word that nobody guesses, the same for all, see docs/broker.md",
}


def broker_finding(city: Broker | None, database_url: str) -> dict[str, Any]:
    """Not ``ok`` where several are to take in and the store lets one process write."""
    if city is None:
        return {"part": "broker", "ok": True, "door": Door.SESSION, "own": True, "limits": _LIMITS[Door.SESSION]}
    alone = parse(database_url).get_backend_name() == "sqlite"
    finding = {"part": "broker", "ok": not (city.several and alone), "door": city.door, "own": False}
    if not finding["ok"]:
        finding["cure"] = "several processes on one store need PostgreSQL: set `database`, see docs/store.md"
    shared = city.door is Door.SHARED and not city.client_id  # several cannot make one up each for themselves
    guessed = [_GUESSED + cure] if (shared or city.client_id == COMMON_ID) and (cure := _CURES.get(city.door)) else []
    return {**finding, "limits": [*_LIMITS[city.door], *guessed]}
