// @ts-check
// One tick for all rows that nobody has approved; without scripts each has its own.
const all = /** @type {HTMLInputElement | null} */ (document.querySelector('[data-all]'));
const rows = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('[data-open]'));

if (all && rows.length > 1) {
  all.closest('label')?.removeAttribute('hidden');
  all.addEventListener('change', () => {
    for (const row of rows) row.checked = all.checked;
  });
}
