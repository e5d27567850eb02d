// @ts-check
// The wall. It asks every few seconds, says loudly when nobody answers, and comes back by itself. It is made for weeks:
// nothing grows, and now and then it loads itself anew, but only while the hub answers.
import { t } from './language.js';
import { drawMap, showAreas } from './wall-map.js';
import { ago, now, seconds, setClock, stated, today } from './time.js';

const PAUSE = 5000; // milliseconds between two questions
const PATIENCE = 8000; // how long an answer may take
const CUT = 20000; // without an answer for so long, the picture may not be believed
const RENEWED = 6 * 3600000; // how long a page lives

const opened = Date.now();
let answered = Date.now();
let newest = '';
let ended = false; // the hub says that this screen may not look any more

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

async function look() {
  const response = await fetch('/wall/now.json', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
  ended = response.status === 401;
  if (!response.ok) throw new Error(String(response.status));
  const picture = await response.json();
  if (picture.release !== document.body.dataset.release || Date.now() - opened > RENEWED) return location.reload();
  answered = Date.now();
  newest = picture.newest ?? '';
  setClock(picture.now);
  const made = new DOMParser().parseFromString(picture.html, 'text/html');
  byId('wall-board').replaceChildren(...[...made.body.childNodes].map((one) => document.adoptNode(one)));
  document.body.dataset.stale = String(picture.stale);
  showAreas(picture.areas);
  tell();
}

/** What is wrong with the line or with what came in; nothing where all is well. */
function trouble() {
  if (ended) return t('この画面の登録が終わっています。状況図の「大画面」で、もう一度登録してください。');
  if (Date.now() - answered > CUT) return t('回線が切れています。{time} の画面です。つながり次第、ひとりでに戻ります。', { time: stated(new Date(now().getTime() - (Date.now() - answered))) });
  if (document.body.dataset.stale !== 'true') return '';
  return newest ? t('新しい観測が届いていません（最後は{age}）。安全を意味しません。', { age: ago(newest) }) : t('観測がまだ届いていません。安全を意味しません。');
}

function tell() {
  const wrong = trouble();
  const cut = ended || Date.now() - answered > CUT;
  const banner = byId('wall-cut');
  if (banner.textContent !== wrong) banner.textContent = wrong;
  banner.hidden = !wrong;
  document.body.dataset.line = cut ? 'off' : 'on';
  const line = cut ? t('切断') : t('接続中');
  if (byId('wall-line').textContent !== line) byId('wall-line').textContent = line;
}

function tick() {
  byId('wall-day').textContent = t('{day} 日本時間', { day: today() });
  byId('wall-clock').textContent = seconds();
  tell();
}

/** Ask for ever; one question at a time. */
async function ask() {
  await look().catch(() => {}); // told by the banner, and asked again
  setTimeout(ask, PAUSE);
}

/** The screen shall not fall asleep; where the browser cannot be asked, its settings have to do it. */
async function stayAwake() {
  if (!('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
  await navigator.wakeLock.request('screen').catch(() => {}); // refused: as above
}

setClock(document.body.dataset.now);
tick();
setInterval(tick, 1000);
stayAwake();
document.addEventListener('visibilitychange', stayAwake);
drawMap().finally(ask);
