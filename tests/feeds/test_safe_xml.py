"""XML from strangers, where the parser takes what our code could not."""

from __future__ import annotations

import pytest

from feeds.cap.types import CapError
from feeds.cap.xml import parse
from feeds.records import Rejected
from feeds.safe_xml import path_of, read_xml

WARNING = '<w xmlns="not/absolute"/>'  # the parser's last word, and so it says nothing of what stands before


@pytest.mark.parametrize(
    "strange",
    ['<b xmlns="http://x/{}/"/>', '<b xmlns:z="http://x/&#x7d;" z:c=""/>', "<z:b/>", '<b z:c=""/>'],
)
def test_names_that_cannot_be_taken_apart_are_refused_by_every_reader(strange: str) -> None:
    payload = f"<a>\n{strange}{WARNING}</a>".encode()
    refused = read_xml(payload)
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.at) == ("bad_xml", "line 2")
    with pytest.raises(CapError, match="not well-formed") as told:
        parse(payload)
    assert (told.value.code, told.value.at) == ("not_xml", "line 2")


def test_a_warning_alone_is_no_fault() -> None:
    root = read_xml(f'<a xmlns="urn:x" b="{{c}}">{{&#125;<d>}}</d>{WARNING}</a>'.encode())
    assert not isinstance(root, Rejected)
    assert path_of(root[0]) == "/a/d"
