"""OwnTracks: the positions of plows and patrol cars, from the app on a phone.

Shape: https://owntracks.org/booklet/tech/json/. ``vel`` is km/h, ``acc`` metres, ``cog`` degrees, ``tst`` the
time of the fix in seconds since 1970; only ``lat``, ``lon`` and ``tst`` are certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from feeds.activities import is_known
from feeds.device import refused, station_name
from feeds.feed import ByFilter
from feeds.instant import since_1970
from feeds.members import BadMember, Members
from feeds.positions import Spelling, fix
from feeds.records import Decoded, Fix, Message, Rejected
from feeds.safe_json import read_json
from feeds.status import Status

_BY_TAG = Spelling(accuracy="acc", speed="vel", heading="cog", activity="tag")
_BY_REGION = replace(_BY_TAG, activity="inregions")


class OwnTracks(ByFilter):
    """``owntracks/USER/DEVICE``: user is the gateway, device the vehicle. Wills, waypoints and cards hold no fix."""

    name = "owntracks"
    filters = ("owntracks/+/+",)

    def decode(self, message: Message) -> Decoded:
        """One fix, nothing for the app's other messages, or the reason for refusing."""
        body = read_json(message.payload)
        if isinstance(body, Rejected):
            return Decoded(rejected=(body,))
        try:
            members = Members(body)
            assert isinstance(body, dict)  # else there would be no members
            kind = members.text("_type")
            if kind == "encrypted":
                what = "encrypted payloads cannot be read: take the shared key out of the app, the connection is TLS"
                raise BadMember("encrypted", what, "_type")
            return self._location(members, body, message) if kind == "location" else Decoded()
        except BadMember as bad:
            return refused(bad)

    def _location(self, members: Members, body: Mapping[str, Any], message: Message) -> Decoded:
        levels = message.topic.split("/")
        user, device = (levels[1], levels[2]) if len(levels) >= 3 and levels[0] == self.name else ("", "")
        if members.number("tst") is None:
            raise BadMember("no_time", "tst is required: when was the fix, in seconds since 1970?", "tst")
        try:
            measured_at = since_1970(members.number("tst"))
        except ValueError as error:
            raise BadMember("bad_time", str(error), "tst") from None
        assert measured_at is not None
        vehicle = station_name(device or members.get("tid"), "topic")
        gateway = message.gateway or user or self.name
        return Decoded(records=(_fix(body, gateway, vehicle, measured_at),))


def _fix(body: Mapping[str, Any], gateway: str, vehicle: str, measured_at: datetime) -> Fix:
    """What the driver does is told by a tag, or else by the regions he is in that are called like work, not places.

    Without ``vel``, which is left out at nought, the phone does not know where it is heading; some send 0 then.
    """
    regions = body.get("inregions")
    work = [one for one in regions if isinstance(one, str) and is_known(one)] if isinstance(regions, list) else []
    heading = body.get("cog") if body.get("vel") else None
    spelling = _BY_TAG if body.get("tag") else _BY_REGION
    told = Members({**body, "inregions": work, "cog": heading})
    return fix(told, gateway, vehicle, measured_at, spelling, Status.ACTUAL)
