"""Hostile XML: bombs, fetches, encodings, and telegrams that lie."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.fuzz.hostile_input import Hostile, bent, huge
from tests.fuzz.hostile_json import NO_UTF8, TEN_MB
from tests.fuzz.seeds import CAP, JMA, LALERT, Seed

_SEEDS = (JMA[0], CAP, LALERT)


def _laughs(levels: int, each: int) -> str:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * each}">' for n in range(1, levels))
    return f'<!DOCTYPE a [<!ENTITY e0 "ha">{entities}]><a>&e{levels - 1};</a>'


_WHOLE: dict[str, str] = {
    "nothing": "",
    "spaces": " \n" * 1_000,
    "a text": "snow",
    "JSON": '{"v":1}',
    "another root": "<a/>",
    "two roots": "<a/><a/>",
    "not closed": "<Report><Control>",
    "closed twice": "<a></a></a>",
    "an attribute twice": '<a b="" b=""/>',
    "a prefix that is not declared": "<x:a/>",
    "an entity that is not declared": "<a>&x;</a>",
    "a reference to half a surrogate": "<a>&#xD800;</a>",
    "a NUL": "<a>&#0;</a>",
    "a raw control character": "<a>\x01</a>",
    "a character above all": "<a>&#x110000;</a>",
    "open CDATA": "<a><![CDATA[",
    "an open comment": "<a><!--",
    "comments, then nothing": "<!--x-->" * 10_000,
    "instructions, then nothing": "<?x y?>" * 10_000,
    "many laughs": _laughs(10, 10),
    "few long laughs": _laughs(3, 1_000),
    "a deep laugh": _laughs(200, 2),
    "a laugh in itself": '<!DOCTYPE a [<!ENTITY a "&b;"><!ENTITY b "&a;">]><a>&a;</a>',
    "a blow-up in the square": f'<!DOCTYPE a [<!ENTITY a "{"a" * 50_000}">]><a>{"&a;" * 50_000}</a>',
    "a laugh in an attribute": '<!DOCTYPE a [<!ENTITY a "a">]><a b="&a;"/>',
    "a default for an attribute": '<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>',
    "a file": '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>',
    "a device": '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///dev/zero">]><a>&a;</a>',
    "a fetch": '<!DOCTYPE a [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]><a>&a;</a>',
    "a fetch by parameter": '<!DOCTYPE a [<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;]><a/>',
    "a DTD elsewhere": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
    "a public DTD": '<!DOCTYPE a PUBLIC "-//a" "http://127.0.0.1:9/a.dtd"><a/>',
    "a DOCTYPE behind a comment": "<!-- <a> --><!DOCTYPE a []><a/>",
    "a small doctype": "<!doctype a><a/>",
    "an inclusion": '<a xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="file:///etc/passwd"/></a>',
    "a style sheet": '<?xml-stylesheet href="http://127.0.0.1:9/"?><a/>',
    "depth 65": "<a>" * 65 + "</a>" * 65,
    "depth 300": "<a>" * 300 + "</a>" * 300,
    "depth 100,000": "<a>" * 100_000,
    "100,000 attributes": "<a " + " ".join(f'b{n}=""' for n in range(100_000)) + "/>",
    "20,000 namespaces": "<a " + " ".join(f'xmlns:b{n}="c{n}"' for n in range(20_000)) + "/>",
    "a name of 100,000 letters": f"<{'a' * 100_000}/>",
    "100,000 siblings": "<Report>" + "<a/>" * 100_000 + "</Report>",
    "XML 2.0 in UTF-7": '<?xml version="2.0" encoding="UTF-7"?><a/>',
    "declared as UTF-16": '<?xml version="1.0" encoding="UTF-16"?><a/>',
    "declared as something else": '<?xml version="1.0" encoding="x-user-defined"?><a/>',
    "declared twice": '<?xml version="1.0"?><?xml version="1.0"?><a/>',
}
_HIDDEN: dict[str, str] = {  # by a warning behind it, the last word of the parser
    "braces in a namespace": '<z:a xmlns:z="http://x/{}/"/><b xmlns="c"/>',
    "braces by their numbers": '<z:a xmlns:z="http://x/&#123;&#125;/"/><b xmlns="c"/>',
    "braces around an attribute": '<a xmlns:z="http://x/{}/" z:d=""/><b xmlns="c"/>',
    "no such prefix": '<z:a/><b xmlns="c"/>',
    "no such prefix of an attribute": '<a z:d=""/><b xmlns="c"/>',
    "two colons": '<a:b:c xmlns:a="http://x"/><b xmlns="c"/>',
}
_LIES: dict[str, tuple[tuple[str, str], ...]] = {  # element, what stands there instead
    "jma": (
        ("Status", "本番"),
        ("Status", ""),
        ("Status", "通常通常"),
        ("Status", "actual"),
        ("ReportDateTime", "-0001-01-01T00:00:00+09:00"),
        ("ReportDateTime", "2026-01-15T06:10:00"),
        ("ReportDateTime", "9999-12-31T23:59:59-14:00"),
        ("ReportDateTime", "0001-01-01T00:00:00+14:00"),
        ("ReportDateTime", "NaN"),
        ("ReportDateTime", "1e308"),
        ("ReportDateTime", ""),
        ("EventID", "1" * 10_000),
        ("Serial", "9" * 10_000),
        ("InfoType", ""),
        ("Title", "震度速報速報"),
        ("Title", ""),
        ("Title", "../../etc/passwd"),
    ),
    "cap": (
        ("status", "Real"),
        ("status", ""),
        ("sent", "2026-01-15"),
        ("sent", "-0001-01-01T00:00:00+09:00"),
        ("sent", ""),
        ("msgType", "Kill"),
        ("scope", "World"),
        ("identifier", ""),
        ("severity", "NaN"),
        ("certainty", "1e308"),
        ("category", "Snow"),
        ("polygon", "NaN,NaN NaN,NaN NaN,NaN NaN,NaN"),
        ("polygon", "91,0 0,181 1,1 91,0"),
        ("polygon", "1e999,1 1,1 2,2 1e999,1"),
    ),
    "lalert": (
        ("distributionStatus", "Real"),
        ("distributionStatus", ""),
        ("dateTimeSent", "2026-01-15"),
        ("dateTimeSent", "-0001-01-01T00:00:00+09:00"),
        ("dateTimeSent", "9999-12-31T23:59:59-14:00"),
        ("dateTimeSent", ""),
        ("documentRevision", "-1"),
        ("documentRevision", "１"),
        ("documentRevision", "1e9"),
        ("documentRevision", "9" * 10_000),
        ("documentID", "x" * 129),
        ("documentID", ""),
        ("distributionID", "x" * 100_000),
        ("distributionType", "Delete"),
    ),
}


def bent_xml() -> Iterator[Hostile]:
    """Official messages of three formats, broken as a whole, torn, or with one lie in them."""
    for seed in _SEEDS:
        text = seed.payload.decode()
        yield from (bent(seed, why, payload.encode()) for why, payload in _WHOLE.items())
        for patch in NO_UTF8:
            yield bent(seed, f"{patch.hex()} is no UTF-8", seed.payload.replace(b"</", patch + b"</", 1))
        for why, strange in _HIDDEN.items():
            yield bent(seed, why, seed.payload.replace(b"</", strange.encode() + b"</", 1))
        for encoding in ("utf-16-be", "utf-32", "cp037", "cp932", "iso2022_jp"):
            yield bent(seed, encoding, text.encode(encoding, "ignore"))
        for part in (1, 3, 5, 7):
            yield bent(seed, f"torn after {part}/8", seed.payload[: len(seed.payload) * part // 8])
        for why, fill in (("spaces", b" "), ("comments", b"<!---->"), ("elements", b"<a>")):
            yield huge(
                seed, f"10 MB of {why}", lambda seed=seed, fill=fill: fill * (TEN_MB // len(fill)) + seed.payload
            )
        yield huge(seed, "10 MB in one text", lambda seed=seed: seed.payload.replace(b"</", b"a" * TEN_MB + b"</", 1))
        for element, lie in _LIES[seed.feed]:
            yield bent(seed, f"{element} is {lie[:40]!r}", _told(seed, element, lie))


def _told(seed: Seed, element: str, lie: str) -> bytes:
    """The document with other words in every such element."""
    pattern = rf"(<(?:\w+:)?{element}>)[^<]*(</(?:\w+:)?{element}>)"
    return re.sub(pattern, lambda found: found[1] + lie.replace("<", "&lt;") + found[2], seed.payload.decode()).encode()
