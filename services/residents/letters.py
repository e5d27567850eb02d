"""Writes the letters that a subscription itself needs: the link to confirm, or that there is nothing to do."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from services.channels.channel import Outcome
from services.channels.mail.channel import Mail
from services.channels.mail.message import Written
from services.channels.people.book import Fate, Person, Said
from services.clock import wall
from services.desks.subscriptions import Subscriptions
from services.residents.book import person_of
from services.residents.seal import SealError
from services.residents.words import word
from services.store import subscribers
from services.store.engine import Store
from services.store.subscribers import LONGEST_PAUSE, Letter, Purpose

log = structlog.get_logger()
BELL = "letters"
_TAKEN = timedelta(minutes=2)  # to try one; then another process may
_FIRST_PAUSE = timedelta(minutes=2)
_OPEN = (Fate.LATER, Fate.UNKNOWN, Fate.UNREACHED)


class Letters:
    """The queue of letters. ``mark`` leads the subject in an exercise; ``base_url`` is that of the pages."""

    name = "letters"
    EVERY = 5.0  # seconds

    def __init__(self, store: Store, desk: Subscriptions, mail: Mail, base_url: str, mark: str = "") -> None:
        self._store, self._desk, self._mail, self._mark = store, desk, mail, mark
        self._base_url = base_url.rstrip("/")

    async def step(self) -> bool:
        """Send what is due. A letter that could not go comes back after a pause that grows, until it expires; one that
        nobody can take is dropped. Where the server takes nothing from anybody, the others wait as well.
        """
        async with self._store.hold() as connection:
            due = await subscribers.take_letters(connection, wall(), wall() + _TAKEN)
        closed = False
        for letter in due:
            said = None if closed else await self._try(letter)
            closed = closed or isinstance(said, Outcome) or (said is not None and said.fate is Fate.UNREACHED)
            async with self._store.hold() as connection:
                if closed or (isinstance(said, Said) and said.fate in _OPEN):
                    await subscribers.letter_again(connection, letter.id, _next(letter, said, wall()))
                else:
                    await subscribers.letter_done(connection, letter.id)
        return bool(due)

    async def _try(self, letter: Letter) -> Said | Outcome:
        try:
            person = person_of(letter.subscriber, self._desk.seal, self._base_url, wall())
        except SealError as error:
            log.error("letter cannot be addressed", letter=letter.id, error=str(error))
            return Said(fate=Fate.REFUSED)
        await self._mail.turn()
        return await self._mail.post(person, self._written(letter, person))

    def _written(self, letter: Letter, person: Person) -> Written:
        """In the language that was chosen; the Japanese below it, for who gave the wrong address."""
        one = letter.subscriber
        language = (one.asked or one.wish).language
        confirms = letter.purpose is Purpose.CONFIRM and one.asked is not None
        link = f"{self._base_url}/subscribe/confirm?t={self._desk.confirmation(one)}" if confirms else person.mine
        name = f"letter_{letter.purpose.value}"
        texts = [word(f"{name}_text", spoken) for spoken in dict.fromkeys((language, "ja"))]
        return Written(
            subject=f"{self._mark}{word(name, language)}",
            body="\n\n".join([texts[0], link, *texts[1:]]),
            language=language,
            name=f"letter-{letter.id}-{one.uid}",
            listed=False,
        )


def _next(letter: Letter, said: Said | Outcome | None, at: datetime) -> datetime:
    """When it is tried again: 2, 4, 8 … 60 minutes from ``at``, or when the other side says, if that is later."""
    soonest: datetime = at + min(LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(letter.attempts - 1, 8))
    asked = said.retry_at if said else None
    return max(soonest, min(asked, at + LONGEST_PAUSE)) if asked else soonest
