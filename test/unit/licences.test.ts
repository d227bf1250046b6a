import { describe, expect, it } from 'vitest';
import { isAllowedLicence } from '../../scripts/supply/licences.ts';

describe('isAllowedLicence', () => {
  it.each(['MIT', 'Apache-2.0', 'MIT OR Apache-2.0', '(Apache-2.0 OR UPL-1.0)', 'MIT OR GPL-3.0-only', 'MIT AND ISC'])(
    'lets %s be shipped',
    (expression) => {
      expect(isAllowedLicence(expression, false)).toBe(true);
    },
  );

  it.each([
    'AGPL-3.0-only',
    'GPL-2.0',
    'LGPL-3.0',
    'SSPL-1.0',
    'BUSL-1.1',
    'MIT AND GPL-3.0-only',
    'UNLICENSED',
    'SEE LICENSE IN LICENSE',
    '',
    undefined,
  ])('refuses %s everywhere', (expression) => {
    expect(isAllowedLicence(expression, false)).toBe(false);
    expect(isAllowedLicence(expression, true)).toBe(false);
  });

  it('takes MPL-2.0 for a tool and not for what is shipped', () => {
    expect(isAllowedLicence('MPL-2.0', true)).toBe(true);
    expect(isAllowedLicence('MPL-2.0', false)).toBe(false);
  });
});
