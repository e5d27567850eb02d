"""Subject, date and text of a mail as it was written: RFC 5322 with the charsets of Japan, or bare text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

MAX_BYTES = 256 * 1024
_HEADED = re.compile(
    rb"\A(?:[!-9;-~]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)*(?:From|Subject|Date|Received):", re.IGNORECASE
)
_YEARS = range(1990, 2200)
_TO_KANJI, _TO_KANJI_2004 = b"\x1b$B", b"\x1b$(Q"
_SPELLINGS = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "us-ascii": "utf-8",
}


class MailError(ValueError):
    """The mail cannot be read as text; ``code`` is for programs, the text names the cure."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Mail:
    """``sent`` is None where the mail does not tell it; ``author`` is the name beside the address, or empty."""

    subject: str
    text: str
    sent: datetime | None
    author: str = ""


def read_mail(payload: bytes) -> Mail:
    """The mail in the bytes. Raises MailError: too_large, bad_encoding, no_text, bad_mail."""
    if len(payload) > MAX_BYTES:
        raise MailError("too_large", f"{len(payload)} bytes; at most {MAX_BYTES} are taken, leave attachments away")
    if not _HEADED.match(payload):
        return _bare(_decoded(payload, ""))
    try:
        mail = message_from_bytes(payload, policy=policy.compat32)
        part = _text_part(mail)
        charset = str(part.get_content_charset("") or "")
        body = part.get_payload(decode=True)
        subject, author = _header(mail, "Subject"), _header(mail, "From").partition("<")[0].strip(' "')
        return Mail(subject, _decoded(body if isinstance(body, bytes) else b"", charset), _sent(mail), author)
    except MailError:
        raise
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        raise MailError(
            "bad_mail", f"not a mail that can be read ({type(error).__name__}); send its text alone"
        ) from error


def _text_part(mail: Message) -> Message:
    parts = [part for part in mail.walk() if not part.is_multipart()]
    plain = [part for part in parts if part.get_content_type() == "text/plain" and not part.get_filename()]
    if not plain:
        raise MailError("no_text", "there is no text/plain part; send the mail as text, not as HTML alone")
    return plain[0]


def _header(mail: Message, name: str) -> str:
    """The header in letters, also where it stands there raw, as no header may and some do."""
    raw = next((value for told, value in mail.raw_items() if told.lower() == name.lower()), "")
    bare = raw.encode("ascii", "surrogateescape") if not raw.isascii() or "\x1b" in raw else b""
    if bare:
        return " ".join(_decoded(bare, "").split())
    if "\x00" in raw:
        raise MailError("bad_encoding", f"the header {name} holds a NUL, which is no letter; send it without")
    parts = decode_header(raw)
    return " ".join("".join(_decoded(p, c or "") if isinstance(p, bytes) else p for p, c in parts).split())


def _sent(mail: Message) -> datetime | None:
    raw = mail.get("Date")
    if raw is None:
        return None
    try:
        told = parsedate_to_datetime(str(raw))
    except (ValueError, TypeError, OverflowError):
        raise MailError("bad_date", f"{str(raw)[:60]!r} is no date of a mail, and the year hangs on it") from None
    if told.tzinfo is None:
        raise MailError("bad_date", f"{str(raw)[:60]!r} has no offset")
    if told.year not in _YEARS:
        raise MailError("bad_date", f"{str(raw)[:60]!r} is a year in which nobody sends mail")
    return told


def _bare(text: str) -> Mail:
    """Text without headers: its first line is the subject, also where 件名 stands before it."""
    lines = text.strip("\r\n").split("\n")
    subject = re.sub(r"^(件名|題名|Subject)\s*[:：]\s*", "", lines[0].strip())
    return Mail(subject, "\n".join(lines[1:]).strip("\n"), None)


def _decoded(body: bytes, charset: str) -> str:
    """Strictly: a letter that cannot be read must not become a question mark in a police notice."""
    tries = [_SPELLINGS.get(charset.lower(), charset)] if charset else ["utf-8", "cp932"]
    if not charset and _TO_KANJI in body:
        charset, tries = "iso-2022-jp", ["iso2022_jp"]
    if charset.lower() == "iso-2022-jp":  # ① and ㈱, which the standard does not have and everybody sends
        tries.append("iso2022_jp_2004")
    for one in tries:
        data = body.replace(_TO_KANJI, _TO_KANJI_2004) if one == "iso2022_jp_2004" else body
        try:
            text = data.decode(one)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            break
        return text.removeprefix("\ufeff").replace("\r\n", "\n")
    told = charset[:40] or "UTF-8, ISO-2022-JP or CP932"
    raise MailError("bad_encoding", f"the text is not {told}; send it as UTF-8")
