import { DATABASE_KINDS } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { createDrivers } from '../../src/app/create-drivers.ts';

describe('createDrivers', () => {
  it.each([...DATABASE_KINDS])('loads the driver of %s with its vendor module, once', async (kind) => {
    const drivers = createDrivers();
    const driver = await drivers.get(kind);
    expect(driver.kind).toBe(kind);
    expect(driver.module).toMatch(/^\w+ \d+\.\d+\.\d+/);
    expect(await drivers.get(kind)).toBe(driver);
  });

  it('says driver-unavailable when the vendor module is not installed, and looks again the next time', async () => {
    let attempts = 0;
    const drivers = createDrivers({
      oracle: async () => {
        attempts += 1;
        const absent: string = 'a-module-that-nobody-has';
        return import(absent);
      },
    });
    await expect(drivers.get('oracle')).rejects.toMatchObject({ kind: 'driver-unavailable' });
    await expect(drivers.get('oracle')).rejects.toMatchObject({ kind: 'driver-unavailable' });
    expect(attempts).toBe(2);
  });

  it.each([
    ['postgresql', '$2'],
    ['mysql', '?'],
    ['sqlserver', '@p2'],
    ['oracle', ':2'],
  ] as const)('%s writes its second placeholder as %s', async (kind, placeholder) => {
    expect((await createDrivers().get(kind)).placeholder(2)).toBe(placeholder);
  });
});
