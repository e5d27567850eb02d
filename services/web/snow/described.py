"""What the members of a section, a decision and an order mean, for the OpenAPI document."""

from __future__ import annotations

_WHERE = {"section": "code of the plow section", "status": "Actual, Exercise or Test"}
_DECIDED = {
    "at": "when it was decided",
    "preset": "whose rules, by id",
    "outcome": "propose, veto, wait, near, below or unknown",
    "reason": "why, by name",
    "rule": "the rule that fired, or that little is missing to",
    "sentence": "the same in one Japanese sentence",
    "sentence_en": "the same in English",
    "depth_cm": "snow depth, or null",
    "new_snow_cm": "new snow as the rule counts it, or null",
    "since": "what the new snow counts from, or null",
    "at_least": "true where hours are missing",
    "missing": "centimetres missing to the rule",
    "expected_cm": "snow expected until the finish hour, or null",
    "expected_source": "whose forecast, issued when, for which area; empty: the trend of three hours",
    "expected_low_cm": "lower end of what is forecast, or null",
    "expected_high_cm": "upper end of it, or null",
    "expected_until": "where the forecast ends before the finish hour, or null",
    "expected_text": "the forecast in a Japanese phrase; empty where there is none",
    "warmest_c": "highest air temperature expected until then, or null",
    "rut_cm": "depth of ruts as reported, or null",
    "drifting": "true in wind and cold in which snow drifts",
    "passed_at": "since when most of the section is plowed; without positions when its last order was done; or null",
    "finish_at": "when the round should be done",
    "next_at": "the next decision time, or null: at any time",
    "gauges": "each gauge: {station, name, depth_cm, new_snow_cm, since, at_least, at}",
    "silent": "names of gauges that ought to speak and do not",
    "verdicts": "each rule: {rule, kind, classes, outcome, reason, have_cm, need_cm, missing_cm, "
    "sentence, sentence_en, evidence}",
}
DECISION = _WHERE | _DECIDED
ORDER = {
    "id": "number",
    **_WHERE,
    "section_name": "name of the section",
    "kind": "plow, ruts, hauling, levelling or deicing",
    "kind_ja": "the same in Japanese",
    "kind_en": "the same in English",
    "rule": "the rule that proposed it; empty: a person's own",
    "classes": "route classes; empty: all",
    "state": "standby, proposed, ordered, acknowledged, working, finished, declined or cancelled",
    "state_ja": "the same in Japanese",
    "closed": "true when it is over",
    "finish_by": "when it should be done, or null",
    "ordered_at": "when a person ordered, or null",
    "acknowledged_at": "when the contractor had it, or null",
    "started_at": "when work began, or null",
    "finished_at": "when it was done, or null",
    "vehicles": "as the contractor told, or null",
    "overdue": "true where nobody acknowledged in time",
    "late": "true where it should be done by now",
    "refused": "true where the contractor cannot come",
    "may": "acts that the desk may do next",
    "events": "every act: {act, act_ja, at, happened_at, how, who, text, vehicles}",
}
SECTION = {
    **_WHERE,
    "name": "of the section",
    "name_en": "the same in English",
    **_DECIDED,
    "waits": "decide, answer, late, gauge, work, or empty: nothing does",
    "orders": "open orders, and those over within a day, as /snow/orders tells them",
    "contractors": "{name, phone, mail} of those who plow it",
}
