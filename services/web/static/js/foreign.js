// @ts-check
// On a page in another language: Japanese passages that scripts bring (names of places, what people wrote, texts of
// alerts) are marked as they come, so that a screen reader changes its voice. The server does the same for its pages.

const LETTER = '[々〆ヵヶ\\u3040-\\u30fa\\u30fc-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\uff66-\\uff9f]';
const BESIDE = '[\\u3000-\\u303f\\uff00-\\uffef・…\\d\\s.,:;/()+-]';
const PASSAGE = new RegExp(`([「『【（]*${LETTER}(?:${BESIDE}*${LETTER})*[」』】）。！？、]*)`);
const WHOLE = 'option, textarea, title, desc'; // hold no elements: they are marked themselves

/** @param {Text} text */
function mark(text) {
  const { parentElement: parent, data } = text;
  if (!parent || !PASSAGE.test(data) || parent.matches('script, style') || parent.closest('[lang]')?.getAttribute('lang')?.startsWith('ja')) return;
  if (parent.matches(WHOLE)) {
    parent.setAttribute('lang', 'ja');
    return;
  }
  text.replaceWith(...data.split(PASSAGE).map((piece, i) => (i % 2 ? passage(parent, piece) : piece)).filter((piece) => piece !== ''));
}

/** @param {Element} parent @param {string} piece */
function passage(parent, piece) {
  const drawn = parent.namespaceURI === 'http://www.w3.org/2000/svg';
  const span = document.createElementNS(parent.namespaceURI, drawn ? 'tspan' : 'span');
  span.setAttribute('lang', 'ja');
  span.textContent = piece;
  return span;
}

/** @param {Node} root */
function markAll(root) {
  if (root instanceof Text) mark(root);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) found.push(/** @type {Text} */ (walker.currentNode));
  found.forEach(mark);
}

new MutationObserver((changes) => {
  for (const { type, target, addedNodes } of changes) {
    if (type === 'characterData') markAll(target);
    else addedNodes.forEach(markAll);
  }
}).observe(document.body, { childList: true, characterData: true, subtree: true });
markAll(document.body);
