import { neutralizeControls } from './neutralize-controls.ts';

/** One event for an ArcSight-style collector. */
export interface CommonEvent {
  readonly deviceVendor: string;
  readonly deviceProduct: string;
  readonly deviceVersion: string;
  /** Kind of event, stable. */
  readonly eventClassId: string;
  readonly name: string;
  /** 0 to 10. */
  readonly severity: number;
  /** Keys of the CEF dictionary; those without a value are left out. */
  readonly extension: Readonly<Record<string, string | number | undefined>>;
}

/**
 * One line of the Common Event Format. In the header `\` and `|` are escaped and line ends become spaces; in values of
 * the extension `\`, `=` and line ends are escaped, and `|` is not.
 * @see ArcSight Common Event Format, Implementation Standard, "Character encoding"
 */
export function formatCommonEvent(event: CommonEvent): string {
  const header = [
    'CEF:0',
    ...[event.deviceVendor, event.deviceProduct, event.deviceVersion, event.eventClassId, event.name].map(escapeHeader),
    String(event.severity),
  ].join('|');
  const extension = Object.entries(event.extension)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key}=${escapeValue(String(value))}`)
    .join(' ');
  return `${header}|${extension}`;
}

function escapeHeader(text: string): string {
  return neutralizeControls(text.replace(/[\r\n]+/g, ' ').replace(/[\\|]/g, '\\$&'));
}

function escapeValue(text: string): string {
  return neutralizeControls(text.replace(/[\\=]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r'));
}
