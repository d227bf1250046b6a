import { describe, expect, it } from 'vitest';
import { type CommonEvent, formatCommonEvent } from '../../src/audit/common-event-format.ts';

/** The examples of the standard's section on character encoding. */
const STANDARD: CommonEvent = {
  deviceVendor: 'security',
  deviceProduct: 'threatmanager',
  deviceVersion: '1.0',
  eventClassId: '100',
  name: 'detected a threat',
  severity: 10,
  extension: { src: '10.0.0.1', act: 'blocked', dst: '1.1.1.1' },
};

describe('formatCommonEvent', () => {
  it.each<[string, Partial<CommonEvent>, string]>([
    [
      'a pipe, which only the header escapes',
      { name: 'detected a | in message', extension: { src: '10.0.0.1', act: 'blocked a |', dst: '1.1.1.1' } },
      'CEF:0|security|threatmanager|1.0|100|detected a \\| in message|10|src=10.0.0.1 act=blocked a | dst=1.1.1.1',
    ],
    [
      'a backslash, which both escape',
      { name: 'detected a \\ in packet', extension: { src: '10.0.0.1', act: 'blocked a \\', dst: '1.1.1.1' } },
      'CEF:0|security|threatmanager|1.0|100|detected a \\\\ in packet|10|src=10.0.0.1 act=blocked a \\\\ dst=1.1.1.1',
    ],
    [
      'an equals sign, which only the extension escapes',
      { name: 'detected a = in message', extension: { src: '10.0.0.1', act: 'blocked a =', dst: '1.1.1.1' } },
      'CEF:0|security|threatmanager|1.0|100|detected a = in message|10|src=10.0.0.1 act=blocked a \\= dst=1.1.1.1',
    ],
    [
      'lines, which the extension keeps',
      { extension: { src: '10.0.0.1', msg: 'Detected a threat.\nNo action needed.' } },
      'CEF:0|security|threatmanager|1.0|100|detected a threat|10|src=10.0.0.1 msg=Detected a threat.\\nNo action needed.',
    ],
  ])('writes the standard’s example of %s', (_name, changes, expected) => {
    expect(formatCommonEvent({ ...STANDARD, ...changes })).toBe(expected);
  });

  it('stays one line whatever the values hold, and leaves out those that are missing', () => {
    const line = formatCommonEvent({
      ...STANDARD,
      name: 'a\r\nb',
      extension: { msg: 'a\rb\u0000\u001b[31m\u2028', gone: undefined, empty: '', rt: 0 },
    });
    expect(line).toBe('CEF:0|security|threatmanager|1.0|100|a b|10|msg=a\\rb\ufffd\ufffd[31m\ufffd rt=0');
  });
});
