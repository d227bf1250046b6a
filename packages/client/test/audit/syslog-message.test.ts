import { describe, expect, it } from 'vitest';
import { formatSyslogMessage, type SyslogMessage } from '../../src/audit/syslog-message.ts';

const EXAMPLE: SyslogMessage = {
  facility: 20,
  severity: 5,
  timestampMs: Date.parse('2003-10-11T22:14:15.003Z'),
  hostname: 'mymachine.example.com',
  appName: 'evntslog',
  procId: '',
  msgId: 'ID47',
  structuredData: [{ id: 'exampleSDID@32473', parameters: { iut: 3, eventSource: 'Application', eventID: 1011 } }],
  message: '',
};
const HEADER = '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47';

describe('formatSyslogMessage', () => {
  it('writes example 4 of RFC 5424 section 6.5', () => {
    const priority = { id: 'examplePriority@32473', parameters: { class: 'high' } };
    expect(formatSyslogMessage({ ...EXAMPLE, structuredData: [...EXAMPLE.structuredData, priority] })).toBe(
      `${HEADER} [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"][examplePriority@32473 class="high"]`,
    );
  });

  it('writes example 3, a text after the data, unmarked as it is ASCII', () => {
    expect(formatSyslogMessage({ ...EXAMPLE, message: 'An application event log entry...' })).toBe(
      `${HEADER} [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] An application event log entry...`,
    );
  });

  it('writes example 1, without data, and marks a text that is not ASCII', () => {
    const message = { ...EXAMPLE, facility: 4, severity: 2, appName: 'su', structuredData: [] };
    expect(formatSyslogMessage({ ...message, message: "'su root' failed for lonvick on /dev/pts/8" })).toBe(
      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for lonvick on /dev/pts/8",
    );
    expect(formatSyslogMessage({ ...message, message: 'für' })).toMatch(/ ID47 - \ufefffür$/);
  });

  it('escapes quote, backslash and bracket in values, and nothing else', () => {
    const structuredData = [{ id: 'a@32473', parameters: { v: 'a"b\\c]d[e=f\ng', gone: undefined } }];
    expect(formatSyslogMessage({ ...EXAMPLE, structuredData })).toBe(
      `${HEADER} [a@32473 v="a\\"b\\\\c\\]d[e=f\ufffdg"]`,
    );
  });

  it('keeps header fields printable and within their lengths', () => {
    const line = formatSyslogMessage({
      ...EXAMPLE,
      hostname: '',
      appName: 'a b\u00e9',
      msgId: 'M'.repeat(40),
      structuredData: [],
    });
    expect(line).toBe(`<165>1 2003-10-11T22:14:15.003Z - a_b_ - ${'M'.repeat(32)} -`);
  });
});
