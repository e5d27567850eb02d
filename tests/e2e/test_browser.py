"""The operations map and the outbox viewer in a real browser, over a real store and the real API."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import func, select

from feeds.names import Named
from feeds.status import Status
from services.callout import desk as callout
from services.store import stations
from services.store.tables import alerts
from tests.e2e.conftest import Visit, visit
from tests.e2e.scene import Scene
from tests.e2e.unplaced import SENSOR
from tests.e2e.walk.axe import violations

pytestmark = pytest.mark.browser

_COLOURS = """async () => {
  const seen = new Set();
  for (const canvas of document.querySelectorAll('#map canvas')) {
    const bytes = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let at = 0; at < bytes.length; at += 4) seen.add((bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]);
  }
  return seen.size;
}"""


# Each text that a live region says from now on.
_LISTEN = """() => {
  window.said = [];
  const around = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest('[role=status], [role=alert]');
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const text = around(target)?.checkVisibility() ? around(target).textContent.trim() : '';
      if (text && window.said.at(-1) !== text) window.said.push(text);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


async def states(made: Scene, rule: str) -> list[str]:
    async with made.store.read() as connection:
        found = select(alerts.c.state).where(alerts.c.rule == rule).order_by(alerts.c.revision)
        return list(await connection.scalars(found))


async def test_the_map_stands_and_asks_nobody_outside(at_map: Visit) -> None:
    page = at_map.page
    assert await page.evaluate(_COLOURS) > 50
    async with at_map.scene.store.read() as connection:
        waiting = await connection.scalar(select(func.count()).where(alerts.c.state == "draft"))
    assert waiting and (await page.title()).startswith(f"({waiting}) 【訓練】")
    await expect(page.locator("#bar-danger")).to_contain_text("避難指示相当")
    await expect(page.locator("#bar-line")).to_have_text("接続中")
    await expect(page.locator(".drill").first).to_contain_text("訓練")


async def test_a_click_on_the_map_selects_the_district(at_map: Visit) -> None:
    """Before any other has moved the map."""
    box = await at_map.page.locator("#map").bounding_box()
    assert box
    await at_map.page.mouse.click(box["x"] + box["width"] * 0.44, box["y"] + box["height"] * 0.19)
    await expect(at_map.page.locator("#selection-title")).to_have_text("厨川", timeout=5000)


async def test_what_the_map_shows_stands_in_tables_too(at_map: Visit) -> None:
    page = at_map.page
    for tab, told in (
        ("観測所", "氾濫危険水位"),
        ("危険の一覧", "夕顔瀬町"),
        ("経過記録", "発表した"),
        ("配信状況", "受付を確認"),
        ("なぜ送られていないか", "まで"),
    ):
        await page.get_by_role("tab", name=tab).click()
        panel = page.locator("#dock [role=tabpanel]:not([hidden])")
        await expect(panel.locator("table")).to_have_count(1)
        if tab != "なぜ送られていないか":
            await expect(panel).to_contain_text(told)
        assert await panel.locator("th[scope=col]").count() >= 4


async def test_what_was_in_force_can_be_asked_for_any_hour(at_map: Visit) -> None:
    page = at_map.page
    await page.get_by_role("tab", name="経過記録").click()
    asked, answer = page.get_by_label("この時刻に発表中だったもの"), page.locator("#official-list")
    await expect(asked).to_have_value("2026-03-15T02:52")
    for hour, told in (("2026-03-14T15:00", "ありません"), ("2026-03-15T02:40", "警戒レベル3相当")):
        await asked.fill(hour)
        await page.get_by_role("button", name="調べる").click()
        await expect(answer).to_contain_text(told)
    await expect(answer).to_contain_text("盛岡市")


async def test_why_something_was_or_was_not_told_is_answered_from_the_list(at_map: Visit) -> None:
    page = at_map.page
    await page.get_by_role("tab", name="危険の一覧").click()
    await page.get_by_role("button", name=re.compile("盛岡市の大雨は、なぜ")).first.click()
    answer = page.locator("#why-answer")
    await expect(answer).to_contain_text("知らせました")
    await expect(answer).to_contain_text("届いた経路")
    await page.get_by_label("いつ（空欄は今）").fill("2026-03-14T15:10")
    await page.get_by_role("button", name="調べる").click()
    await expect(answer).to_contain_text("まだ知られていません")


async def test_a_change_appears_by_itself_and_is_announced(browser: Browser, dawn: Scene) -> None:
    window, context = await visit(browser, dawn)
    await window.map_ready()
    page = window.page
    await expect(page.locator("#drafts-list")).to_contain_text("承認を待つものはありません")
    await expect(page.locator("#events-list")).to_contain_text("まだ何も起きていません")
    await page.evaluate(_LISTEN)
    await dawn.play(dawn.clock.at + timedelta(hours=3), approve=False, step=timedelta(hours=1))
    dawn.bell.ring("alerts")
    await expect(page.locator("#drafts-count")).to_contain_text("件", timeout=10_000)
    await expect(page.locator("#events-list .event").first).to_be_visible()
    await expect(page.locator("#announce-polite")).to_contain_text("新しい下書き", timeout=12_000)
    said = await page.evaluate("() => window.said")
    assert len(said) <= 4 and all(len(one) <= 200 for one in said), "a screen reader is told, not shouted at"
    await context.close()
    window.check()


async def test_the_map_goes_to_the_danger_until_somebody_moves_it(browser: Browser, dawn: Scene) -> None:
    window, context = await visit(browser, dawn)
    await window.map_ready()
    page = window.page
    before = await page.locator("#map").screenshot()
    await dawn.play(dawn.clock.at + timedelta(hours=10), approve=False, step=timedelta(hours=1))
    dawn.bell.ring("alerts")
    await expect(page.locator("#bar-danger .level").first).to_have_attribute(
        "data-level", re.compile("[234]"), timeout=10_000
    )
    await page.wait_for_timeout(1000)
    assert await page.locator("#map").screenshot() != before
    assert "map=" not in page.url
    await page.locator("#map").focus()
    await page.keyboard.press("+")
    await page.wait_for_timeout(600)
    moved = page.url
    assert "map=" in moved
    await dawn.play(dawn.clock.at + timedelta(hours=1), approve=False)
    dawn.bell.ring("alerts")
    await page.wait_for_timeout(2500)
    assert page.url == moved
    await page.keyboard.press("n")
    await page.wait_for_function("() => !location.hash.includes('map=')")
    await page.wait_for_timeout(600)
    scale = page.locator(".ol-scale-line-inner")
    home = await scale.evaluate("one => one.outerHTML")
    await page.locator("#map").focus()
    await page.keyboard.press("+")
    await page.keyboard.press("n")
    await page.wait_for_timeout(900)
    assert await scale.evaluate("one => one.outerHTML") == home, "home, out of the middle of a flight too"
    await context.close()
    window.check()


async def test_approving_takes_the_keyboard_alone_and_two_persons(browser: Browser, night: Scene) -> None:
    first, context = await visit(browser, night)
    await first.map_ready()
    page = first.page
    await _approve_by_keys(first)
    await expect(page.locator(".draft").first).to_contain_text("承認 1/2（sato）")
    assert await states(night, "evacuation-proposal") == ["draft"]
    await expect(page.locator(".draft").first.get_by_role("button", name="承認へ進む…")).to_have_count(0)
    second, other = await visit(browser, night)
    await second.map_ready("suzuki")
    await _approve_by_keys(second)
    await expect(second.page.locator("#deliveries")).to_contain_text("待ち", timeout=10_000)
    assert await states(night, "evacuation-proposal") == ["issued"]
    await expect(page.locator("#bar-issued")).to_contain_text("避難指示", timeout=10_000)
    await context.close()
    await other.close()
    first.check()
    second.check()


async def _approve_by_keys(window: Visit) -> None:
    page = window.page
    await page.keyboard.press("d")
    await expect(page.locator(":focus")).to_have_text("承認へ進む…")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("避難指示")
    for told in ("夕顔瀬町", "災害情報連携", "CAPフィード", "【訓練】"):
        await expect(dialog).to_contain_text(told)
    await page.keyboard.press("Enter")  # a stray second Enter does nothing: focus stands on the text
    await expect(dialog).to_be_visible()
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.evaluate("() => document.activeElement.id") == "approve-confirm":
            break
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)


async def test_escape_leaves_the_dialog_and_gives_focus_back(at_map: Visit) -> None:
    page = at_map.page
    await page.keyboard.press("d")
    await page.keyboard.press("Enter")
    for _ in range(25):  # focus stays inside
        await page.keyboard.press("Tab")
        inside = "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        assert await page.evaluate(inside)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(":focus")).to_have_text("承認へ進む…")
    assert await states(at_map.scene, "evacuation-proposal") == ["draft"]


async def test_a_draft_can_be_sent_back_with_a_reason(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night)
    await window.map_ready()
    page = window.page
    await page.get_by_role("button", name="差し戻す…").first.click()
    await page.keyboard.type("対象の地区を見直す d e g")
    await page.get_by_role("button", name="差し戻す", exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("tab", name="経過記録").click()
    await expect(page.locator("#chronology-list")).to_contain_text("対象の地区を見直す d e g")
    assert await states(night, "evacuation-proposal") == ["rejected"]
    await context.close()
    window.check()


async def test_a_row_leads_to_the_map_and_the_panel_back_to_the_row(at_map: Visit) -> None:
    page = at_map.page
    await page.get_by_role("tab", name="観測所").click()
    row = page.locator("#gauges").get_by_role("button", name="館坂橋", exact=True)
    await row.press("Enter")
    panel = page.locator("#selection")
    await expect(panel).to_be_focused()
    await expect(panel.locator("svg.chart")).to_have_attribute("aria-label", re.compile("館坂橋 水位の推移"))
    await expect(panel.locator(".threshold")).not_to_have_count(0)
    assert "select=station:tatesakabashi" in page.url
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(row).to_be_focused()
    await page.keyboard.press("/")
    await page.keyboard.type("夕顔瀬町")
    await page.keyboard.press("Enter")
    await expect(panel).to_contain_text("氾濫危険水位")


async def test_a_broken_line_is_said_and_drawn_as_stale(browser: Browser, night: Scene) -> None:
    """The page's clock is turned where it would wait: its pulse finds out, its pause ends, its age goes on."""
    window, context = await visit(browser, night)
    page = window.page
    await page.clock.install()
    await window.map_ready()
    night.clock.at += timedelta(hours=2)
    await context.set_offline(True)
    await page.clock.fast_forward(8_000)
    await expect(page.locator("#bar-line")).to_have_text("切断。再接続しています")
    await page.clock.fast_forward(30_000)
    await expect(page.locator("#map-stale")).to_contain_text("安全を意味しません")
    assert await page.evaluate("() => document.body.dataset.stale") == "true"
    await context.set_offline(False)
    await page.clock.fast_forward(3_000)
    await expect(page.locator("#bar-line")).to_have_text("接続中")
    await expect(page.locator("#map-stale")).to_contain_text("新しい観測が届いていません")
    await context.close()


async def test_the_outbox_shows_the_post_that_arrived(browser: Browser, night: Scene) -> None:
    await night.approve_waiting(person="sato", rules=("evacuation-proposal",))
    await night.approve_waiting(person="suzuki", rules=("evacuation-proposal",))
    await night.send()
    assert any("避難指示" in post.text for post in night.x.posts)
    window, context = await visit(browser, night)
    await window.open("/ops/outbox")
    page = window.page
    await expect(page.locator("#proof")).to_have_text(re.compile(r"(\d+)件のうち \1件が一致、覚えのない投稿 0件"))
    newest = page.locator(".outlet-column").first.locator(".sending").first
    await expect(newest.locator(".tweet-text").first).to_contain_text("【訓練】【警戒レベル４ 避難指示】")
    await expect(newest.locator(".tweet-foot").first).to_contain_text("/140字")
    await expect(newest.locator(".arrived")).to_contain_text("一字一句同じ")
    linkage = page.locator(".outlet-column").nth(1).locator(".sending").first
    await expect(linkage.locator(".title").first).to_contain_text("避難指示")
    await linkage.locator("summary").first.click()
    await expect(linkage.locator("pre").first).to_contain_text("urn:oasis:names:tc:emergency:cap:1.2")
    await context.close()
    window.check()


async def test_what_rings_stands_over_the_page_and_stops_for_who_takes_it(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night)
    await window.open("/ops/alerts")
    page, now = window.page, night.clock.now()
    async with night.store.write() as connection:
        await callout.break_glass(connection, key="a", status=Status.EXERCISE, level=5, who="sato", now=now)
    await expect(page.locator("#bar-ring")).to_contain_text("呼び出し中")
    await expect(page).to_have_title(re.compile("【呼出1】"))
    await page.goto("/ops/calls")
    await expect(page.locator("#calls")).to_contain_text("呼び出し中")
    await page.goto("/ops/outbox")
    async with night.store.write() as connection:
        for key in ("b", "c"):
            await callout.break_glass(connection, key=key, status=Status.EXERCISE, level=5, who="sato", now=now)
    ring = page.locator("#bar-ring")
    await expect(ring).to_contain_text("ほか1件の呼び出し")
    await expect(ring.locator("li")).to_have_count(2)  # the map and the drafts keep their place
    for left in (2, 1, 0):
        await ring.get_by_role("button", name="引き受ける").first.click()
        await expect(page).to_have_title(re.compile(f"【呼出{left}】" if left else "^(?!.*呼出)"))
    await expect(ring).to_be_hidden()
    await context.close()
    window.check()


async def test_a_stranger_on_the_timeline_is_told(browser: Browser, night: Scene) -> None:
    night.x.posts.append(night.x.posts[0].__class__("1", "乗っ取り", "", night.x.posts[0].created_at))
    window, context = await visit(browser, night)
    await window.open("/ops/outbox")
    await expect(window.page.locator(".strangers")).to_contain_text("乗っ取り")
    await context.close()


async def test_what_could_not_be_read_is_shown_and_says_why_it_still_cannot(at_map: Visit) -> None:
    page = at_map.page
    await page.get_by_role("tab", name=re.compile(r"読めなかったもの（\d+）")).click()
    row = page.locator("#quarantine tbody tr", has_text="gw9")
    await expect(row).to_contain_text("this is not JSON（byte 7）")
    await row.locator("summary").click()
    await expect(row.locator("pre").first).to_have_text('{"v":1,<b>')
    await row.get_by_role("button", name="もう一度読む").click()
    await expect(page.locator("#announce-urgent")).to_contain_text("まだ読めません")
    await page.get_by_role("button", name="同じ理由のものをすべて読み直す").click()
    await expect(page.locator("#announce-polite")).to_contain_text("まだ読めないもの 2 件")
    at_map.forgive("409")


async def test_a_new_sensor_is_adopted_from_the_map(at_map: Visit) -> None:
    page = at_map.page
    await page.get_by_role("tab", name="未登録のセンサー（1）").focus()
    await page.keyboard.press("Enter")
    row = page.locator("#unassigned-list tbody tr")
    await expect(row).to_contain_text("1.25 m（単位は仮）")
    await row.get_by_role("button", name="登録する").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("名称")).to_be_focused()
    await page.keyboard.type("中ノ橋水位計")
    await page.get_by_role("button", name="地図で選ぶ").click()
    await page.locator("#map").click(position={"x": 300, "y": 200})
    await expect(page.get_by_label("緯度")).to_have_value(re.compile(r"39\.\d{6}"))
    await expect(page.locator("#adopt-hint")).to_have_text("場所を入れました。")
    await page.get_by_label("送られてくる単位").fill("cm")
    await page.get_by_label("氾濫注意水位").fill("3.0")
    await page.get_by_label("氾濫危険水位").fill("2.0")
    assert await violations(page, within="#dock") == []
    form = page.locator("#adopt")
    await form.get_by_role("button", name="登録する").click()
    await expect(page.locator("#adopt-error")).to_contain_text("must rise")
    await page.get_by_label("氾濫危険水位").fill("4.0")
    await form.get_by_role("button", name="登録する").click()
    await expect(form).to_be_hidden()
    await expect(page.locator("#announce-polite")).to_contain_text("中ノ橋水位計 を登録しました")
    async with at_map.scene.store.read() as connection:
        adopted = await stations.find(connection, SENSOR)
    assert adopted is not None and adopted.members is not None
    assert adopted.members["thresholds"] == {"caution": 3.0, "danger": 4.0}
    assert adopted.words["level"] == adopted.words["water_level"] == Named("water_level", "cm")
    at_map.forgive("400")


async def test_a_silence_is_set_and_ended_by_the_keyboard_and_never_out_of_sight(at_map: Visit) -> None:
    page = at_map.page
    await page.get_by_role("tab", name="なぜ送られていないか").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("止める種別").focus()
    await page.keyboard.press("End")
    for _ in range(3):
        await page.keyboard.press("Tab")
    await page.keyboard.type("雨量計の点検")
    await page.keyboard.press("Enter")
    banner = page.locator("#bar-silences")
    await expect(banner).to_contain_text("止めている通知があります。")
    row = page.locator("#silences-list tbody tr", has_text="雨量計の点検")
    await expect(row).to_be_visible()
    assert await violations(page, within="#dock, #bar-silences") == []
    await row.get_by_role("button", name="終える").focus()
    await page.keyboard.press("Enter")
    await expect(banner).to_be_hidden()
    await expect(page.locator("#silences-list")).to_contain_text("止めている通知はありません。")
    await page.locator("#tab-hazards").click()
    await page.locator("#hazards").get_by_role("button", name="の通知を止める").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("理由").first).to_be_focused()
    assert await page.locator("#silence-kind").input_value() and await page.locator("#silence-area").input_value()


async def test_a_gauge_that_lies_is_set_aside_and_trusted_again_by_the_keyboard(at_map: Visit) -> None:
    """From its sheet, with a reason: the value stays in sight, struck out of what is decided."""
    page = at_map.page
    await page.get_by_role("tab", name="観測所").click()
    await page.get_by_role("button", name="館坂橋", exact=True).first.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="この値を信用しない…").first.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("流木が当たった")
    await page.keyboard.press("Enter")
    banner = page.locator("#bar-distrusts")
    await expect(banner).to_contain_text("館坂橋 水位")
    await expect(page.locator("#selection .barred")).to_contain_text("流木が当たった")
    await expect(page.locator("#selection .barred")).to_contain_text("前の値も、ふたたび危険の判断に使います")
    await expect(page.locator("#distrusts-list tbody tr")).to_contain_text("流木が当たった")
    assert await violations(page, within="#selection, #dock, #bar-distrusts") == []
    await page.locator("#distrusts-list").get_by_role("button", name="信用に戻す").focus()
    await page.keyboard.press("Enter")
    await expect(banner).to_be_hidden()
    await expect(page.locator("#selection .barred")).to_have_count(0)
    await page.get_by_role("button", name="このセンサーだけに基づく通知を止める…").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("流木の疑い")
    await page.keyboard.press("Enter")
    await expect(page.locator("#silences-list tbody tr")).to_contain_text("館坂橋だけに基づくもの")
    await page.locator("#silences-list").get_by_role("button", name="終える").click()
