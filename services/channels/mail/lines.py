"""Connections to the mail server, each used for many mails, and what the server's replies mean (RFC 5321, RFC 3463).

The phase decides: refused before the text was sent is certain; a connection that dies while the text is on its way is
not known. A refusal of the sender or of the login is not about the person, and stops everything.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from pydantic import SecretStr

from services.channels.channel import Cause, Outcome, Verdict
from services.channels.people.book import Fate, Said
from services.outgoing.dial import dial
from services.outgoing.session import told, trusting

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"[^\s<>:,;]+@[^\s<>:,;]+")
_NOBODY = re.compile(r"5\.1\.[1236]|5\.1\.10|5\.2\.1")  # no such mailbox, domain or user; mailbox disabled
_IDLE = 20.0  # seconds; a server closes a line that says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How the mail server is reached."""

    host: str
    port: int
    security: str  # tls, starttls; none on this machine only
    user: str
    password: SecretStr
    ca_file: Path | None
    timeout_s: float
    per_connection: int
    hello: str  # how we name ourselves


@dataclass(slots=True)
class _Line:
    smtp: SMTP
    used: int = 0
    since: float = 0.0


class Lines:
    """A few open connections. One mail at a time on each."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._free: list[_Line] = []

    async def reached(self) -> Outcome | None:
        """None where a connection stands and the login was taken; else why not."""
        found = await self._line()
        if isinstance(found, _Line):
            self._free.append(found)
            return None
        if isinstance(found, Outcome):
            return found
        cause = Cause.UNREACHED if found.fate is Fate.UNREACHED else Cause.NO_ANSWER
        return Outcome(verdict=Verdict.UNKNOWN, detail=found.code, cause=cause)

    async def send(self, sender: str, recipient: str, message: bytes) -> Said | Outcome:
        """Try once. Never raises for what the server or the network does."""
        found = await self._line()
        if not isinstance(found, _Line):
            return found
        phase = _Phase()
        try:
            said: Said | Outcome = await self._transact(found, sender, recipient, message, phase)
        except SMTPSenderRefused as error:
            said = _not_the_person(error)
        except SMTPRecipientRefused as error:
            said = judged(error.code, error.message)
        except SMTPResponseException as error:
            said = judged(error.code, error.message) if phase.sending else _not_the_person(error)
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            self._drop(found)
            fate = Fate.UNKNOWN if phase.sending else Fate.LATER
            return Said(fate=fate, code=f"回線が切れた ({type(error).__name__})")
        except asyncio.CancelledError:
            self._drop(found)
            raise
        await self._give_back(found, clean=isinstance(said, Said) and said.fate is Fate.TOLD)
        return said

    async def close(self) -> None:
        """Say good-bye where the server still listens."""
        free, self._free = self._free, []
        for line in free:
            try:
                await line.smtp.quit(timeout=2)
            except (SMTPException, OSError, TimeoutError):
                line.smtp.close()

    async def _transact(self, line: _Line, sender: str, recipient: str, message: bytes, phase: _Phase) -> Said:
        smtp = line.smtp
        await smtp.mail(sender)
        await smtp.rcpt(recipient)
        phase.sending = True
        reply = await smtp.data(message)
        return Said(fate=Fate.TOLD, code=f"{reply.code}")

    async def _line(self) -> _Line | Said | Outcome:
        while self._free:
            line = self._free.pop()
            fresh = monotonic() - line.since < _IDLE and line.used < self._server.per_connection
            if fresh and line.smtp.is_connected:
                return line
            self._drop(line)
        return await self._open()

    async def _open(self) -> _Line | Said | Outcome:
        server = self._server
        try:
            trusted = None if server.security == "none" else trusting(server.ca_file)
        except OSError as error:  # the file of the server's authority is gone, or none
            return Said(fate=Fate.UNREACHED, code=f"ca_file cannot be read ({type(error).__name__})")
        try:
            line = await dial(server.host, server.port, server.timeout_s)
        except (OSError, TimeoutError) as error:
            return Said(fate=Fate.UNREACHED, code=f"no connection ({told(error)})")
        smtp = SMTP(
            hostname=server.host,
            sock=line,
            timeout=server.timeout_s,
            local_hostname=server.hello,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=trusted,
        )
        try:
            await smtp.connect()
            if server.user:
                await smtp.login(server.user, server.password.get_secret_value())
        except SMTPAuthenticationError as error:
            smtp.close()
            return _not_the_person(error, "login")
        except SMTPResponseException as error:
            smtp.close()
            return Said(fate=Fate.UNREACHED, code=code_of(error.code, error.message))
        except ssl.SSLError as error:
            smtp.close()
            return Said(fate=Fate.UNREACHED, code=f"no secure connection ({type(error).__name__})")
        except (SMTPException, OSError, TimeoutError) as error:
            smtp.close()
            return Said(fate=Fate.UNREACHED, code=f"no connection ({type(error).__name__})")
        return _Line(smtp, since=monotonic())

    async def _give_back(self, line: _Line, *, clean: bool) -> None:
        """Keep the line for the next mail; after a refusal the server is told to begin anew."""
        if not clean:
            try:
                await line.smtp.rset()
            except (SMTPException, OSError, TimeoutError):
                return self._drop(line)
        line.used, line.since = line.used + 1, monotonic()
        self._free.append(line)
        return None

    def _drop(self, line: _Line) -> None:
        line.smtp.close()


@dataclass(slots=True)
class _Phase:
    sending: bool = False  # the text may have left the house


def judged(code: int, text: str) -> Said:
    """What a refusal of one mail means: 4xx is tried again (greylisting too), 5xx is not."""
    shown = code_of(code, text)
    if code < 500:
        return Said(fate=Fate.LATER, code=shown)
    enhanced = _ENHANCED.search(text)
    nobody = bool(_NOBODY.fullmatch(enhanced[1])) if enhanced else code in (550, 551, 553)
    full = bool(enhanced and enhanced[1] == "5.2.2") or (not enhanced and code == 552)
    if full:  # a mailbox is emptied again
        return Said(fate=Fate.LATER, code=shown)
    return Said(fate=Fate.BOUNCED if nobody else Fate.REFUSED, code=shown)


def code_of(code: int, text: str) -> str:
    """``550 5.1.1``: the codes alone."""
    enhanced = _ENHANCED.search(text)
    return f"{code} {enhanced[1]}" if enhanced else f"{code}"


def _not_the_person(error: SMTPResponseException, what: str = "sender") -> Outcome:
    """The server takes nothing from us, or not now. Its words help; addresses in them are taken out."""
    words = " ".join(_ADDRESS.sub("…", error.message).split())[:200]
    verdict = Verdict.LATER if error.code < 500 else Verdict.REJECTED
    cause = Cause.BUSY if error.code < 500 else Cause.REFUSED
    return Outcome(verdict=verdict, detail=f"mail server, {what}: {error.code} {words}", cause=cause)
