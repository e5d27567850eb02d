"""What is wrong with the city's own equipment: silent or flooding gateways, clocks that are off, empty batteries.

For staff alone: no rule posts it and no resident sees it. A gauge that nobody hears is not a river that is calm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from feeds.japan import dated
from geo.gateway import GatewayState
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample

_THREE_HEARTBEATS = timedelta(seconds=180)
_LISTENING = timedelta(seconds=60)  # looks further apart than this mean that the way in does not listen
_KNOWN = timedelta(days=2)  # a gateway silent for longer was taken away, or is somebody's errand
_SKEW_S = 60.0  # beyond it a gateway's readings are soon not believed
_BATTERY = 20.0  # per cent
_LASTS = timedelta(minutes=5)


class Equipment:
    """One hazard of level 1 per gateway or station that needs somebody; its area is the city."""

    name = "equipment"
    version = "1"
    quantities = frozenset({"battery"})
    window = timedelta(hours=24)
    telegrams = False
    reports = frozenset[str]()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Everything that is wrong at ``inputs.now``."""
        found = [*_gateways(inputs), *_batteries(inputs, ground)]
        return [self._hazard(source, since, text, inputs, ground) for source, since, text in sorted(found)]

    def _hazard(self, source: str, since: datetime, text: str, inputs: Inputs, ground: Ground) -> Hazard:
        area = ground.areas.get(ground.city)
        return Hazard(
            kind="equipment",
            area=ground.city,
            area_name=area.name if area else ground.city,
            level=1,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=since,
            valid_until=inputs.now + _LASTS,
            headline=text,
            equipment=True,
            source=source,
            evidence=(Evidence(ref=source, text=text),),
        )


def _gateways(inputs: Inputs) -> Iterator[tuple[str, datetime, str]]:
    for one in inputs.gateways:
        if inputs.now - one.checked_at > _LISTENING:
            continue  # we do not listen: that is told elsewhere, and says nothing of the gateway
        gone = _gone_since(one, inputs.now)
        if gone is not None:
            yield f"gateway:{one.name}", gone, f"ゲートウェイ {one.name} が途絶えています（{dated(gone)}から）"
        elif one.skew_s is not None and abs(one.skew_s) > _SKEW_S:
            way = "遅れて" if one.skew_s > 0 else "進んで"
            text = f"ゲートウェイ {one.name} の時計が約 {max(1, round(abs(one.skew_s) / 60))} 分{way}います"
            yield f"clock:{one.name}", inputs.now, text
        if one.over_since is not None:
            text = f"ゲートウェイ {one.name} が許容量を超えて送り続けています（{dated(one.over_since)}から）"
            yield f"allowance:{one.name}", one.over_since, text


def _gone_since(one: GatewayState, now: datetime) -> datetime | None:
    """Since when it is gone: by its own word or will, or by three missed heartbeats while we listened."""
    last = max((at for at in (one.seen_at, one.said_at) if at is not None), default=None)
    if last is None or now - last > _KNOWN:
        return None
    if one.online is False:
        return one.said_at or last
    silent_for = now - max(last, one.watched_since)
    return last if one.beats and silent_for > _THREE_HEARTBEATS else None


def _batteries(inputs: Inputs, ground: Ground) -> Iterator[tuple[str, datetime, str]]:
    for (code, quantity), samples in inputs.series.items():
        station = ground.stations.get(code)
        known = [sample for sample in samples if sample.at <= inputs.now] if quantity == "battery" else []
        if station is None or not known or known[-1].value > _BATTERY:
            continue
        text = f"{station.name} の電池の残りが {known[-1].value:.0f}％です"
        yield f"battery:{code}", _low_since(known), text


def _low_since(samples: Sequence[Sample]) -> datetime:
    since = samples[-1].at
    for sample in reversed(samples):
        if sample.value > _BATTERY:
            break
        since = sample.at
    return since
