// @ts-check
// The part of the address after '#': what of this view can be sent to a colleague. Each part has its own name; nobody overwrites another's.

/** @returns {Map<string, string>} */
const parts = () => new Map(location.hash.slice(1).split('&').filter((one) => one.includes('='))
  .map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]));

/** @param {string} name @returns {string | undefined} what the address says, as it stands there */
export const inAddress = (name) => parts().get(name);

/** Keep something in the address, without a new entry in the history. @param {Record<string, string>} some by name; empty: no longer */
export function keepInAddress(some) {
  const all = parts();
  for (const [name, value] of Object.entries(some)) {
    if (value) all.set(name, value);
    else all.delete(name);
  }
  history.replaceState(null, '', `#${[...all].map(([name, value]) => `${name}=${value}`).join('&')}`);
}
