// @ts-check
// Reading aloud with the device's own voice, where it has one. Nothing speaks unless a button is pressed; pressed again,
// or another, it falls silent. In Japanese and English an alert is said in the words that radio and loudspeakers get.

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
  const language = document.documentElement.lang;
  const text = (await written(button, language)) || shown(button.dataset.speak ?? '');
  if (speaking !== button) return; // stopped while it was fetched
  const said = new SpeechSynthesisUtterance(text);
  said.lang = { ja: 'ja-JP', en: 'en-US', 'zh-Hans': 'zh-CN', ko: 'ko-KR', vi: 'vi-VN' }[language] ?? language;
  const over = () => { if (speaking === button) stop(); };
  said.onend = over;
  said.onerror = over;
  speechSynthesis.speak(said);
}

/**
 * The spoken form that the hub's own writer made of an alert; empty where it made none in this language.
 * @param {HTMLButtonElement} button @param {string} language
 */
async function written(button, language) {
  const series = button.dataset.series;
  const easy = new URLSearchParams(location.search).get('lang') === 'ja-x-easy';
  if (!series || easy || !['ja', 'en'].includes(language)) return '';
  try {
    const response = await fetch(`/api/v1/alerts/${encodeURIComponent(series)}/voice?form=page`);
    if (!response.ok) return '';
    /** @type {{language: string, text: string}[]} */
    const items = (await response.json()).items;
    return items.filter((one) => one.language === language).map((one) => one.text).join('\n');
  } catch {
    return ''; // the line is cut: what stands on the page is said instead
  }
}

/** What stands there, without the buttons. @param {string} id */
function shown(id) {
  const box = document.getElementById(id)?.cloneNode(true);
  if (!(box instanceof HTMLElement)) return '';
  for (const one of box.querySelectorAll('.speaker, [hidden], summary, .ago, .level > b')) one.remove();
  const parts = [...box.querySelectorAll('h1, h3, p, dt, dd')].map((one) => (one.textContent ?? '').replace(/\s+/g, ' ').trim());
  // The readings in brackets of plain Japanese would be said twice.
  return parts.filter(Boolean).join('\n').replace(/（[ぁ-ん：、\s]+）/g, '');
}
