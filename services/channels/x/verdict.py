"""What an error of X means: later, never, there already, or not known.

The dear mistake is to call something a failure that was published. So "later" needs proof that X did not take the
post: the connection was never made, or X itself (or something in front of it) refused with a 4xx status. Every 5xx
and every silence after the request left is "unknown".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import tweepy

from services.channels.channel import Cause, Outcome, Told, Verdict
from services.clock import wall

# Everything that tweepy and aiohttp let through; the last four come of an answer in a shape that tweepy did not expect.
FAILURES = (
    tweepy.TweepyException,
    aiohttp.ClientError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
)

_TARIFF = {"x-rate-limit": "quarter_hour", "x-app-limit-24hour": "day"}  # as services/channels/budget names them
_SIGNED_FOR = timedelta(minutes=2)  # X takes no signature whose time is five minutes off; less than that is not it
_WINDOWS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


def judge(error: Exception) -> Outcome:
    """The outcome of a post that raised ``error``. Words of X are passed on, headers and keys never."""
    if isinstance(error, tweepy.HTTPException):
        return _judge_status(error.response.status, error.response.headers, _words(error))
    if isinstance(error, aiohttp.ContentTypeError):  # an HTML page: from something in front of X, or X in trouble
        if 300 <= error.status < 500 and error.status not in {408, 429}:
            cause = Cause.of_status(error.status)
            return Outcome(
                verdict=Verdict.LATER, detail=f"something before X refused with status {error.status}", cause=cause
            )
        return _judge_status(error.status, error.headers or {}, "a page, not an answer")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Outcome(
            verdict=Verdict.LATER, detail=f"no connection to X ({type(error).__name__})", cause=Cause.UNREACHED
        )
    if isinstance(error, TimeoutError):
        return Outcome(verdict=Verdict.UNKNOWN, detail="X did not answer in time", cause=Cause.NO_ANSWER)
    return Outcome(
        verdict=Verdict.UNKNOWN,
        detail=f"the answer was lost or unreadable ({type(error).__name__})",
        cause=Cause.NO_ANSWER,
    )


def limits(headers: Mapping[str, str]) -> tuple[Told, ...]:
    """What X says of the windows that the tariff knows, in the headers of any answer to a post."""
    found = []
    for window, name in _TARIFF.items():
        limit, left, reset = (_number(headers.get(f"{window}-{word}")) for word in ("limit", "remaining", "reset"))
        if limit is not None and left is not None and reset is not None:
            resets_at = datetime.fromtimestamp(reset, UTC)
            found.append(Told(window=name, limit=limit, used=max(0, limit - left), resets_at=resets_at))
    return tuple(found)


def refused(error: Exception) -> bool:
    """True where X itself answered that it will not do this now."""
    return isinstance(error, tweepy.HTTPException) and 400 <= error.response.status < 500


def reply_refused(outcome: Outcome) -> bool:
    """True where X refused only the reply: the post to be answered is gone, or not yet seen by all of X's machines."""
    return outcome.verdict is Verdict.REJECTED and "reply" in outcome.detail.lower()


def _judge_status(status: int, headers: Mapping[str, str], words: str) -> Outcome:
    detail, cause = f"X: {status} {words}".strip(), Cause.of_status(status)
    if status == 429:
        return Outcome(verdict=Verdict.LATER, detail=detail, retry_at=_reset(headers), cause=cause)
    if status == 403 and "duplicate" in words.lower():
        return Outcome(verdict=Verdict.DUPLICATE, detail=detail)
    if status == 402:  # the prepaid credit is used up; topping it up makes the same post go through
        return Outcome(verdict=Verdict.LATER, detail=f"{detail}; top up the account's credit", cause=cause)
    if status == 401 and (off := _clock_off(headers)):
        off_by = f"{detail}; this machine's clock is {off} s off: set it"
        return Outcome(verdict=Verdict.LATER, detail=off_by, cause=cause)
    if status == 401:
        return Outcome(
            verdict=Verdict.REJECTED, detail=f"{detail}; renew the account's four secrets, check the clock", cause=cause
        )
    if 400 <= status < 500 and status != 408:
        return Outcome(verdict=Verdict.REJECTED, detail=detail, cause=cause)
    return Outcome(verdict=Verdict.UNKNOWN, detail=detail, cause=cause)


def _clock_off(headers: Mapping[str, str]) -> int:
    """Seconds by which our clock is ahead of X's, negative: behind; 0 where that cannot be why a signature fails."""
    try:
        theirs = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return 0
    off = wall() - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
    return round(off.total_seconds()) if abs(off) > _SIGNED_FOR else 0


def _words(error: tweepy.HTTPException) -> str:
    return "; ".join(str(message) for message in error.api_messages)[:200]


def _reset(headers: Mapping[str, str]) -> datetime | None:
    """When the last of the exhausted windows opens again (wall time, from X); None where X does not tell."""
    stated = {window: _number(headers.get(f"{window}-reset")) for window in _WINDOWS}
    exhausted = [
        at for window, at in stated.items() if at is not None and not _number(headers.get(f"{window}-remaining"))
    ]
    return datetime.fromtimestamp(max(exhausted), UTC) if exhausted else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) < 12 else None
