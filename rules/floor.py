"""The city's floor under every rule: from which level on, and for what, at least so many people must agree."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from rules.alert import GRAVE, Alert, Approval
from rules.engine import Decision
from rules.evacuation import evacuates

PEOPLE: Mapping[Approval, int] = {Approval.AUTO: 0, Approval.ONE: 1, Approval.TWO: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What no rule can undercut. Without settings of the city: evacuation information takes a person, and what a
    person wrote takes another one from level 4 on.
    """

    levels: Mapping[int, Approval] = field(default_factory=dict)  # from this level on
    evacuation: Approval = Approval.ONE
    another_from: int | None = GRAVE  # from this level on nobody agrees alone to their own words; None: anybody may

    def approval(self, alert: Alert) -> Approval:
        """Who must agree to this revision: as its rule says, or more."""
        grave = gravity(alert)
        wanted = [alert.approval, *(one for level, one in self.levels.items() if level <= grave)]
        return max([*wanted, self.evacuation] if evacuates(alert) else wanted, key=lambda one: PEOPLE[one])

    def needed(self, alert: Alert) -> int:
        """How many different people must agree; 0: nobody."""
        return PEOPLE[self.approval(alert)]

    def missing(self, alert: Alert, agreed: Collection[str]) -> int:
        """How many people must still agree, where these do."""
        short = max(0, self.needed(alert) - len(set(agreed)))
        return max(1, short) if self.takes_another(alert) and not set(agreed) - {alert.author} else short

    def takes_another(self, alert: Alert) -> bool:
        """True where its author's own agreement is not enough."""
        return bool(alert.author) and self.another_from is not None and gravity(alert) >= self.another_from

    def told(self, alert: Alert) -> list[str]:
        """The sentence for the officer, where the floor asks for another person than the author."""
        whose = f"{alert.author} が書いた文です。レベル{self.another_from}以上のため、ほかの人の承認が要ります"
        return [whose] if self.takes_another(alert) else []

    def under(self, decision: Decision) -> Decision:
        """The decision with every revision raised to the floor."""
        return replace(decision, alerts=tuple(replace(one, approval=self.approval(one)) for one in decision.alerts))


def gravity(alert: Alert) -> int:
    """The level that a decision about the alert weighs: its own, or a higher one that it takes back."""
    return max([alert.level, *alert.announced.values()])
