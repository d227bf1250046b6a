/**
 * Members whose values an excerpt may show. An allow-list on purpose: a member we do not know, or one that can carry a
 * credential, is masked, so that a password typed in the wrong place never reaches a build log.
 */
const SHOWABLE_KEYS = new Set([
  'project',
  'connectors',
  'id',
  'name',
  'type',
  'host',
  'hosts',
  'sid',
  'dataActions',
  'connector',
  'access',
  'port',
  'database',
  'driverVersion',
  'description',
  'credentials',
  'pool',
  'min',
  'max',
  'connectionTimeoutSeconds',
  'security',
  'sslMode',
  'sslVerification',
  'caCertificateFile',
  'enableParameterizedQueries',
  'health',
  'enabled',
  'query',
  'intervalSeconds',
  'timeoutSeconds',
  'events',
  'labels',
  'webhookUrl',
]);

const KEY = /(["']?)([A-Za-z_][\w.-]*)\1\s*:(?=[\s"'{[]|$)/g;
/** What makes a value suspicious even under a harmless key: user information, assignments, the usual words. */
const SUSPICIOUS = /[@=?&]|pass|pwd|secret|token|credential|key/i;
/** Dropped: people keep old passwords in comments. */
const COMMENT = /(?:^|\s)#.*$/;
const MASK = '***';

export interface MaskedLine {
  readonly text: string;
  /** Where a zero-based source column lies in `text`. */
  readonly columnOf: (sourceColumn: number) => number;
}

interface Segment {
  readonly start: number;
  readonly text: string;
  readonly isMasked: boolean;
}

/** A line of a project file with every value masked that could be a credential; keys and punctuation stay. */
export function maskLine(line: string): MaskedLine {
  const keys = [...line.matchAll(KEY)];
  const segments: Segment[] = [];
  const addValue = (start: number, end: number, key: string | undefined): void => {
    const raw = line.slice(start, end);
    const lead = raw.length - raw.trimStart().length;
    const body = raw
      .replace(COMMENT, '')
      .trim()
      .replace(/[\s,}\]]+$/, '');
    const bodyStart = start + lead;
    const isShown = isPunctuation(body) || (key !== undefined && SHOWABLE_KEYS.has(key) && !SUSPICIOUS.test(body));
    segments.push({ start, text: raw.slice(0, lead), isMasked: false });
    segments.push({ start: bodyStart, text: body, isMasked: !isShown });
    const tail = line.slice(bodyStart + body.length, end).replace(COMMENT, '');
    segments.push({ start: bodyStart + body.length, text: tail, isMasked: false });
  };
  const first = keys[0];
  if (first === undefined) {
    const bare = line.trim();
    addValue(0, line.length, SHOWABLE_KEYS.has(bare) ? bare : undefined);
  } else {
    addValue(0, first.index, undefined);
    for (const [index, key] of keys.entries()) {
      const valueStart = key.index + key[0].length;
      segments.push({ start: key.index, text: key[0], isMasked: false });
      addValue(valueStart, keys[index + 1]?.index ?? line.length, key[2]);
    }
  }
  return joinSegments(segments.filter((segment) => segment.text !== ''));
}

function isPunctuation(text: string): boolean {
  return /^[\s\-{}[\],|>&*#]*$/.test(text);
}

function joinSegments(segments: readonly Segment[]): MaskedLine {
  let text = '';
  const placed = segments.map((segment) => {
    const outputStart = text.length;
    text += segment.isMasked ? MASK : segment.text;
    return { ...segment, outputStart };
  });
  const columnOf = (sourceColumn: number): number => {
    const holder = placed.findLast((segment) => segment.start <= sourceColumn);
    if (holder === undefined) return 0;
    const offset = holder.isMasked ? 0 : Math.min(sourceColumn - holder.start, holder.text.length);
    return holder.outputStart + offset;
  };
  return { text, columnOf };
}
