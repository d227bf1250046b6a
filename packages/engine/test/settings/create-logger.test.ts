import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/settings/create-logger.ts';

function capture(level = 'debug') {
  const lines: string[] = [];
  const logger = createLogger(level, { write: (line: string) => void lines.push(line) });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

describe('createLogger', () => {
  it('writes one JSON line with level, time, fields and message', () => {
    const { logger, lines, last } = capture();
    logger.info({ requestId: 'r1', status: 200 }, 'request served');
    expect(lines).toHaveLength(1);
    expect(last()).toEqual({
      level: 'info',
      time: expect.any(String),
      requestId: 'r1',
      status: 200,
      msg: 'request served',
    });
  });

  it('cuts off fields that are not listed, at any depth', () => {
    const { logger, lines, last } = capture();
    logger.info(
      { password: 'canary-1', reason: { token: 'canary-2', code: 'X' }, state: [{ secret: 'canary-3' }] },
      'm',
    );
    expect(lines.join()).not.toContain('canary');
    expect(last()).toMatchObject({ password: '[not listed]', reason: { token: '[not listed]', code: 'X' } });
  });

  it('cuts off unlisted fields of a child', () => {
    const { logger, lines } = capture();
    logger.child({ connectorId: 'c1', dsn: 'canary' }).warn({}, 'm');
    expect(lines.join()).toContain('"connectorId":"c1"');
    expect(lines.join()).not.toContain('canary');
  });

  it.each(['err', 'error', 'cause'])(
    'writes an error under %s by name, code and place, without its messages',
    (field) => {
      const { logger, lines, last } = capture();
      const cause = Object.assign(new Error('canary of the vendor'), { code: '28P01', detail: 'canary' });
      logger.error({ [field]: new TypeError('canary of ours', { cause }) }, 'm');
      expect(lines.join()).not.toContain('canary');
      expect(last()[field]).toMatchObject({ name: 'TypeError', cause: { name: 'Error', code: '28P01' } });
      expect(last()[field].at[0]).toContain('create-logger.test.ts');
    },
  );

  it('keeps silent below its level', () => {
    const { logger, lines } = capture('warn');
    logger.info({}, 'm');
    expect(lines).toEqual([]);
  });

  it('knows every field that the engine logs', () => {
    const root = join(import.meta.dirname, '../../src');
    const { logger, last } = capture();
    const fields = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => loggedFields(readFileSync(join(root, path), 'utf8')));
    expect(fields.length).toBeGreaterThan(20);
    for (const field of new Set(fields)) {
      logger.info({ [field]: 1 }, 'm');
      expect([field, last()[field]]).toEqual([field, 1]);
    }
  });
});

/** Names in object literals that are the first argument of a logging call. */
function loggedFields(source: string): string[] {
  const calls = source.matchAll(/logger\??\s*\.(?:debug|info|warn|error)\(\s*\{([^{}]*)\}/g);
  return [...calls].flatMap(([, fields = '']) =>
    fields
      .split(',')
      .map((field) => /^\s*([A-Za-z]+)\s*(?::|$)/.exec(field.trim())?.[1])
      .filter((name) => name !== undefined),
  );
}
