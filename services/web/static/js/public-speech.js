// @ts-check
// Reading aloud with the device's own voices, where it has some. Nothing speaks unless a button is pressed; pressed again,
// or another, it falls silent. In Japanese and English an alert is said in the words that radio and loudspeakers get; all
// else as it stands, each language by a voice of its own. A drill says so first.

/** @typedef {{language: string, text: string}} Piece */
const VOICES = /** @type {Record<string, string>} */ ({ ja: 'ja-JP', en: 'en-US', 'zh-Hans': 'zh-CN', ko: 'ko-KR', vi: 'vi-VN' });
const OURS = ['canceled', 'interrupted']; // errors of who was told to be silent

/** @type {HTMLButtonElement | null} */
let speaking = null;

/** Shows the buttons. */
export function offerSpeech() {
  if (!('speechSynthesis' in window)) return;
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('[data-speak]'))) {
    const box = button.closest('.speaker');
    if (box instanceof HTMLElement) box.hidden = false;
    button.addEventListener('click', () => {
      const again = speaking === button;
      stop();
      if (!again) start(button);
    });
  }
  addEventListener('pagehide', stop);
}

function stop() {
  speechSynthesis.cancel();
  if (speaking) name(speaking, false);
  speaking = null;
}

/** @param {HTMLButtonElement} button @param {boolean} on */
function name(button, on) {
  const label = button.querySelector('[data-name]');
  if (!label) return;
  button.dataset.speakName ??= label.textContent ?? '';
  label.textContent = (on ? button.dataset.stop : button.dataset.speakName) ?? '';
  button.setAttribute('aria-pressed', String(on));
}

/** @param {HTMLButtonElement} button */
async function start(button) {
  speaking = button;
  name(button, true);
  const pieces = (await written(button)) ?? [...shown('.drill > p'), ...shown(`#${CSS.escape(button.dataset.speak ?? '')}`)];
  if (speaking !== button) return; // stopped while it was fetched
  const able = merged(pieces).filter((one) => heard(one.language));
  mute(button, able.length < merged(pieces).length);
  if (!able.length) stop();
  able.forEach((one, n) => {
    const said = new SpeechSynthesisUtterance(one.text);
    said.lang = VOICES[one.language] ?? one.language;
    said.onend = () => { if (speaking === button && n === able.length - 1) stop(); };
    said.onerror = (event) => {
      if (speaking !== button || OURS.includes(event.error)) return;
      mute(button, true);
      stop();
    };
    speechSynthesis.speak(said);
  });
}

/** Whether there is a voice. A device that names none yet may have some: it is asked, and says so where not.
 * @param {string} language */
function heard(language) {
  const voices = speechSynthesis.getVoices?.() ?? [];
  const [wanted] = language.split('-');
  return !voices.length || voices.some((one) => one.lang.toLowerCase().split(/[-_]/)[0] === wanted);
}

/** Says beside the button that the device has no voice. @param {HTMLButtonElement} button @param {boolean} none */
function mute(button, none) {
  const box = /** @type {HTMLElement | null} */ (button.closest('.speaker')?.querySelector('[data-mute]'));
  if (box) box.textContent = none ? box.dataset.mute ?? '' : '';
}

/**
 * The spoken form that the hub's own writer made of an alert; null where it made none in this language.
 * @param {HTMLButtonElement} button @returns {Promise<Piece[] | null>}
 */
async function written(button) {
  const series = button.dataset.series, language = document.documentElement.lang;
  const easy = new URLSearchParams(location.search).get('lang') === 'ja-x-easy';
  if (!series || easy || !['ja', 'en'].includes(language)) return null;
  try {
    const response = await fetch(`/api/v1/alerts/${encodeURIComponent(series)}/voice?form=page`);
    if (!response.ok) return null;
    /** @type {Piece[]} */
    const items = (await response.json()).items.filter((/** @type {Piece} */ one) => one.language === language);
    return items.length ? items : null;
  } catch {
    return null; // the line is cut: what stands on the page is said instead
  }
}

const SILENT = '.speaker, [hidden], summary, .ago, .level > b, .drill strong, .drill-mark';

/** What stands there, without buttons, and without the English beside Japanese. @param {string} selector @returns {Piece[]} */
function shown(selector) {
  const page = document.documentElement.lang;
  /** @type {Piece[]} */
  const found = [];
  for (const box of document.querySelectorAll(selector)) {
    const blocks = box.matches('p') ? [box] : [...box.querySelectorAll('h1, h3, p, dt, dd')];
    for (const block of blocks) {
      const walk = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const around = walk.currentNode.parentElement;
        const language = around?.closest('[lang]')?.getAttribute('lang') || page;
        if (!around || around.closest(SILENT) || (page === 'ja' && language !== 'ja')) continue;
        found.push({ language, text: (walk.currentNode.textContent ?? '').replace(/\s+/g, ' ') });
      }
      found.push({ language: found.at(-1)?.language ?? page, text: '\n' });
    }
  }
  return found;
}

/** Neighbours of one language as one. The readings in brackets of plain Japanese would be said twice.
 * @param {Piece[]} pieces @returns {Piece[]} */
function merged(pieces) {
  /** @type {Piece[]} */
  const found = [];
  for (const one of pieces) {
    const last = found.at(-1);
    if (last && (last.language === one.language || !/[\p{L}\p{N}]/u.test(one.text))) last.text += one.text;
    else found.push({ ...one });
  }
  return found
    .map((one) => ({ ...one, text: one.text.replace(/ *\n\s*/g, '\n').replace(/（[ぁ-ん：、\s]+）/g, '').trim() }))
    .filter((one) => /[\p{L}\p{N}]/u.test(one.text));
}
