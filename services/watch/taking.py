"""From the broker to the store of signals: only what somebody agreed to, sealed; of the rest a number stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from prometheus_client import Counter as Metric
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from feeds.watch import Signal
from rules.watch.admit import Reason, refused, without_position
from rules.watch.ward import Ward
from services.intake import Kind, Sorted
from services.keyring import KeyringError
from services.settings import Settings
from services.store import watch_signals, watch_wards
from services.watch.vault import Vault

log = structlog.get_logger(__name__)
BELL = "watch"
KEPT, REPEAT = "kept", "repeat"
_SIGNALS = Metric("shirase_watch_signals_total", "Signals of watch-over devices by what became of them", ["outcome"])


class Taking:
    """Within the transaction of an ingest batch. Without a vault everything is let fall, and counted.

    ``least`` is the hub's own status: what comes into an exercise is a drill.
    """

    def __init__(self, vault: Vault | None, least: Status = Status.ACTUAL) -> None:
        self._vault, self._least = vault, least
        self._known: dict[str, tuple[int, Ward]] = {}

    @classmethod
    def of(cls, settings: Settings) -> Taking:
        """As the settings have it."""
        vault = Vault(settings.watch.keyring()) if settings.watch else None
        return cls(vault, Status.EXERCISE if settings.exercise else Status.ACTUAL)

    async def take(self, connection: AsyncConnection, work: Sequence[Sorted]) -> Counter[str]:
        """Keep the signals of a batch; outcome → number."""
        found: Counter[str] = Counter()
        for one in work:
            if one.kind is not Kind.WATCH:
                continue
            if one.signal is None and one.fell is None:
                found["rejected"] += 1  # it stands in quarantine, without its bytes
                continue
            outcome = one.fell or await self._keep(connection, one.signal, one.message.received_at)
            if isinstance(outcome, Reason):
                day = one.message.received_at.astimezone(JAPAN).date().isoformat()
                await watch_wards.drop(connection, day, one.message.gateway, outcome.value)
            found[str(outcome)] += 1
        return found

    @staticmethod
    def told(outcomes: Counter[str]) -> bool:
        """After the commit: count; True where somebody has to look at new signals."""
        for outcome, many in outcomes.items():
            _SIGNALS.labels(outcome).inc(many)
        return outcomes[KEPT] > 0

    async def _keep(self, connection: AsyncConnection, signal: Signal | None, received_at: datetime) -> Reason | str:
        assert signal is not None  # or it fell
        if self._vault is None:
            return Reason.NOT_SET_UP
        signal = replace(signal, status=signal.status.stricter(self._least))
        try:
            ward = await self._ward(connection, self._vault, signal)
        except KeyringError as error:
            log.error("a ward cannot be opened", error=str(error))
            return Reason.OTHER_KEY
        reason = refused(ward, signal, received_at)
        if reason is not None or ward is None:
            return reason or Reason.NO_DEVICE
        if without_position(ward, signal, received_at):
            signal = replace(signal, lon=None, lat=None, accuracy_m=None)
        sealed = self._vault.close(signal.key, signal)
        new = await watch_signals.add(connection, signal.key, ward.uid, signal.at, received_at, sealed)
        await watch_wards.heard(connection, signal.gateway, signal.device, received_at, signal.battery)
        return KEPT if new else REPEAT

    async def _ward(self, connection: AsyncConnection, vault: Vault, signal: Signal) -> Ward | None:
        """Whose device it is; opened once for each version."""
        uid = await watch_wards.owner_of(connection, signal.gateway, signal.device)
        if uid is None:
            return None
        kept = await watch_wards.find(connection, uid)
        if kept is None:
            return None
        known = self._known.get(uid)
        if known is None or known[0] != kept.version:
            known = self._known[uid] = kept.version, vault.open(uid, Ward, kept.sealed)
        return known[1]
