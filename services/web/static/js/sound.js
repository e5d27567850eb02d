// @ts-check
// A tone for what needs a person: made here, on or off for each officer, of one tab among several, again and again until
// somebody has taken it. What is real and what is a drill sound different. A browser lets no page sound before a click.
import { byId } from './dom.js';
import { t } from './language.js';

const AGAIN = 10000; // milliseconds between two tones
const KINDS = ['call', 'draft', 'outage', 'level'];
const LEASE = 'shirase-sound-tab'; // where the browser has no locks (plain http): a time in its storage
const REAL = [[880, 0], [660, 0.22], [880, 0.44], [660, 0.66]]; // hertz, seconds
const DRILL = [[523, 0], [523, 0.5]];

/** @typedef {{on: boolean, kinds: string[]}} Wish */

/** @type {AudioContext | null} */
let audio = null;
let ours = false; // this tab is the one that sounds
/** @type {(() => void) | null} gives the lock back */
let release = null;
/** @type {import('./attention.js').Need[]} */
let open = [];
let timer = 0;
let last = 0;

const keep = () => `shirase-sound:${document.body.dataset.user ?? ''}`;

/** @returns {Wish} */
function wish() {
  try {
    const kept = JSON.parse(localStorage.getItem(keep()) ?? '{}');
    return { on: kept.on === true, kinds: Array.isArray(kept.kinds) ? kept.kinds : KINDS };
  } catch {
    return { on: false, kinds: KINDS };
  }
}

/** @param {Partial<Wish>} part */
function want(part) {
  localStorage.setItem(keep(), JSON.stringify({ ...wish(), ...part }));
}

const running = () => audio?.state === 'running';

/** Wake the sound up; the browser allows it only after a click or a key. */
async function wake() {
  audio ??= new AudioContext();
  if (audio.state === 'suspended') await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 300))]);
  if (running()) stand();
  drawSound();
}

/** One tab of several sounds: the first that can, until it goes. */
function stand() {
  if (ours || release) return;
  if (!navigator.locks) {
    ours = leased();
    return;
  }
  release = () => {}; // asked already
  navigator.locks.request('shirase-sound', () => new Promise((done) => {
    ours = true;
    release = () => { ours = false; release = null; done(undefined); };
    drawSound();
    go();
  }));
}

/** @returns {boolean} */
function leased() {
  const [who, until] = (localStorage.getItem(LEASE) ?? ' 0').split(' ');
  const mine = sessionStorage.getItem(LEASE) ?? String(Math.random()).slice(2);
  sessionStorage.setItem(LEASE, mine);
  if (who !== mine && Number(until) > Date.now()) return false;
  localStorage.setItem(LEASE, `${mine} ${Date.now() + 2 * AGAIN}`);
  return true;
}

/** @param {boolean} real */
function play(real) {
  if (!audio || !running()) return;
  for (const [hertz, at] of real ? REAL : DRILL) {
    const tone = audio.createOscillator(), loud = audio.createGain(), begin = audio.currentTime + at, long = real ? 0.2 : 0.3;
    tone.type = real ? 'square' : 'sine';
    tone.frequency.value = hertz;
    loud.gain.setValueAtTime(0, begin);
    loud.gain.linearRampToValueAtTime(real ? 0.12 : 0.25, begin + 0.02);
    loud.gain.linearRampToValueAtTime(0, begin + long);
    tone.connect(loud).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + long);
  }
  dispatchEvent(new CustomEvent('shirase-sound', { detail: real ? 'real' : 'drill' }));
}

/** Sound now if anything is open, and again after a while. */
function go() {
  clearTimeout(timer);
  const { on, kinds } = wish();
  const now = open.filter((need) => kinds.includes(need.kind));
  if (!on || !now.length) return;
  const wait = last + AGAIN - Date.now();
  if (wait <= 0 && running() && (navigator.locks ? ours : (ours = leased()))) {
    last = Date.now();
    play(now.some((need) => need.status === 'Actual'));
  }
  timer = window.setTimeout(go, wait > 0 ? wait : AGAIN);
}

let known = '';

/** What is open and taken by nobody. Something new sounds at once. @param {import('./attention.js').Need[]} needs */
export function ring(needs) {
  const keys = needs.map((need) => need.key).sort();
  const fresh = keys.some((key) => !known.includes(`|${key}|`));
  known = `|${keys.join('|')}|`;
  open = needs;
  if (fresh) last = 0;
  if (fresh || !needs.length) go();
}

/** The button in the bar and the words of its dialog. */
function drawSound() {
  const { on, kinds } = wish();
  const silent = on && !running();
  const button = byId('bar-sound');
  button.textContent = !on ? t('音：切') : silent ? t('音：止められています') : t('音：入');
  button.dataset.sound = !on ? 'off' : silent ? 'silent' : 'on';
  byId('sound-toggle').textContent = on && !silent ? t('音を切る') : t('音を入れる');
  byId('sound-state').textContent = !on ? t('音は切ってあります。')
    : silent ? t('ブラウザーが音を止めています。「音を入れる」を押すか、この画面のどこかを押してください。')
      : ours || !navigator.locks ? t('音は入っています。このタブで鳴ります。') : t('音は入っています。ほかのタブで鳴ります。');
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('#sound [data-kind]'))) box.checked = kinds.includes(box.dataset.kind ?? '');
}

async function toggle() {
  const { on } = wish();
  const off = on && running();
  want({ on: !off });
  if (off) {
    release?.();
    ours = false;
  } else {
    await wake();
    last = 0;
  }
  drawSound();
  go();
}

export function wireSound() {
  const dialog = byId('sound');
  byId('bar-sound').addEventListener('click', () => { drawSound(); dialog.showModal(); });
  byId('sound-close').addEventListener('click', () => dialog.close());
  byId('sound-toggle').addEventListener('click', toggle);
  byId('sound-real').addEventListener('click', async () => { await wake(); play(true); });
  byId('sound-drill').addEventListener('click', async () => { await wake(); play(false); });
  dialog.addEventListener('change', () => want({ kinds: [.../** @type {NodeListOf<HTMLInputElement>} */ (dialog.querySelectorAll('[data-kind]:checked'))].map((box) => box.dataset.kind ?? '') }));
  for (const touch of ['pointerdown', 'keydown']) {
    document.addEventListener(touch, () => { if (wish().on && !running()) wake().then(go); }, { passive: true });
  }
  addEventListener('storage', () => { drawSound(); go(); }); // another tab was switched on or off
  if (wish().on && navigator.userActivation?.hasBeenActive) wake(); // else the first click or key does
  drawSound();
}
