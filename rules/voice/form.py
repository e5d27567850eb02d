"""What a spoken text is like on each outlet for the ear: how long, how often, how slow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# An announcer reads 300 characters of Japanese, or 150 words of English, in a minute; loudspeakers in the open need
# more time, because the echo of one word must not meet the next.
CHARACTERS_A_SECOND, WORDS_A_SECOND = 5.0, 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way of saying an alert aloud."""

    name: str
    seconds: float  # of one utterance, repetition included; what does not fit makes a further utterance
    twice: bool  # always said twice; otherwise only where that fits as well
    sentences: int  # of the body, where the outlet allows no more; 0: as many as fit
    slowness: float  # how many times longer than an announcer it takes
    pause_ms: int  # between sentences
    chimes: bool  # the up and down chime of loudspeakers, for the player to sound
    once: bool = False  # never said twice: who listens can ask again


FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form(name="radio", seconds=60, twice=False, sentences=0, slowness=1.0, pause_ms=500, chimes=False),
        Form(name="loudspeaker", seconds=120, twice=True, sentences=2, slowness=1.5, pause_ms=1500, chimes=True),
        Form(name="telephone", seconds=90, twice=True, sentences=3, slowness=1.0, pause_ms=700, chimes=False),
        Form(name="page", seconds=120, twice=False, sentences=0, slowness=1.0, pause_ms=400, chimes=False, once=True),
    )
}
