"""One mail to one person: headers that mail programs understand, text, and the same text as simple HTML.

The Message-ID comes from series, revision and person, so every attempt is the same mail and a later revision answers
the earlier one. List-Unsubscribe-Post is RFC 8058.
"""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from services.channels.people.book import Person
from services.residents.words import word


class _Policy(EmailPolicy):
    """SMTP's, but for a subject: where Python folds it, it may lose the blank between two words that it encodes."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name != "Subject" or str(value).isascii():
            return super().fold_binary(name, value)
        folded = Header(str(value), "utf-8", maxlinelen=self.max_line_length, header_name=name)
        return f"{name}: {folded.encode(linesep=self.linesep)}{self.linesep}".encode("ascii")


_POLICY = _Policy(linesep="\r\n", max_line_length=76)
_LINK = re.compile(r"https?://[^\s<>\"'「」、。（）]+")
_HTML = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
    '<meta name="viewport" content="width=device-width"><title>{title}</title></head>'
    '<body style="font-family:sans-serif;font-size:17px;line-height:1.6;max-width:38em;margin:0 auto;padding:12px">'
    "{body}</body></html>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """Who writes."""

    address: str
    name: str
    list_id: str  # of the list, ``name.domain``

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a mail says, in one language. ``name``: of this mail, ``thread``: of those it goes with, oldest first."""

    subject: str
    body: str
    language: str
    name: str
    thread: tuple[str, ...] = ()
    urgent: bool = False
    listed: bool = True  # it goes to a list; a letter about a subscription does not


def name_of(series: str, revision: int, person: Person) -> str:
    """What a mail is called: the same at every attempt, and it tells nothing about the person."""
    return hashlib.sha256(f"{series}\n{revision}\n{person.uid}".encode()).hexdigest()[:32]


def mail(sender: From, person: Person, written: Written, at: datetime) -> bytes:
    """The whole mail. ``at``: wall time."""
    message = EmailMessage(policy=_POLICY)
    local, _, domain = sender.address.rpartition("@")
    message["From"] = Address(display_name=sender.name, username=local, domain=domain)
    message["To"] = person.address
    message["Subject"] = written.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{written.name}@{sender.domain}>"
    if written.thread:
        known = [f"<{name}@{sender.domain}>" for name in written.thread]
        message["In-Reply-To"] = known[-1]
        message["References"] = " ".join(known)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if written.urgent:
        message["Importance"] = "high"
        message["X-Priority"] = "1"
    foot: list[tuple[str, str]] = []
    if written.listed:
        message["List-Id"] = f"<{sender.list_id}>"
        message["List-Unsubscribe"] = f"<{person.leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        foot = [(word(f"foot_{one}", written.language), getattr(person, one)) for one in ("mine", "leave")]
    plain = "\n".join([written.body, "", "--", *[f"{name}: {link}" for name, link in foot]]) if foot else written.body
    message.set_content(plain + "\n", charset="utf-8", cte="base64")
    message.add_alternative(_page(written, foot), subtype="html", charset="utf-8", cte="base64")
    message["Content-Language"] = written.language  # behind the content, which would take it away
    return message.as_bytes()


def _page(written: Written, foot: list[tuple[str, str]]) -> str:
    """No colours, so dark mode can choose them; no picture, no style sheet, nothing to load."""
    blocks = [block for block in written.body.split("\n\n") if block.strip()]
    body = "".join(f"<p>{_linked(block)}</p>" for block in blocks)
    links = " | ".join(f'<a href="{html.escape(link)}">{html.escape(name)}</a>' for name, link in foot)
    tail = f'<hr><p style="font-size:14px">{links}</p>' if links else ""
    language = {"ja-x-easy": "ja"}.get(written.language, written.language)
    return _HTML.format(lang=html.escape(language), title=html.escape(written.subject), body=body + tail)


def _linked(text: str) -> str:
    """Escaped, line ends kept, addresses of pages to be touched."""
    found, pieces, end = _LINK.finditer(text), [], 0
    for match in found:
        link = html.escape(match[0])
        pieces += [html.escape(text[end : match.start()]), f'<a href="{link}">{link}</a>']
        end = match.end()
    pieces.append(html.escape(text[end:]))
    return "".join(pieces).replace("\n", "<br>")
