// Keeps the last public pages for when there is no connection, and says unmistakably that they are old. SETTINGS and
// CUT_WORDS stand before this; notifications (push-worker.js) behind it: there is one worker for the whole site.
//
// Kept is only what is named in SETTINGS.pages, asked for without anything but a language and a district, and only what
// the server lets anybody keep. Never the desk, never the API, never an address that is somebody's key.
const PAGES = 'shirase-pages-1', FILES = 'shirase-files-1';
const PATIENCE = 4000; // milliseconds for an answer, where an older one is at hand
const MOST_PAGES = 8, MOST_FILES = 60, MOST_BYTES = 512 * 1024; // of one page or file
const LONGEST = 7 * 86400000; // milliseconds after which a page is not shown any more
const KEPT_AT = 'X-Kept-At';
const GONE = [502, 503, 504]; // what a proxy says for a server that is away

self.addEventListener('install', (event) => {
  self.skipWaiting();
  if (SETTINGS.on) event.waitUntil(fetch(SETTINGS.pages[0], { credentials: 'omit' }).then((page) => keep(SETTINGS.pages[0], page)).catch(() => {})); // the next visit keeps it
});

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  const ours = SETTINGS.on ? [PAGES, FILES] : [];
  for (const name of await caches.keys()) if (name.startsWith('shirase-') && !ours.includes(name)) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (!SETTINGS.on || request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith('/static/')) event.respondWith(file(request));
  else if (request.mode === 'navigate' && keyOf(url)) event.respondWith(page(event, keyOf(url)));
});

/** Under which address a page is kept; nothing for one that is not. @param {URL} url */
function keyOf(url) {
  if (!SETTINGS.pages.includes(url.pathname)) return '';
  for (const [name, value] of url.searchParams) if (!['lang', 'area'].includes(name) || !/^[\w-]{0,64}$/.test(value)) return '';
  url.searchParams.sort();
  return url.pathname + url.search;
}

/** A file by its version, which never changes; from the network where it is not kept. @param {Request} request */
async function file(request) {
  return (await (await caches.open(FILES)).match(request.url)) ?? fetch(request);
}

/** The network first; after a while, or without it, what was kept. */
async function page(event, key) {
  const kept = await lastOf(key);
  const fresh = fetch(event.request);
  event.waitUntil(fresh.then((answer) => keep(key, answer.clone())).catch(() => {})); // a full disk keeps nobody from reading
  if (!kept) return fresh;
  try {
    const answer = await Promise.race([fresh, new Promise((_, late) => { setTimeout(() => late(new Error('late')), PATIENCE); })]);
    return GONE.includes(answer.status) ? asOld(kept) : answer;
  } catch {
    return asOld(kept);
  }
}

/** The page as it was kept last; without it the first page, which says what is in force. */
async function lastOf(key) {
  const pages = await caches.open(PAGES);
  const kept = (await pages.match(key)) ?? (await pages.match(SETTINGS.pages[0]));
  if (!kept) return null;
  const age = Date.now() - Number(kept.headers.get(KEPT_AT));
  return age < LONGEST ? kept : null;
}

/** Whether anybody may keep this answer. @param {Response} answer */
const mayKeep = (answer) => answer.status === 200 && answer.type === 'basic' && !answer.redirected
  && (answer.headers.get('Content-Type') ?? '').startsWith('text/html')
  && !/no-store|private/.test(answer.headers.get('Cache-Control') ?? '');

/** Keep a page and the files it is made of; pages and files of before go. */
async function keep(key, answer) {
  if (!mayKeep(answer)) return;
  const text = await answer.text();
  if (text.length > MOST_BYTES) return;
  const headers = new Headers(answer.headers);
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  headers.set(KEPT_AT, String(Date.now()));
  await keepFiles(text);
  const pages = await caches.open(PAGES);
  await pages.delete(key); // so that it comes last among the keys: the oldest goes first
  await pages.put(key, new Response(text, { headers }));
  const all = await pages.keys();
  const first = new URL(SETTINGS.pages[0], self.location.href).href;
  for (const old of all.filter((one) => one.url !== first).slice(0, Math.max(0, all.length - MOST_PAGES))) await pages.delete(old);
  await forgetFiles(pages);
}

/** Styles, pictures and scripts that a page names, and what those scripts import. @param {string} text */
async function keepFiles(text) {
  const files = await caches.open(FILES);
  const wanted = [...text.matchAll(/(?:href|src)="(\/static\/[\w./-]+\.(?:css|js|svg))"/g)].map((found) => found[1]);
  for (let at = 0; at < wanted.length && at < MOST_FILES; at += 1) {
    const address = new URL(wanted[at], self.location.href).href;
    let held = await files.match(address);
    if (!held) {
      const answer = await fetch(address, { credentials: 'omit' });
      if (!answer.ok || Number(answer.headers.get('Content-Length') ?? 0) > MOST_BYTES) continue;
      await files.put(address, answer.clone());
      held = answer;
    }
    if (!address.endsWith('.js')) continue;
    for (const [, name] of (await held.text()).matchAll(/(?:from|import)\s*\(?\s*'(\.[\w./-]+\.js)'/g)) {
      const next = new URL(name, address).pathname;
      if (!wanted.includes(next)) wanted.push(next);
    }
  }
}

/** Files of versions that no kept page names any more. @param {Cache} pages */
async function forgetFiles(pages) {
  const versions = new Set();
  for (const one of await pages.matchAll()) for (const [, version] of (await one.text()).matchAll(/"\/static\/([\w-]+)\//g)) versions.add(version);
  const files = await caches.open(FILES);
  for (const one of await files.keys()) if (!versions.has(new URL(one.url).pathname.split('/')[2])) await files.delete(one);
}

/** The kept page with a banner that says from when it is. Its own clock goes on, so that what has expired is known. */
async function asOld(kept) {
  const text = await kept.text();
  const since = Number(kept.headers.get(KEPT_AT));
  const stated = /<body[^>]*\sdata-now="([^"]+)"/.exec(text)?.[1] ?? kept.headers.get('Date') ?? '';
  const then = Number.isNaN(Date.parse(stated)) ? since : Date.parse(stated);
  const now = new Date(then + Math.max(0, Date.now() - since)).toISOString();
  const language = /<html[^>]*\slang="([^"]+)"/.exec(text)?.[1] ?? 'ja';
  const out = text.replace(/<body([^>]*)>(\s*<a class="skip"[^>]*>[^<]*<\/a>)?/, (_, attributes, skip = '') => `<body${attributes.replace(/\sdata-now="[^"]*"/, '')} data-now="${now}" data-kept="${new Date(then).toISOString()}"${Date.now() < since ? ' data-clock="unknown"' : ''}>${skip}${banner(language, then)}`);
  const headers = new Headers(kept.headers);
  headers.set('Cache-Control', 'no-store');
  return new Response(out, { headers });
}

/** @param {string} language @param {number} then */
function banner(language, then) {
  const [title, doubt, again] = CUT_WORDS[language] ?? CUT_WORDS.ja;
  const english = language.startsWith('ja') ? `<p lang="en">${CUT_WORDS.en[0].replace('{time}', timeIn('en', then))} ${CUT_WORDS.en[1]}</p>` : '';
  return `<div class="cut" id="cut" role="status"><p><strong>${title.replace('{time}', timeIn(language, then))}</strong> ${doubt}</p>${english}<p><a class="button" id="cut-again" href="">${again}</a></p></div>`;
}

/** 「2026年11月22日 02:10」 in Japan. @param {string} language @param {number} then */
function timeIn(language, then) {
  const place = language.startsWith('ja') ? 'ja-JP' : language === 'en' ? 'en-GB' : language;
  const day = new Intl.DateTimeFormat(place, { timeZone: 'Asia/Tokyo', year: 'numeric', month: 'long', day: 'numeric' }).format(then);
  return `${day} ${new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit', hour12: false }).format(then)}`;
}
