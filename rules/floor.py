"""The city's floor under every rule: from which level on, and for what, at least so many people must agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rules.alert import Alert, Approval
from rules.engine import Decision
from rules.rule import orders_evacuation

PEOPLE: Mapping[Approval, int] = {Approval.AUTO: 0, Approval.ONE: 1, Approval.TWO: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What no rule can undercut. Without settings of the city: evacuation information takes a person."""

    levels: Mapping[int, Approval] = field(default_factory=dict)  # from this level on
    evacuation: Approval = Approval.ONE

    def approval(self, alert: Alert) -> Approval:
        """Who must agree to this revision: as its rule says, or more."""
        grave = gravity(alert)
        wanted = [alert.approval, *(one for level, one in self.levels.items() if level <= grave)]
        return max([*wanted, self.evacuation] if evacuates(alert) else wanted, key=lambda one: PEOPLE[one])

    def needed(self, alert: Alert) -> int:
        """How many different people must agree; 0: nobody."""
        return PEOPLE[self.approval(alert)]

    def under(self, decision: Decision) -> Decision:
        """The decision with every revision raised to the floor."""
        return replace(decision, alerts=tuple(replace(one, approval=self.approval(one)) for one in decision.alerts))


def gravity(alert: Alert) -> int:
    """The level that a decision about the alert weighs: its own, or a higher one that it takes back."""
    return max([alert.level, *alert.announced.values()])


def evacuates(alert: Alert) -> bool:
    """True for evacuation information, and for what lifts it."""
    said = (orders_evacuation(alert.response, text.event, text.headline) for text in alert.texts.values())
    return bool(alert.order) or any(said)
