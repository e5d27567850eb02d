// @ts-check
// A dump that was closed must not stand as open on a phone that lies on the seat: the list is asked for anew each minute.

const EVERY_MS = 45_000;

async function renew() {
  const box = document.getElementById('dump-box');
  if (!box || document.hidden) return;
  try {
    const lang = new URLSearchParams(location.search).get('lang');
    const response = await fetch(lang ? `/snow?lang=${encodeURIComponent(lang)}` : '/snow', { headers: { Accept: 'text/html' } });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const fresh = page.getElementById('dump-box');
    if (fresh && fresh.textContent !== box.textContent) box.replaceWith(document.adoptNode(fresh));
    box.classList.remove('stale');
  } catch {
    box.classList.add('stale'); // the style says that it may be out of date
  }
}

setInterval(renew, EVERY_MS);
document.addEventListener('visibilitychange', () => { if (!document.hidden) void renew(); });
