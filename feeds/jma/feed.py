"""The feed of JMA telegrams: from hub/v1/GATEWAY/telegram, from files, from a poller."""

from __future__ import annotations

import re
from dataclasses import fields

from feeds.jma.content import Content
from feeds.jma.frame import BadTelegram, Frame, read_frame
from feeds.jma.snow_ahead import snow_ahead
from feeds.jma.types import type_of_title
from feeds.records import Decoded, Message, Rejected, Telegram
from feeds.safe_xml import read_xml
from feeds.topics import hub_topic

_CODE = re.compile(r"(?<![A-Z])V[A-Z]{3}(?:[0-9]{2}|ii)(?![A-Za-z0-9])")
_KEY_AT_MOST, _SUBJECT_AT_MOST = 512, 256  # characters that a store can be asked to hold
_FILE = re.compile(r"[0-9]{14}_[0-9]+_[A-Z0-9]{6}_[A-Za-z0-9]+\.xml")


def telegram_code(name: str) -> str | None:
    """The type code in a file name or topic (…_VPWW56.xml → VPWW56), None where it has none: XML never tells it."""
    found = _CODE.findall(name)
    return found[-1] if found else None


class Jma:
    """気象庁防災情報XML. ``telegram`` needs a grant of its own at the broker, so that no gateway can forge one."""

    filters: tuple[str, ...] = ()
    name = "jma"

    def accepts(self, topic: str) -> bool:
        """Relayed telegrams, and the file names of those that were fetched, which no gateway can use as a topic."""
        if _FILE.fullmatch(topic):
            return True
        place = hub_topic(topic)
        return not isinstance(place, Rejected) and place.kind == "telegram"

    def decode(self, message: Message) -> Decoded:
        """One Telegram, or one Rejected: hostile or broken XML, another format, an unknown Status or type."""
        root = read_xml(message.payload)
        if isinstance(root, Rejected):
            return Decoded(rejected=(root,))
        try:
            telegram = _telegram(read_frame(root), message)
            if len(telegram.key) > _KEY_AT_MOST or len(telegram.subject) > _SUBJECT_AT_MOST:
                raise BadTelegram("bad_telegram", "office, event or serial are too long to be true", "/Report/Head")
            return Decoded(records=(telegram,))
        except BadTelegram as bad:
            return Decoded(rejected=(bad.rejected,))


def _telegram(frame: Frame, message: Message) -> Telegram:
    kind = type_of_title(frame.title)
    if kind is None:
        raise BadTelegram(
            "unsupported_telegram",
            f"telegrams titled {frame.title!r} are not read; kept as they came",
            "/Report/Control/Title",
        )
    content = kind.read(frame, kind.hazard)
    return Telegram(
        feed="jma",
        telegram=telegram_code(message.topic) or kind.code,
        control_title=frame.title,
        control_status=frame.control_status,
        control_datetime=frame.control_datetime,
        editorial_office=frame.editorial_office,
        publishing_office=frame.publishing_office,
        head_title=frame.head_title,
        report_datetime=frame.report_datetime,
        target_datetime=frame.target_datetime,
        valid_datetime=frame.valid_datetime,
        event_id=frame.event_id,
        serial=frame.serial,
        info_type=frame.info_type,
        info_kind=frame.info_kind,
        info_kind_version=frame.info_kind_version,
        headline=frame.headline,
        status=frame.status,
        measured_at=frame.reported_at,
        gateway=_gateway(message),
        snow_ahead=snow_ahead(frame),
        **{field.name: getattr(content, field.name) for field in fields(Content)},
    )


def _gateway(message: Message) -> str:
    place = hub_topic(message.topic)
    return message.gateway if isinstance(place, Rejected) else place.gateway
