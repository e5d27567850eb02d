"""Mail addresses and browsers' push endpoints as residents give them, checked before anything is sent there."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
import unicodedata
from collections.abc import Collection
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

# Old addresses of Japanese carriers have two dots in a row, or one before the @; they exist and are delivered.
_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAIL = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+{_LABEL}")
_LONGEST_MAIL, _LONGEST_ENDPOINT = 254, 1000
_LONGEST_GIVEN = 500  # a domain of many thousand letters takes most of a second to be made ASCII


class AddressError(ValueError):
    """An address that nothing can be sent to; the text never repeats it."""


@dataclass(frozen=True, slots=True)
class PushAddress:
    """Where a browser is reached (RFC 8030), and the keys for which it is told (RFC 8291), base64url."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def text(self) -> str:
        """As it is sealed."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> PushAddress:
        return cls(**json.loads(text))


def mail_address(given: str) -> str:
    """The address with its domain in small letters. Raises AddressError."""
    if len(given) > _LONGEST_GIVEN:
        raise AddressError("this is not a mail address")
    address = unicodedata.normalize("NFKC", given).strip()
    local, _, domain = address.rpartition("@")
    if "=?" in local:  # an encoded word: in a header of a mail it would become other letters, line ends among them
        raise AddressError("this is not a mail address")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            raise AddressError("this is not a mail address") from None
    address = f"{local}@{domain.lower()}"
    if len(address) > _LONGEST_MAIL or not _MAIL.fullmatch(address) or domain.rpartition(".")[2].isdigit():
        raise AddressError("this is not a mail address")
    return address


def same_mailbox(address: str) -> str:
    """What two spellings of one mailbox have in common; by this it is found again."""
    return address.lower()


def push_address(endpoint: str, p256dh: str, auth: str, services: Collection[str]) -> PushAddress:
    """Checked: https, a known push service (a host, or ``.domain`` for all below it), keys of the right size.

    An endpoint is an address that a stranger gives us to call; nothing but the known services is ever called.
    Raises AddressError.
    """
    if len(endpoint) > _LONGEST_ENDPOINT or not re.fullmatch(r"[\x21-\x7e]+", endpoint):
        raise AddressError("endpoint is not an address")
    try:
        url = urlsplit(endpoint)
        port = url.port
    except ValueError:
        raise AddressError("endpoint is not an address") from None
    host = (url.hostname or "").rstrip(".")
    if not known_service(host, services) or "@" in url.netloc or url.fragment or "\\" in endpoint:
        raise AddressError("endpoint is none of a push service that this city knows")
    if url.scheme != "https" and not _is_loopback(host):
        raise AddressError("endpoint must be https")
    if port not in (None, 443) and not _is_loopback(host):
        raise AddressError("endpoint must be at the usual port")
    if len(_bytes(p256dh)) != 65 or _bytes(p256dh)[0] != 4 or len(_bytes(auth)) != 16:
        raise AddressError("keys are not those of a browser")
    return PushAddress(endpoint, p256dh.rstrip("="), auth.rstrip("="))


def known_service(host: str, services: Collection[str]) -> bool:
    """True where the host is one of the services, or below a ``.domain`` among them."""
    return any(host == one or (one.startswith(".") and host.endswith(one)) for one in services)


def _bytes(text: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,120}={0,2}", text):
        return b"\0"
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except binascii.Error:
        return b"\0"


def _is_loopback(host: str) -> bool:
    """Only where the settings name this very address as a service, which is for stand-ins."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
