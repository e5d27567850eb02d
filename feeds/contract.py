"""Records as the plain JSON that other people's programs read: the shapes of ``shirase decode``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from feeds.cap.line import cap_line
from feeds.crime_types import Crime
from feeds.instant import iso_utc
from feeds.lalert.line import lalert_line
from feeds.lalert.types import LalertDocument
from feeds.records import CapTelegram, Fix, Reading, Record, Rejected, Report, Telegram, TelegramArea
from feeds.snow_ahead import SnowForecast, SnowSpan

_AREA_OPTIONAL = (
    *("code_type", "kind_code", "kind_name", "status", "condition", "last_code"),
    *("max_intensity", "height", "arrival"),
)
_SPREAD = ("spread_g_m2", "spread_width_m", "spread_kg")  # told by spreaders alone
_TELEGRAM_ALWAYS = (
    "telegram",
    "control_title",
    "control_status",
    "editorial_office",
    "publishing_office",
    "head_title",
    "report_datetime",
    "target_datetime",
    "valid_datetime",
    "event_id",
    "serial",
    "info_type",
    "info_kind",
    "info_kind_version",
    "headline",
)


def record_line(record: Record) -> dict[str, Any]:
    """The record as a JSON object; ``record`` tells which: reading, fix, report, forecast or telegram."""
    if isinstance(record, Reading):
        return _reading(record)
    if isinstance(record, Fix):
        return _fix(record)
    if isinstance(record, Report):
        return _report(record)
    if isinstance(record, CapTelegram):
        return cap_line(record.alert)
    if isinstance(record, LalertDocument):
        return lalert_line(record)
    if isinstance(record, SnowForecast):
        return _forecast(record)
    return _telegram(record)


def rejected_line(rejected: Rejected) -> dict[str, Any]:
    """A refusal as a JSON object: error, message, at, and the member where only a part is refused."""
    line = {"error": rejected.code, "message": rejected.message, "at": rejected.at}
    return line | ({"member": rejected.member} if rejected.member else {})


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "record": "reading",
        "gateway": reading.gateway,
        "station": reading.station,
        "quantity": reading.quantity,
        "value": reading.value,
        "unit": reading.unit,
        "measured_at": iso_utc(reading.measured_at),
        "status": reading.status.value,
        "message_id": reading.message_id,
        "seq": reading.seq,
        "flags": sorted(flag.value for flag in reading.flags),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "record": "fix",
        "gateway": fix.gateway,
        "vehicle": fix.vehicle,
        "measured_at": iso_utc(fix.measured_at),
        "lon": fix.lon,
        "lat": fix.lat,
        "accuracy_m": fix.accuracy_m,
        "speed_kmh": fix.speed_kmh,
        "heading_deg": fix.heading_deg,
        "activity": fix.activity,
        "activity_name": fix.activity_name,
        **{name: value for name in _SPREAD if (value := getattr(fix, name)) is not None},
        "status": fix.status.value,
    }


def _report(report: Report) -> dict[str, Any]:
    return {
        "record": "report",
        "gateway": report.gateway,
        "id": report.report_id,
        "kind": report.kind,
        "time": iso_utc(report.measured_at),
        "text": report.text,
        "place": report.place,
        "lon": report.lon,
        "lat": report.lat,
        "confirmed": report.confirmed,
        "source": report.source,
        "status": report.status.value,
        "photos": list(report.photos),
        "finding": report.finding,
        "crime": None if report.crime is None else crime_line(report.crime),
    }


def _forecast(forecast: SnowForecast) -> dict[str, Any]:
    return {
        "record": "forecast",
        "gateway": forecast.gateway,
        "place": forecast.place,
        "lon": forecast.lon,
        "lat": forecast.lat,
        "issued": iso_utc(forecast.measured_at),
        "source": forecast.source,
        "status": forecast.status.value,
        "spans": [_span(one) for one in forecast.spans],
    }


def _span(one: SnowSpan) -> dict[str, Any]:
    return {
        "from": iso_utc(one.start),
        "until": iso_utc(one.until),
        "low_cm": one.low_cm,
        "high_cm": one.high_cm,
        "over_h": one.over_h,
        **{name: True for name in ("assumed", "at_most") if getattr(one, name)},
    }


def crime_line(crime: Crime) -> dict[str, Any]:
    """The fields of a notice as plain JSON; ``parts`` is a list of [label, text]."""
    until = None if crime.until is None else iso_utc(crime.until)
    return {**asdict(crime), "until": until, "parts": [list(part) for part in crime.parts]}


def _telegram(telegram: Telegram) -> dict[str, Any]:
    line: dict[str, Any] = {"record": "telegram", "feed": telegram.feed}
    line |= {name: getattr(telegram, name) for name in _TELEGRAM_ALWAYS}
    line |= {
        "status": telegram.status.value,
        "hazard": telegram.hazard,
        "areas": [_area(area) for area in telegram.areas],
        "areas_without_warning": list(telegram.areas_without_warning),
        "max_alert_level": telegram.max_alert_level,
        "municipalities": list(telegram.municipalities),
        "observations": [asdict(observation) for observation in telegram.observations],
        "criteria": [asdict(criterion) for criterion in telegram.criteria],
    }
    if telegram.hazard in {"earthquake", "tsunami"}:
        line |= {name: getattr(telegram, name) for name in ("max_intensity", "magnitude", "depth_km")}
        line["hypocenter"] = None if telegram.hypocenter is None else asdict(telegram.hypocenter)
    if telegram.hazard == "volcano":
        line["volcanic_alert_level"] = telegram.volcanic_alert_level
        line["volcanic_alert_level_last"] = telegram.volcanic_alert_level_last
    if telegram.snow_ahead:
        line["snow_ahead"] = [
            {
                "codes": list(one.codes),
                "place": one.place,
                "terrain": one.terrain.value,
                "spans": [_span(each) for each in one.spans],
            }
            for one in telegram.snow_ahead
        ]
    if telegram.info_type == "取消":
        line["cancels_event_id"] = telegram.cancels_event_id
    return line


def _area(area: TelegramArea) -> dict[str, Any]:
    line: dict[str, Any] = {"code": area.code, "name": area.name}
    line |= {name: value for name in _AREA_OPTIONAL if (value := getattr(area, name)) not in (None, "")}
    if area.periods:
        line["periods"] = [asdict(period) for period in area.periods]
    return line | {"alert_level": area.alert_level, "hazard": area.hazard}
