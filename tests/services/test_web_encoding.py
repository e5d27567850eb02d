"""What a client says of gzip is heard: a weight of zero is a refusal."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from services.web.encoding import takes_gzip

TAKEN = ("gzip", "GZIP", "br, gzip;q=0.5", "*", "x-gzip", "deflate;q=0, *;q=0.1", "gzip; q=1.000", "gzip;q=0.001")
REFUSED = ("", "br", "gzip;q=0", "gzip; Q=0.000", "*;q=0", "gzip;q=0, *", "identity", "notgzip")


@pytest.mark.parametrize("said", [*TAKEN, *REFUSED])
def test_gzip_is_sent_to_who_takes_it(said: str) -> None:
    assert takes_gzip(make_mocked_request("GET", "/", {"Accept-Encoding": said})) == (said in TAKEN)


def test_who_says_nothing_gets_it_plain() -> None:
    assert not takes_gzip(make_mocked_request("GET", "/"))
