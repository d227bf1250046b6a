const INTERVAL_MS = 5_000;
const REQUEST_TIMEOUT_MS = 4_000;

const summary = document.querySelector('#summary');
const parts = document.querySelector('#parts');
const asked = document.querySelector('#asked');

async function readStatus() {
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const alive = await fetch('/livez', { signal });
  if (!alive.ok) return { text: `The engine answers ${alive.status}.`, rows: [] };
  const report = await (await fetch('/readyz', { signal })).json();
  const text = report.status === 'ready' ? 'Alive and ready.' : 'Alive, but not ready.';
  return { text, rows: report.parts };
}

function toRow({ name, ok, reason }) {
  const row = document.createElement('tr');
  for (const value of [name, ok ? 'works' : 'does not work', reason ?? '']) {
    const cell = document.createElement('td');
    cell.textContent = value;
    row.append(cell);
  }
  return row;
}

async function refresh() {
  const { text, rows } = await readStatus().catch(() => ({ text: 'The engine does not answer.', rows: [] }));
  // Announced by screen readers on each write, so it is written only when it changed.
  if (summary.textContent !== text) summary.textContent = text;
  parts.replaceChildren(...rows.map(toRow));
  const now = new Date();
  asked.dateTime = now.toISOString();
  asked.textContent = now.toLocaleTimeString();
  setTimeout(refresh, INTERVAL_MS);
}

refresh();
