"""Made telegrams of the Japan Meteorological Agency, after its schemas: a frame, and bodies to put into it."""

from __future__ import annotations

from collections.abc import Sequence

from feeds.jma.feed import Jma
from feeds.records import Decoded, Message, Telegram
from tests.feeds.making import NOW, telegram

MORIOKA, TAKIZAWA = ("盛岡市", "0320100"), ("滝沢市", "0321600")
MUNICIPALITIES = "気象・地震・火山情報／市町村等"
FORECAST_AREAS = "気象情報／府県予報区・細分区域等"


def report(title: str, body: str = "", headline: str = "", **more: str) -> bytes:
    """A telegram with this Control/Title. ``more``: status, info_type, event, serial, at, valid, head, family,
    publisher."""
    family = more.get("family", "meteorology")
    at = more.get("at", "2026-11-20T18:00:00+09:00")
    valid = f"<ValidDateTime>{more['valid']}</ValidDateTime>" if "valid" in more else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/" xmlns:jmx="http://xml.kishou.go.jp/jmaxml1/">
<Control><Title>{title}</Title><DateTime>2026-11-20T09:00:00Z</DateTime><Status>{more.get("status", "通常")}</Status>
<EditorialOffice>{more.get("office", "盛岡地方気象台")}</EditorialOffice>
<PublishingOffice>{more.get("publisher", "気象庁")}</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>{more.get("head", title)}</Title>
<ReportDateTime>{at}</ReportDateTime><TargetDateTime>{at}</TargetDateTime>{valid}
<EventID>{more.get("event", "")}</EventID>
<InfoType>{more.get("info_type", "発表")}</InfoType><Serial>{more.get("serial", "")}</Serial><InfoKind>x</InfoKind>
<InfoKindVersion>1.5_0</InfoKindVersion><Headline><Text>{more.get("text", "")}</Text>{headline}</Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/{family}1/" \
xmlns:jmx_eb="http://xml.kishou.go.jp/jmaxml1/elementBasis1/">{body}</Body></Report>""".encode()


def decoded(payload: bytes, topic: str = "") -> Decoded:
    """What the feed makes of it."""
    return Jma().decode(Message(topic=topic, payload=payload, received_at=NOW))


def read(payload: bytes, topic: str = "") -> Telegram:
    """The one telegram in it."""
    return telegram(decoded(payload, topic))


def kind(name: str, code: str = "", more: str = "") -> str:
    """A Kind; ``more`` is further XML, as Status or Condition."""
    told = f"<Code>{code}</Code>" if code else ""
    return f"<Kind><Name>{name}</Name>{told}{more}</Kind>"


def area(place: tuple[str, str], more: str = "") -> str:
    """An Area with its code."""
    return f"<Area><Name>{place[0]}</Name><Code>{place[1]}</Code>{more}</Area>"


def information(of_type: str, kinds: str, code_type: str, *places: tuple[str, str]) -> str:
    """An Information of the Headline with one Item."""
    areas = "".join(area(place) for place in places)
    item = f'<Item>{kinds}<Areas codeType="{code_type}">{areas}</Areas></Item>'
    return f'<Information type="{of_type}">{item}</Information>'


def warning(of_type: str, *items: tuple[str, tuple[str, str]]) -> str:
    """A Warning of the Body: of each item its kinds and its place."""
    told = "".join(f"<Item>{kinds}{area(place)}</Item>" for kinds, place in items)
    return f'<Warning type="{of_type}">{told}</Warning>'


def issued(name: str, code: str, status: str = "発表", last: str = "") -> str:
    """A Kind of a weather warning."""
    before = f"<LastKind><Name>x</Name><Code>{last}</Code></LastKind>" if last else ""
    return kind(name, code, f"<Status>{status}</Status>{before}")


def danger(of_type: str, codes: Sequence[tuple[str, str]], place: str = "") -> str:
    """A Kind of VPWP50: the steps (code, name) one after the other, of a part of the area where ``place`` is told."""
    steps = "".join(
        f'<Significancy refID="{number}" type="{of_type}"><Name>{name}</Name><Code>{code}</Code></Significancy>'
        for number, (code, name) in enumerate(codes, start=1)
    )
    steps = f"<Local><AreaName>{place}</AreaName>{steps}</Local>" if place else steps
    return (
        f"<Kind><Status>発表</Status><Property><Type>{of_type}</Type>"
        f"<SignificancyPart><Base>{steps}</Base></SignificancyPart></Property></Kind>"
    )


def series(*items: tuple[str, tuple[str, str]], hours: Sequence[int] = (18, 21)) -> str:
    """MeteorologicalInfos with a time series of three-hour steps on 20 November."""
    times = "".join(
        f'<TimeDefine timeId="{number}"><DateTime>2026-11-20T{hour}:00:00+09:00</DateTime><Duration>PT3H</Duration>'
        "</TimeDefine>"
        for number, hour in enumerate(hours, start=1)
    )
    told = "".join(f"<Item>{kinds}{area(place)}</Item>" for kinds, place in items)
    return (
        '<MeteorologicalInfos type="量的予想時系列（市町村等）"><TimeSeriesInfo>'
        f"<TimeDefines>{times}</TimeDefines>{told}</TimeSeriesInfo></MeteorologicalInfos>"
    )


def quake(coordinate: str = "+39.8+141.0-10000/", described: str = "深さ　１０ｋｍ", magnitude: str = "5.4") -> str:
    """The Earthquake of a seismological body."""
    return (
        "<Earthquake><OriginTime>2026-11-20T17:58:00+09:00</OriginTime>"
        "<ArrivalTime>2026-11-20T17:58:00+09:00</ArrivalTime><Hypocenter><Area><Name>岩手県内陸北部</Name>"
        f'<Code type="震央地名">212</Code><jmx_eb:Coordinate description="{described}">{coordinate}</jmx_eb:Coordinate>'
        f'</Area></Hypocenter><jmx_eb:Magnitude type="Mj">{magnitude}</jmx_eb:Magnitude></Earthquake>'
    )


def shaken(observed: str, of: str = "Observation") -> str:
    """An Intensity with one prefecture around the districts given."""
    return f"<Intensity><{of}><Pref><Name>岩手県</Name><Code>03</Code>{observed}</Pref></{of}></Intensity>"


def volcano_info(of_type: str, kinds: str, code_type: str, *places: tuple[str, str], event: str = "") -> str:
    """A VolcanoInfo with one Item."""
    areas = "".join(area(place) for place in places)
    item = f'<Item>{event}{kinds}<Areas codeType="{code_type}">{areas}</Areas></Item>'
    return f'<VolcanoInfo type="{of_type}">{item}</VolcanoInfo>'
