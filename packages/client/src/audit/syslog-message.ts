import { neutralizeControls } from './neutralize-controls.ts';

export interface SyslogMessage {
  /** 0 to 23; 13 is "log audit". */
  readonly facility: number;
  /** 0 (emergency) to 7 (debug). */
  readonly severity: number;
  /** Milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly hostname: string;
  readonly appName: string;
  readonly procId: string;
  readonly msgId: string;
  readonly structuredData: readonly SyslogElement[];
  /** Free text; one that is not ASCII is marked by a byte order mark, as the RFC wants it. */
  readonly message: string;
}

export interface SyslogElement {
  readonly id: string;
  readonly parameters: Readonly<Record<string, string | number | undefined>>;
}

const NIL = '-';
const BYTE_ORDER_MARK = '\ufeff';

/** One syslog message, without framing. @see RFC 5424 section 6 */
export function formatSyslogMessage(message: SyslogMessage): string {
  const header = [
    `<${message.facility * 8 + message.severity}>1`,
    new Date(message.timestampMs).toISOString(),
    toHeaderText(message.hostname, 255),
    toHeaderText(message.appName, 48),
    toHeaderText(message.procId, 128),
    toHeaderText(message.msgId, 32),
  ].join(' ');
  const data = message.structuredData.map(formatElement).join('') || NIL;
  const text = neutralizeControls(message.message);
  if (text === '') return `${header} ${data}`;
  return `${header} ${data} ${isAscii(text) ? '' : BYTE_ORDER_MARK}${text}`;
}

function formatElement({ id, parameters }: SyslogElement): string {
  const pairs = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeParameter(String(value))}"`);
  return `[${id}${pairs.join('')}]`;
}

/** Section 6.3.3: these three, and nothing else, are escaped. */
function escapeParameter(text: string): string {
  return neutralizeControls(text.replace(/["\\\]]/g, '\\$&'));
}

/** Printable ASCII without spaces, or the nil value. */
function toHeaderText(text: string, maxLength: number): string {
  return text.replace(/[^\x21-\x7e]/g, '_').slice(0, maxLength) || NIL;
}

function isAscii(text: string): boolean {
  return !/[^\x20-\x7e]/.test(text);
}
