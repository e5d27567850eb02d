"""What a token may do for a program, and what no token does. Never more than its owner may at that moment."""

from __future__ import annotations

from enum import StrEnum


class TokenScope(StrEnum):
    """A desk that a program may write to, or reading. PERSON is given to no token: somebody has to be there."""

    READ = "read"
    REPORTS = "write:reports"
    DRAFTS = "write:drafts"
    DAMAGE = "write:damage"
    SNOW = "write:snow"
    RECORDS = "write:records"
    PERSON = "person"


GIVEN = {  # as the page says it
    TokenScope.READ: "読む（職員として見えるもの）",
    TokenScope.REPORTS: "通報・依頼・駆除の記録を書く",
    TokenScope.DRAFTS: "発表の案を作る（承認は人がします）",
    TokenScope.DAMAGE: "被害の記録を書く",
    TokenScope.SNOW: "雪堆積場・見込み・除雪の申告を書く（指示は人がします）",
    TokenScope.RECORDS: "経過のメモ、センサーの登録、読み直し",
}
