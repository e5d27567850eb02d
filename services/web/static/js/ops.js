// @ts-check
// The operations map: fetch, draw, listen, and draw again what changed.
import { inAddress } from './address.js';
import { drawUnassigned, wireAdopt } from './adopt.js';
import { announce } from './announce.js';
import { tellDecided, wireDecisions } from './approve.js';
import { drawBoard } from './board.js';
import { drafts, held, partsOf, presently, refresh, whenWanted } from './desk.js';
import { drawDistrusts, wireDistrusts } from './distrusts.js';
import { byId } from './dom.js';
import { drawDrafts } from './drafts.js';
import { drawEvents, wireEvents } from './events.js';
import { drawGauges } from './gauges.js';
import { wireGlass } from './glass.js';
import { tick } from './held.js';
import { wireKeys } from './keys.js';
import { t } from './language.js';
import { drawLayers, tellLayers } from './layers-panel.js';
import { listen } from './live.js';
import { drawChronology, drawHazards, drawSuppressions, wireNote } from './logs.js';
import { drawLive } from './map/live.js';
import { searchable } from './map/names.js';
import { startMap, whenDrawn } from './map/start.js';
import { goHome } from './map/view.js';
import { refreshRoads } from './map/work.js';
import { wireOfficial } from './official.js';
import { drawOutages, wireOutages } from './outages.js';
import { areaNames, drawPanel, wirePanel } from './panel.js';
import { drawQuarantine, wireQuarantine } from './quarantine.js';
import { wireSearch } from './search.js';
import { markRows, select, wireSelection } from './selection.js';
import { drawSilences, wireSilences } from './silences.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { wireTabs } from './tabs.js';
import { drawTimeline, refreshMarks, startTimeline, tickTimeline, wireTimeline } from './timeline.js';
import { wireTools } from './tools.js';
import { learn } from './trends.js';
import { drawWhy, wireWhy } from './why.js';
import { loadWords } from './words.js';

const POLL = 60000; // a lost change may cost a minute, never more
/** @type {Set<string>} */
let known = new Set();

function draw() {
  drawStatus();
  drawDrafts();
  drawEvents();
  drawBoard();
  drawGauges();
  drawHazards();
  drawChronology();
  drawSuppressions();
  drawWhy();
  drawSilences();
  drawDistrusts();
  drawOutages();
  drawQuarantine();
  drawUnassigned();
  drawLive();
  tellLayers();
  drawPanel();
  markRows();
  drawTimeline();
  tellDecided();
}

/** @param {string[]} [parts] */
async function update(parts) {
  const failed = await refresh(parts);
  if (failed.length) announce(t('読み込めないものがあります：{parts}', { parts: failed.join('、') }));
  if (parts?.length === 1 && parts[0] === 'presence') { // who looks at what moves nothing on the map
    drawStatus();
    drawDrafts();
    return;
  }
  await learn();
  draw();
  tellNews();
}

/** A new draft is said aloud; at level 4 and 5 at once. */
function tellNews() {
  const now = drafts(presently());
  for (const draft of now.filter((d) => !known.has(d.identifier))) {
    announce(t('新しい下書き。{headline}', { headline: draft.texts.ja.headline }), draft.alert_level && draft.level >= 4);
  }
  for (const one of held(presently()).filter((d) => !known.has(d.identifier))) announce(t('まもなく送ります。{headline}', { headline: one.texts.ja.headline }));
  known = new Set([...now, ...held(presently())].map((d) => d.identifier));
}

/** Areas have names in the panel before anybody selects one. */
function learnNames() {
  for (const { name, pick } of searchable()) if (pick.kind === 'area') areaNames.set(pick.code, name);
}

/** What the address says is selected. */
function selectFromAddress() {
  const found = /^(area|station|river|report):(.+)$/.exec(inAddress('select') ?? '');
  if (found) select({ kind: /** @type {any} */ (found[1]), code: decodeURIComponent(found[2]) }, 'map');
}

async function start() {
  await loadWords();
  wireSelection();
  wirePanel();
  wireKeys();
  wireNote(() => update(['chronology']));
  wireAdopt(() => update(['sensors', 'unassigned', 'chronology', 'readings']));
  wireQuarantine(() => update(['quarantine', 'chronology', 'readings', 'reports']));
  wireSilences(() => update(['silences', 'suppressions', 'alerts', 'chronology']));
  wireDistrusts(() => update(['distrusts', 'readings', 'hazards', 'chronology']));
  wireGlass(() => update(['alerts', 'deliveries', 'chronology', 'suppressions', 'status']));
  wireDecisions(() => update(['alerts', 'deliveries', 'chronology', 'suppressions']));
  wireOutages(() => update(['outages', 'chronology']));
  wireTimeline({ shown: draw });
  wireTabs(byId('dock-tabs'));
  wireEvents();
  await Promise.all([startMap(), refresh()]);
  await learn();
  drawLayers();
  wireOfficial();
  wireWhy();
  learnNames();
  wireSearch();
  wireTools();
  known = new Set([...drafts(), ...held()].map((d) => d.identifier));
  draw();
  if (!inAddress('map')) goHome();
  whenDrawn();
  selectFromAddress();
  addEventListener('shirase-presence', drawDrafts);
  listen({ line: setLine, changed: (what) => update(partsOf(what)) });
  setInterval(() => { drawAge(); tick(); tickTimeline(); }, 1000);
  whenWanted((part) => update([part]));
  setInterval(() => { refreshMarks(); update(); refreshRoads(); }, POLL);
  await startTimeline();
}

start().catch((error) => {
  byId('drafts-list').textContent = t('画面を作れませんでした。読み込み直してください。');
  throw error;
});
