"""Several officers at one desk: they see each other, lose nothing to each other, and what one took rings for nobody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import TypeAlias

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.conftest import Played, Visit, copied, visit
from tests.e2e.walk.axe import violations

pytestmark = pytest.mark.browser

_HEAR = """() => { window.heard = []; addEventListener('shirase-sound', event => window.heard.push(event.detail)); }"""

_UNTAKEN = """async () => {
  const script = document.querySelector('script[src$="ops.js"]').src;
  const { needs } = await import(script.replace('ops.js', 'attention.js'));
  return needs().filter(need => !need.by.length).length;
}"""


Officers: TypeAlias = tuple[Visit, Visit]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def officers(
    browser: Browser, played: Played, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Officers]:
    """Sato and Suzuki, each with a browser of their own, before the map of one night."""
    async with copied(played, tmp_path_factory.mktemp("officers")) as made:
        (sato, one), (suzuki, other) = await visit(browser, made), await visit(browser, made)
        await sato.map_ready()
        await suzuki.map_ready("suzuki")
        yield sato, suzuki
        for context in (one, other):
            await context.close()


async def test_the_sound_is_of_a_drill_of_one_tab_and_stops_for_all_when_one_takes_it(officers: Officers) -> None:
    first, second = (one.page for one in officers)
    tab = await first.context.new_page()
    await tab.goto("/ops/outbox")
    await tab.wait_for_function("() => document.body.dataset.outbox === 'ready'")
    for page in (first, tab, second):
        await page.evaluate(_HEAR)
    for page in (first, second):
        await page.get_by_role("button", name="音：切").click()
        await page.get_by_role("button", name="音を入れる").click()
        await expect(page.locator("#sound-state")).to_contain_text("このタブで鳴ります")
        await page.get_by_role("button", name="閉じる").last.click()
        await page.wait_for_function("() => window.heard.length > 0")
        assert set(await page.evaluate("() => window.heard")) == {"drill"}, "the whole hub runs a drill"
    await tab.bring_to_front()
    await tab.locator("main").click()
    await expect(tab.locator("#bar-sound")).to_have_text("音：入")
    assert await tab.evaluate("() => window.heard") == [], "one tab of several sounds"
    waiting = await second.locator("[data-draft]").count()
    for number in range(waiting):
        await first.bring_to_front()
        card = first.locator("[data-draft]").nth(number)
        await card.locator("h3 button").click()
        await card.get_by_role("button", name="引き受ける").click()
    for number in range(waiting):
        await second.locator("[data-draft]").nth(number).locator("h3 button").click()
        told = second.locator("[data-draft]").nth(number).locator(".also-here")
        await expect(told).to_contain_text("satoさんが引き受けています", timeout=10_000)
    for page in (first, second):
        assert await page.evaluate(_UNTAKEN) == 0
    await tab.close()
    for one in officers:
        one.check()


async def test_who_decides_and_who_writes_is_seen_by_the_other_and_both_versions_stand(officers: Officers) -> None:
    """The last of the two: it leaves the map."""
    first, second = (one.page for one in officers)
    await second.locator("[data-approve]").first.click()
    here = first.locator("[data-draft] .also-here").first
    await expect(here).to_contain_text("suzukiさんが承認の画面を開いています", timeout=10_000)
    await second.keyboard.press("Escape")
    await expect(here).to_contain_text("suzukiさんが見ています", timeout=10_000)
    for page in (first, second):
        await page.get_by_role("link", name="直す…").first.click()
        await page.wait_for_function("() => document.body.dataset.writing === 'ready'")
    title = re.compile("見出し")
    await second.get_by_label(title).first.fill("鈴木が書いた見出し")
    await expect(first.locator("#writing .also-here")).to_contain_text("suzukiさんが書いています", timeout=10_000)
    await first.get_by_label(title).first.fill("佐藤が書いた見出し")
    await first.get_by_role("button", name="直した案に替える").click()
    await first.wait_for_url("**/ops#drafts")
    await second.get_by_role("button", name="直した案に替える").click()
    clash = second.locator(".clash")
    await expect(clash).to_contain_text("佐藤が書いた見出し")
    await expect(clash).to_contain_text("鈴木が書いた見出し")
    await expect(second.get_by_label(title).first).to_have_value("鈴木が書いた見出し")
    seen = first.locator("[data-draft] .also-here").first
    await expect(seen).to_contain_text("suzuki", timeout=10_000)
    await second.goto("/ops/calls")  # who goes takes their name along
    await expect(seen).to_have_count(0, timeout=10_000)
    await second.goto("/ops")
    await second.locator("[data-approve]").first.click()
    await first.get_by_role("button", name="差し戻す…").first.click()
    await first.get_by_label("理由（経過記録に残ります）").fill("根拠を確かめる")
    await first.locator("#reject-confirm").click()
    await expect(second.locator("#approve-error")).to_contain_text("もう待っていません（差し戻し）", timeout=10_000)
    await expect(second.locator("#approve-confirm")).to_be_disabled()
    officers[1].forgive("409")
    for one in officers:
        one.check()


async def test_a_place_answers_its_four_questions_and_a_draft_tells_what_changed(at_map: Visit) -> None:
    """One walk over the panel, a sheet, the events and a draft."""
    page = at_map.page
    changed = page.locator("[data-draft]", has_text="除雪")
    await changed.locator("h3 button").click()
    await expect(changed.locator(".diff del").first).to_be_visible()
    await expect(changed.locator("meter").first).to_be_visible()
    await page.locator("#events-area").select_option("senboku")
    await expect(page.locator("#events-list .event").first).to_contain_text("明治橋")
    await page.locator("#events-list .event").first.click()
    panel = page.locator("#selection")
    for title in ("いま、ここで", "これから", "だれが、なにが危ないか", "送ったもの"):
        await expect(panel.get_by_role("heading", name=title)).to_be_visible()
    await expect(panel).to_contain_text("確率 90％")
    await expect(panel).to_contain_text("浸水想定区域の中")
    await expect(panel).to_contain_text("受付を確認")
    await panel.get_by_role("button", name="明治橋").first.click()
    await expect(panel.locator("svg.chart .band")).to_have_count(1)
    await panel.get_by_text(re.compile(r"値の表（\d+件）")).click()
    await expect(panel.locator(".values tbody tr").first).to_be_visible()
    await panel.get_by_role("button", name="館坂橋").first.click()
    await expect(panel.get_by_role("heading", name="館坂橋")).to_be_visible()
    assert await violations(page, within="#selection, #drafts") == []
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await changed.locator("h3 button").click()
