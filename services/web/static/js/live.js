// @ts-check
// The live line. One tab of the browser holds the stream and tells the others, because a browser opens at most six.
import './cut.js';

/** @typedef {'on' | 'off' | 'wait'} Line */
/** @typedef {{changed: (what: string[]) => void, line: (state: Line) => void}} Listener */
/** @typedef {{what?: string[], line?: Line, hello?: boolean}} Message */

const EVERYTHING = ['*'];
const PULSE = 8000; // milliseconds between two questions, and how long an answer may take
const PAUSE = 3000; // before the next try

/** @type {Line | null} the state of the stream, in the tab that holds it */
let held = null;

/**
 * Listen until the page goes. `changed` is called at most once a second with everything that changed meanwhile.
 * @param {Listener} listener
 */
export function listen(listener) {
  const changed = merged(listener.changed);
  const tell = (/** @type {Message} */ message) => {
    if (message.line) {
      listener.line(message.line);
      dispatchEvent(new CustomEvent('shirase:stream', { detail: message.line }));
    }
    if (message.what) changed(message.what);
  };
  listener.line('wait');
  if (!('BroadcastChannel' in globalThis) || !navigator.locks) { // plain http from another machine has no locks
    stream(tell);
    return;
  }
  const others = new BroadcastChannel('shirase-live');
  others.onmessage = ({ data }) => {
    if (!data.hello) tell(data);
    else if (held) others.postMessage({ line: held });
  };
  others.postMessage({ hello: true });
  // Held until this tab goes; then the next tab in the queue gets the lock and opens its own stream.
  navigator.locks.request('shirase-live', () => new Promise(() => stream((message) => {
    tell(message);
    others.postMessage(message);
  })));
}

/**
 * Hold a stream until it breaks, then open the next one. A line that was cut without a word looks open to the browser
 * for minutes, so the hub is asked now and then whether it is still there.
 * @param {(message: Message) => void} tell
 */
function stream(tell) {
  const source = new EventSource('/api/v1/events');
  const say = (/** @type {Line} */ line) => {
    const back = held === 'off' && line === 'on';
    held = line;
    tell({ line, what: back ? EVERYTHING : [] }); // after a break, look at everything once
  };
  let over = false;
  const again = () => {
    if (over) return;
    over = true;
    clearInterval(pulse);
    source.close();
    say('off');
    setTimeout(() => stream(tell), PAUSE);
  };
  const pulse = setInterval(() => alive().catch(again), PULSE);
  source.onopen = () => say('on');
  source.onerror = () => (source.readyState === EventSource.CLOSED ? again() : say('off'));
  source.addEventListener('change', (event) => tell({ what: JSON.parse(event.data).what ?? EVERYTHING }));
  source.addEventListener('reset', () => tell({ what: EVERYTHING }));
}

/** Rejects where the hub does not answer in time. */
async function alive() {
  const response = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(PULSE) });
  if (!response.ok) throw new Error(String(response.status));
}

/**
 * Several calls within a second become one.
 * @param {(what: string[]) => void} act
 * @returns {(what: string[]) => void}
 */
function merged(act) {
  /** @type {Set<string>} */
  const waiting = new Set();
  let timer = 0;
  let last = 0;
  const flush = () => {
    timer = 0;
    last = Date.now();
    const all = [...waiting];
    waiting.clear();
    act(all);
  };
  return (what) => {
    for (const one of what) waiting.add(one);
    if (waiting.size && !timer) timer = window.setTimeout(flush, Math.max(50, 1000 - (Date.now() - last)));
  };
}
