/** Sizes of the picture in SVG units. */
const COLUMN = 8.4;
const ROW = 19;
const MARGIN = 18;
const TITLE_BAR = 34;

const BACKGROUND = '#0d1117';
const FOREGROUND = '#d6deeb';
/** What the programs paint with, by the number of the SGR code (ECMA-48, 8.3.117). */
const COLOURS: Readonly<Record<string, string>> = {
  '31': '#ff7b72',
  '32': '#7ee787',
  '33': '#e3b341',
  '36': '#79c0ff',
};

interface Span {
  readonly text: string;
  readonly colour: string;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

/** Draws what a terminal of `columns` characters showed, colours included, as an SVG document. Longer lines are cut. */
export function renderTerminalPicture(output: string, title: string, columns: number): string {
  const lines = output
    .replace(/\n+$/, '')
    .split('\n')
    .map((line) => toSpans(line, columns));
  const width = Math.ceil(columns * COLUMN + 2 * MARGIN);
  const height = TITLE_BAR + lines.length * ROW + MARGIN;
  const rows = lines.map((spans, index) => renderRow(spans, TITLE_BAR + MARGIN + index * ROW));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
<circle cx="20" cy="17" r="5.5" fill="#ff5f57"/><circle cx="38" cy="17" r="5.5" fill="#febc2e"/><circle cx="56" cy="17" r="5.5" fill="#28c840"/>
<text x="${width / 2}" y="21" fill="#8b949e" font-family="sans-serif" font-size="12" text-anchor="middle">${escapeXml(title)}</text>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">
${rows.join('\n')}
</g>
</svg>
`;
}

function renderRow(spans: readonly Span[], y: number): string {
  let column = 0;
  const parts = spans.map(({ text, colour, isBold, isDim }) => {
    const x = MARGIN + column * COLUMN;
    column += [...text].length;
    const weight = isBold ? ' font-weight="bold"' : '';
    const opacity = isDim ? ' opacity="0.65"' : '';
    // The width is given, so that a font of another width changes nothing but the gaps.
    const length = ` textLength="${([...text].length * COLUMN).toFixed(1)}" lengthAdjust="spacing"`;
    return `<text x="${x.toFixed(1)}" y="${y}" fill="${colour}"${weight}${opacity}${length}>${escapeXml(text)}</text>`;
  });
  return parts.join('');
}

function toSpans(line: string, columns: number): readonly Span[] {
  const spans: Span[] = [];
  let style = { colour: FOREGROUND, isBold: false, isDim: false };
  let room = columns;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
    const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
    if (codes !== undefined) {
      for (const code of codes.split(';')) style = applyCode(style, code);
      continue;
    }
    const text = [...part].slice(0, room).join('');
    room -= [...text].length;
    if (text !== '') spans.push({ text, ...style });
  }
  return spans;
}

function applyCode(style: Omit<Span, 'text'>, code: string): Omit<Span, 'text'> {
  if (code === '' || code === '0') return { colour: FOREGROUND, isBold: false, isDim: false };
  if (code === '1') return { ...style, isBold: true };
  if (code === '2') return { ...style, isDim: true };
  if (code === '22') return { ...style, isBold: false, isDim: false };
  if (code === '39') return { ...style, colour: FOREGROUND };
  return { ...style, colour: COLOURS[code] ?? style.colour };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
