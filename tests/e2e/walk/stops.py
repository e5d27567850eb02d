"""Every page that the hub answers in HTML, with its states; ``tests/house/test_walk.py`` holds them to the router."""

from __future__ import annotations

from playwright.async_api import Page, expect

from services.accounts import totp
from services.clock import wall
from tests.e2e.scene import PASSWORD
from tests.e2e.walk.stop import Act, Stop, click, desk, follow, unfold

_TILES = "() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/tiles/')).length"
_PAINTED = """where => [...document.querySelectorAll(where)].some((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, place) => place % 4 === 3 && value);
})"""


async def _calls(page: Page) -> None:
    await expect(page.locator("#calls")).to_contain_text("呼び出し中")


async def _muster(page: Page) -> None:
    await expect(page.locator("#muster")).to_contain_text("まず助けが要る人")
    await unfold(page)


async def _previewed(page: Page) -> None:
    await expect(page.locator("#preview .post").first).to_be_visible()


async def _contact(page: Page) -> None:
    await page.get_by_role("link", name="連絡先あり").first.click()
    await page.get_by_label("人の命・けがに関わる").check()
    await page.get_by_role("button", name="記録して連絡先を見る").click()


async def _handed_over(page: Page) -> None:
    await page.locator("form[action='/ops/handover'][method=post] button").last.click()


async def _wrong_password(page: Page) -> None:
    await page.fill("#name", "sato")
    await page.fill("#password", "of nobody")
    await page.get_by_role("button", name="ログイン").click()
    await expect(page.locator("[role=alert]").first).to_be_visible()


def _of(name: str) -> Act:
    async def act(page: Page) -> None:
        await page.fill("#name", name)
        await page.fill("#password", PASSWORD)
        await page.get_by_role("button", name="ログイン").click()

    return act


_of_kaku, _of_miru = _of("kaku"), _of("miru")


async def _wrong_code(page: Page) -> None:
    await page.fill("#code", "000000")
    await page.get_by_role("button", name="ログイン").first.click()
    await expect(page.locator("#error")).to_be_visible()


async def _first_code(page: Page) -> None:
    secret = await page.locator(".door-secret").text_content() or ""
    await page.fill("#code", totp.code_at(secret.replace(" ", ""), totp.step_at(wall())))
    await page.get_by_role("button", name="登録してログイン").click()
    await page.wait_for_selector("main:not(:has(#code))")


async def _token(page: Page) -> None:
    await unfold(page)
    await page.fill("#label", "道路台帳")
    await page.fill("#password-token", PASSWORD)
    await page.get_by_role("button", name="作って、一度だけ表示する").click()


async def _password(page: Page) -> None:
    await page.fill("#password-renew", PASSWORD)
    await page.locator("form[action='/ops/account/password'] button").click()


async def _told_nothing(page: Page) -> None:
    await page.get_by_role("button", name="送る", exact=False).click()
    await expect(page.locator("#errors")).to_be_focused()


async def _told(page: Page) -> None:
    await page.get_by_label("住所・目印").fill("中津川の河川敷")
    await page.get_by_role("button", name="送る", exact=False).click()
    await page.wait_for_selector("#state")


async def _subscribe(page: Page) -> None:
    await page.fill("#address", "jiro@example.jp")
    await page.locator("#wishes button.strong").click()
    await page.wait_for_selector("main:not(:has(#wishes))")


async def _map_of_reports(page: Page) -> None:
    await page.get_by_role("button", name="地図で示す").click()
    await page.wait_for_function("() => document.body.dataset.map === 'ready'")


async def _photo(page: Page) -> None:
    """Opened large by its link, and made larger by a key."""
    await page.locator(".photos a:has(img)").first.click()
    await page.keyboard.press("+")
    await expect(page.locator(".photo-view figure")).to_have_attribute("data-zoom", "1.5")


async def _ground(page: Page) -> None:
    """The base map lies under the wall's own map, and was asked for where the city is and nowhere else."""
    for half in ("base-ground", "base-names"):
        await expect(page.locator(f"#wall-map .{half} canvas").first).to_be_attached()
    await page.wait_for_function(_PAINTED, arg="#wall-map .base-ground canvas")
    assert 0 < await page.evaluate(_TILES) < 100


DESK = (
    desk("alerts", "alerts", "writing"),
    desk("story of an alert", "alerts/{series}", act=unfold),
    desk("draft being edited", "alerts/{draft}/edit", "writing", _previewed),
    desk("alert being cancelled", "alerts/{series}/cancel", "writing", like="draft being edited"),
    desk("notice", "alerts/notice", "writing"),
    desk("outbox", "outbox", "outbox", unfold),
    desk("calls", "calls", "calls", _calls),
    desk("issued alone", "glass", "glass"),
    desk("self-test", "selftest"),
    desk("chronology", "chronology", act=unfold),
    desk("matter", "chronology", act=follow("/ops/chronology/matter"), leads="chronology/matter"),
    desk("handover", "handover"),
    desk("handover made", "handover", act=_handed_over, leads="handover/made"),
    desk("screens of the wall", "wall"),
    desk("declared", "declared", act=unfold),
    desk("one shelter", "declared/shelter?place=E0320100205201"),
    desk("damage", "damage", act=unfold),
    desk("damage record", "damage", act=follow("/ops/damage/record"), leads="damage/record"),
    desk("form 4", "damage", act=click("その２（被害状況即報）の案を見る", role="link"), leads="damage/form"),
    desk("form 4 made", "damage", act=follow("/ops/damage/made"), leads="damage/made"),
    desk("reports", "reports?every=true", "reports", unfold),
    Stop("photo", act=_photo, part=".photo-view", undo="Escape"),
    desk("contacts", "contacts", "skill"),
    desk("contact of a sender", "reports?every=true", "reports", _contact, leads="contacts", like="contacts"),
    desk("leads", "leads", "leads"),
    desk("muster", "muster", "muster", _muster),
    desk("watch-over", "watch"),
    desk("one ward", "watch/{ward}", act=unfold),
    desk("skill", "skill", "skill", unfold),
    desk("budget", "budget", "skill", unfold),
    desk("account", "account", "skill", unfold),
    desk("token made", "account", "skill", _token, leads="account/tokens"),
    desk("new password", "account", "skill", _password, leads="account/password"),
    desk("error of the desk", "alerts/none", ""),
    Stop("wall", "/wall", _ground, ready="map", room=True),
)
OPEN = (
    Stop("public", "/"),
    Stop("public, one district", "/?area=uchimaru&lang=vi"),
    Stop("public, sharp and large", "/?area=uchimaru&look=contrast.large"),
    Stop("public, easy Japanese", "/?area=yamagishi&lang=ja-x-easy", like="public"),
    Stop("districts", "/districts?lang=ko"),
    Stop("privacy", "/privacy?lang=zh-Hans"),
    Stop("widget", "/widget"),
    Stop("embedding", "/embed?area=uchimaru"),
    Stop("login", "/login"),
    Stop("login refused", act=_wrong_password, like="login"),
    Stop("plowing, residents", "/snow"),
    Stop("what to tell", "/report"),
    Stop("tell of snow", "/report?kind=SNOW_NOT_PLOWED", like="tell of a bear"),
    Stop("tell of a bear", "/report?kind=bear"),
    Stop("told nothing", act=_told_nothing, part="#errors"),
    Stop("tell with the map", act=_map_of_reports, part="main"),
    Stop("told", act=_told, leads="/report/"),
    Stop("told, gone", "/report/" + "x" * 43),
    Stop("subscribe", "/subscribe?lang=en"),
    Stop("subscription asked", act=_subscribe),
    Stop("subscription confirmed", "/subscribe/confirm?t={confirm}", like="subscription asked"),
    Stop("own subscription", "/subscribe/mine?t={mine}"),
    Stop("leave", "/subscribe/leave?t={leave}", like="subscription asked"),
    Stop("supporter's link", "/watch?t={helper}"),
    Stop("called staff's link", "/callout?t={call}"),
    Stop("mustered staff's link", "/muster?t={muster}"),
    Stop("open data", "/open"),
    Stop("terms", "/open/terms"),
    Stop("reference of the API", "/open/api"),
    Stop("OGC landing", "/ogc?f=html", like="OGC items"),
    Stop("OGC documentation", "/ogc/api?f=html", like="OGC items"),
    Stop("OGC conformance", "/ogc/conformance?f=html", like="OGC items"),
    Stop("OGC collections", "/ogc/collections?f=html", like="OGC items"),
    Stop("OGC collection", "/ogc/collections/hazards?f=html", like="OGC items"),
    Stop("OGC items", "/ogc/collections/readings/items?f=html"),
    Stop(
        "OGC feature",
        act=follow("/ogc/collections/readings/items/"),
        leads="/ogc/collections/readings/items/",
        like="OGC items",
    ),
    Stop("archive", "/open/archive"),
    Stop("error", "/nowhere"),
    Stop("second factor", "/login", _of_kaku, leads="/login/second"),
    Stop("second factor refused", act=_wrong_code, part="main"),
    Stop("phone to enrol", "/login", _of_miru, leads="/login/enrol"),
    Stop("recovery codes", act=_first_code),
)
STORM = (
    desk("snow desk", "snow", "snow", unfold),
    desk("snow record", "snow/record?day={day}", "skill"),
    desk("requests", "requests", "requests", unfold),
    desk("dumps", "dumps", "skill"),
    desk("ledger", "ledger?day={day}", "skill", unfold),
)
STORM_OPEN = (
    Stop("contractor's link", "/snow-order?t={order}"),
    Stop("plowing at dawn", "/snow", like="plowing, residents"),
)
BEARS = (
    desk("bear calls", "reports?every=true", "reports", like="reports"),
    desk("culling", "culling?status=Exercise", "skill"),
)
AFLOAT = (
    Stop("minimal mode", "/ops", unfold),
    desk("minimal mode, notice", "alerts/notice", "", like="notice"),
    Stop("minimal mode, residents", "/"),
)
_NOTHING_YET = {
    "alerts": "writing",
    "chronology": "story",
    "declared": "story",
    "damage": "story",
    "muster": "muster",
    "reports": "reports",
    "requests": "requests",
    "snow": "snow",
    "leads": "leads",
    "watch": "story",
}
_FULL_OF = {"snow": "snow desk", "watch": "watch-over"}  # the others by their own names
EMPTY = tuple(desk(f"no {path}", path, ready, like=_FULL_OF.get(path, path)) for path, ready in _NOTHING_YET.items())
# What is read in English, too, wherever tests run: the most of words in the narrowest places. `make drill` reads all.
WORDY = {"map", "draft being edited", "calls", "self-test", "declared", "damage", "muster", "account"}
