// Conveniences only: every page works without this file.
'use strict';

const typing = (node) => node.closest('input, textarea, select, [contenteditable]');

// Keyboard: "/" searches, j and k walk the rows, x ticks, Enter opens.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') {
    document.querySelectorAll('details.me[open], details.menu-of[open]').forEach((d) => d.removeAttribute('open'));
    return;
  }
  if (typing(event.target)) return;
  if (event.key === '/') {
    const box = document.querySelector('[data-hotkey="/"]');
    if (box) { box.focus(); event.preventDefault(); }
    return;
  }
  const rows = [...document.querySelectorAll('table.list tbody tr')];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains('at'));
  const go = (to) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    rows.forEach((other) => other.classList.toggle('at', other === row));
    row.scrollIntoView({ block: 'nearest' });
    event.preventDefault();
  };
  if (event.key === 'j') go(at + 1);
  else if (event.key === 'k') go(at - 1);
  else if (event.key === 'x' && at >= 0) {
    const box = rows[at].querySelector('input[type=checkbox]');
    if (box) box.click();
  } else if (event.key === 'Enter' && at >= 0) {
    const link = rows[at].querySelector('a[href]');
    if (link) link.click();
  }
});

// The bulk bar shows how many rows are ticked.
const recount = () => {
  document.querySelectorAll('[data-bulk]').forEach((bar) => {
    const form = bar.closest('form') || document;
    const ticked = form.querySelectorAll('tbody input[type=checkbox]:checked').length;
    bar.hidden = ticked === 0;
    bar.querySelectorAll('[data-count]').forEach((place) => { place.textContent = ticked; });
  });
};
document.addEventListener('change', (event) => {
  const all = event.target.closest('[data-all]');
  if (all) {
    const table = all.closest('table');
    table.querySelectorAll('tbody input[type=checkbox]').forEach((box) => { box.checked = all.checked; });
  }
  if (event.target.matches('[data-submit]')) event.target.form.requestSubmit();
  recount();
});

// What cannot be undone asks first.
document.addEventListener('submit', (event) => {
  const question = (event.submitter && event.submitter.dataset.confirm) || event.target.dataset.confirm;
  if (question && !window.confirm(question)) { event.preventDefault(); return; }
  // A second press must not send the form twice.
  setTimeout(() => event.target.querySelectorAll('button').forEach((button) => { button.disabled = true; }), 0);
});
window.addEventListener('pageshow', () => document.querySelectorAll('button:disabled:not([data-off])').forEach((b) => { b.disabled = false; }));

document.addEventListener('click', (event) => {
  const copy = event.target.closest('[data-copy]');
  if (copy && navigator.clipboard) navigator.clipboard.writeText(copy.dataset.copy);
  const print = event.target.closest('[data-print]');
  if (print) window.print();
  document.querySelectorAll('details.me[open], details.menu-of[open]').forEach((open) => {
    if (!open.contains(event.target)) open.removeAttribute('open');
  });
});
recount();
