"""Tables that no rule of retention deletes from: what keeps each of them small."""

from __future__ import annotations

from collections.abc import Mapping

ELSEWHERE: Mapping[str, str] = {
    "answered": "a day; the loop sweep",
    "photos": "[reports] photo_days; the loop sweep",
    "looks": "one row per section",
    "looked": "one row per status",
    "line_events": "30 days, what stands in them until it is answered; the loop sweep",
    "line_talks": "two hours; the loop sweep",
    "letters": "until they are out or have run out; the loop subscribers",
    "subscribers": "until they leave",
    "stories": "[skill] kept_days; the loop verify",
    "outlooks": "[skill] kept_days; the loop verify",
    "skill_days": "[skill] kept_days, months for good; the loop verify",
    "skill_bins": "[skill] kept_days, months for good; the loop verify",
    "coverage": "one row per segment",
    "crime_counts": "for good: numbers of a month by block, with nobody in them",
    "cursors": "one row per stage",
    "gateways": "one row per gateway; revoked ones say that they are",
    "lead_acts": "a week longer than the leads they speak of; the loop forget leads",
    "lead_reads": "400 days: numbers by the hour; the loop forget leads",
    "lead_salts": "two days; the loop forget leads",
    "leads": "[listening] kept_hours, of X a day at most; the loop forget leads",
    "leases": "one row per verb",
    "listened": "one row per source",
    "polled_entries": "as long as a source may name them again; the loop poll",
    "polled_feeds": "one row per address",
    "processes": "some minutes; by the processes themselves",
    "season_squares": "for good: numbers of a day by square of 500 m, with nobody in them",
    "sessions": "until they run out; at each login",
    "staff": "until they leave; `shirase staff remove`",
    "stations": "one row per sensor",
    "told_limits": "one row per window of a provider",
    "users": "one row per person; the chronology names them",
    "vitals": "one row per gateway",
    "watch_devices": "one row per device; with its ward",
    "watch_dropped": "one row per day, gateway and reason: numbers with nobody in them",
    "watch_staff": "one row per account",
    "watch_wards": "until they are removed (`shirase watch remove`); the register tells whose consent is over",
}
