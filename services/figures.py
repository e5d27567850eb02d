"""The figures of each stage at /metrics: how long, how much, what failed, how full (docs/observability.md).

Labels are of a few known values each: words of our own, names of the settings. Never a sensor, a person, or a text that
came from outside: ``tests/house/test_metrics.py`` holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from services.clock import wall

# When each counter began: a third of all lines, and nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]

_QUICK = (0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)  # seconds: what a person may wait for
_STEP = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0)
_LONG = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0, 1800.0, 7200.0)  # what may wait for hours

_FORGET: dict[str, tuple[Callable[[], None], ...]] = {}


def told_by(verb: str, *forget: Callable[[], None]) -> None:
    """How to take away the gauges of a verb that one process runs at a time."""
    _FORGET[verb] = forget


def fall_silent(verb: str) -> None:
    """Another process tells its gauges from now on: our last ones would stand beside them as if they were new."""
    for forget in _FORGET.get(verb, ()):
        forget()


STEPS = Counter("shirase_steps_total", "Steps of each loop", ["service", "outcome"])
STEP_SECONDS = Histogram("shirase_step_seconds", "Duration of one step", ["service"], buckets=_STEP)

INGEST_SECONDS = Histogram(
    "shirase_ingest_seconds", "Receipt to commit of the oldest message of a batch, hub time", buckets=_QUICK
)
MESSAGES = Counter("shirase_messages_total", "Messages by what became of them", ["outcome"])
MESSAGES.labels("records")  # a hub that starts while nothing comes in must say nought, not nothing
INGEST_FAILURES = Counter("shirase_ingest_failures_total", "Times that the store did not take a batch")
RECORDS = Counter("shirase_records_total", "Records by the way they came and what became of them", ["stage", "outcome"])
RECORDS.labels("ingest", "rejected")  # at nought: the first must be seen as a rise
BROKER_WAITING = Gauge(
    "shirase_broker_waiting", "Messages at the broker that nobody has taken yet, over all ingest processes"
)
BROKER_WAITING.set(float("nan"))  # of a broker that does not say: not none
CONTACTS = Counter("shirase_contacts_total", "Senders' contacts by what became of them", ["outcome"])

POLL_SECONDS = Histogram("shirase_poll_seconds", "Asking one feed and taking in what is new", ["feed"], buckets=_STEP)
POLL_READS = Counter("shirase_poll_reads_total", "Times a feed was asked, by what came of it", ["feed", "outcome"])
POLL_GOOD = Gauge(
    "shirase_poll_good_timestamp_seconds",
    "When a feed last answered as it should; until it first does, when we began to ask",
    ["feed"],
)

POLL_EVERY = Gauge("shirase_poll_every_seconds", "How often a feed is to be asked", ["feed"])

PREDICT_SECONDS = Histogram("shirase_predict_seconds", "One look of the models, read to commit", buckets=_STEP)
PREDICT_RECORDS = Counter("shirase_predict_records_total", "Records that the models have been shown")
PREDICT_CHANGES = Counter("shirase_predict_changes_total", "Changes of the picture of hazards", ["status"])
PREDICT_FAILURES = Counter("shirase_predict_failures_total", "Looks in which a model failed", ["model"])
HAZARDS = Gauge("shirase_hazards", "Hazards that hold now", ["status", "kind"])
told_by("predict", HAZARDS.clear)

EVALUATE_SECONDS = Histogram("shirase_evaluate_seconds", "One decision of the rules, look to commit", buckets=_STEP)
EVALUATE_ALERTS = Counter("shirase_evaluate_alerts_total", "What the rules did with alerts", ["status", "outcome"])

DELIVER_SECONDS = Histogram("shirase_deliver_seconds", "One attempt at a provider", ["channel"], buckets=_QUICK)
DELIVER_AGE = Histogram(
    "shirase_deliver_age_seconds", "From issue to the provider's acceptance, hub time", ["channel"], buckets=_LONG
)
DELIVERIES = Counter("shirase_deliveries_total", "Attempts by verdict and cause", ["channel", "verdict", "reason"])

WEB_SECONDS = Histogram(
    "shirase_web_seconds", "Request to the end of the answer; no event streams", ["area"], buckets=_QUICK
)
WEB_REQUESTS = Counter("shirase_web_requests_total", "Answers by class of their code", ["area", "code"])
WEB_UNDER_WAY = Gauge("shirase_web_under_way", "Requests that are being answered; no event streams")
EVENT_STREAMS = Gauge("shirase_event_streams", "Open streams of events", ["audience"])

WRITE_WAIT = Histogram("shirase_store_write_wait_seconds", "Waiting for the turn to write", buckets=_QUICK)
WRITE_SECONDS = Histogram("shirase_store_write_seconds", "A transaction that writes, turn to commit", buckets=_QUICK)
LEASE_HELD = Gauge("shirase_lease_held", "1 where this process has the lease", ["lease"])
LEASE_CHANGES = Counter("shirase_lease_changes_total", "Leases that this process took or lost", ["lease", "outcome"])
SERVICES = Gauge("shirase_service_running", "1 for each service of this process", ["service"])

RETIRED = Counter("shirase_retired_total", "Rows that went by the rules of retention", ["rule"])
CERTIFICATE_UNTIL = Gauge(
    "shirase_certificate_expiry_timestamp_seconds", "Until when a certificate of ours is valid", ["of"]
)
SIGNING_UNTIL = Gauge("shirase_signing_until_seconds", "Until when our certificate is valid, as a time stamp")
SELFTEST_AT = Gauge("shirase_selftest_seconds", "When a channel was last tried, as a time stamp", ["channel"])
SELFTEST_OK = Gauge("shirase_selftest_ok", "1 where the last try of a channel succeeded", ["channel"])
CLOCK_OFFSET = Gauge(
    "shirase_clock_offset_seconds", "How far our clock is ahead of another's, as of the last look", ["against"]
)


@contextmanager
def asked(feed: str) -> Iterator[None]:
    """Asking one feed: how long it took and whether it went well. What is raised is the caller's."""
    began, outcome = perf_counter(), "failed"
    try:
        yield
        outcome = "ok"
        POLL_GOOD.labels(feed).set(wall().timestamp())
    finally:
        POLL_SECONDS.labels(feed).observe(perf_counter() - began)
        POLL_READS.labels(feed, outcome).inc()


def begin_asking(feed: str, every_s: float) -> None:
    """A feed that has never answered is silent since now, and its counters stand at nought."""
    POLL_EVERY.labels(feed).set(every_s)
    POLL_GOOD.labels(feed).set(wall().timestamp())
    for outcome in ("ok", "failed"):
        POLL_READS.labels(feed, outcome)
