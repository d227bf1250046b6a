import { type DataActionBody, validateDataAction } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import type { DatabaseValue, StatementDescription } from '../../../src/drivers/driver.ts';
import { DriverError } from '../../../src/drivers/driver.ts';
import { sampleParameters } from '../../../src/features/actions/sample-parameters.ts';
import { StatementCheck } from '../../../src/features/actions/statement-check.ts';
import type { RuntimeState } from '../../../src/features/connectors/runtime/runtime-context.ts';
import { createActionBody } from './action-fixture.ts';

function toAction(changes: Partial<DataActionBody>) {
  const validation = validateDataAction(createActionBody('a', changes), { kind: 'postgresql' });
  if (!validation.valid) throw new TypeError(JSON.stringify(validation.findings));
  return validation.action;
}

function samplesOf(properties: Record<string, Record<string, unknown>>): readonly DatabaseValue[] {
  const names = Object.keys(properties);
  const places = names.map((name) => ('items' in (properties[name] ?? {}) ? `a in (:${name})` : `a = :${name}`));
  const statement = `select id from t where ${places.join(' and ')}`;
  return sampleParameters(toAction({ statement, input: { type: 'object', properties } }));
}

describe('sample parameters', () => {
  it.each([
    ['a text', { type: 'string', maxLength: 9 }, ['1']],
    ['a date', { type: 'string', format: 'date' }, ['2000-01-01']],
    ['a time', { type: 'string', format: 'time' }, ['00:00:00']],
    ['a date and time', { type: 'string', format: 'date-time' }, ['2000-01-01T00:00:00Z']],
    ['a decimal', { type: 'string', format: 'decimal' }, ['1']],
    ['binary', { type: 'string', format: 'byte' }, [new Uint8Array(1)]],
    ['an integer', { type: 'integer' }, [1]],
    ['an integer from 18', { type: 'integer', minimum: 18 }, [18]],
    ['a number up to 0.5', { type: 'number', maximum: 0.5 }, [0.5]],
    ['a boolean', { type: 'boolean' }, [true]],
    ['one of several', { type: 'string', enum: ['gold', 'silver'] }, ['gold']],
    ['one that has a default', { type: 'integer', default: 7 }, [7]],
    ['three of a list', { type: 'array', items: { type: 'integer' }, maxItems: 3 }, [1, 1, 1]],
  ] as const)('are of the declared type: %s', (_name, schema, expected) => {
    expect(samplesOf({ value: schema })).toEqual(expected);
  });

  it('stand in the order of the placeholders', () => {
    expect(samplesOf({ b: { type: 'boolean' }, a: { type: 'integer' } })).toEqual([true, 1]);
  });
});

describe('statement check', () => {
  function createCheck(answer: () => Promise<StatementDescription>, state: RuntimeState = 'serving') {
    const clock = new FakeClock();
    const runtimes = {
      snapshot: () => ({ state, servingRevision: 1, driver: null, pool: null, nextCheckInMs: null }),
      describe: answer,
    };
    return { clock, check: new StatementCheck({ runtimes, clock }) };
  }
  const codes = async (check: StatementCheck, changes: Partial<DataActionBody> = {}) =>
    (await check.findings(toAction(changes))).map(({ code, severity, path }) => `${severity} ${code} ${path}`);
  const NOT_CHECKED = 'warning STATEMENT_NOT_CHECKED /statement';

  it.each(['idle', 'opening', 'replacing', 'failing', 'paused', 'draining', 'gone'] as const)(
    'asks no database of a connector that is %s',
    async (state) => {
      const { check } = createCheck(async () => {
        throw new Error('was asked');
      }, state);
      expect(await codes(check)).toEqual([NOT_CHECKED]);
    },
  );

  it.each([
    ['syntax', 'error STATEMENT_REFUSED /statement'],
    ['permission', 'error STATEMENT_REFUSED /statement'],
    ['read-only', 'error STATEMENT_WRITES /statement'],
    ['refused', NOT_CHECKED],
    ['query-timeout', NOT_CHECKED],
    ['pool-exhausted', NOT_CHECKED],
    ['connection-lost', NOT_CHECKED],
    ['unknown', NOT_CHECKED],
  ] as const)('judges the failure %s', async (kind, expected) => {
    const { check } = createCheck(async () => {
      throw new DriverError(kind, 'canary-of-the-driver', { vendorCode: '42P01' });
    });
    const findings = await check.findings(toAction({}));
    expect(findings.map(({ code, severity, path }) => `${severity} ${code} ${path}`)).toEqual([expected]);
    expect(JSON.stringify(findings)).not.toContain('canary');
    if (kind === 'syntax') expect(findings[0]?.message).toBe('the database refuses the statement (42P01)');
  });

  it('says nothing where the database knows neither columns nor writes', async () => {
    const { check } = createCheck(async () => ({ columns: null, writes: null, plan: null }));
    expect(await codes(check)).toEqual([]);
  });

  it('compares columns without regard to case', async () => {
    const { check } = createCheck(async () => ({ columns: ['ID', 'TIER'], writes: false, plan: null }));
    expect(await codes(check)).toEqual([
      'warning OUTPUT_COLUMN_MISSING /output/properties/full_name',
      'warning OUTPUT_COLUMN_MISSING /output/properties/balance',
    ]);
  });

  it('does not wait for a silent database longer than its time, and leaves no timer', async () => {
    const { check, clock } = createCheck(() => new Promise(() => {}));
    const found = codes(check);
    clock.advance(1_499);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1);
    expect(await found).toEqual([NOT_CHECKED]);
    expect(clock.pendingTimers).toBe(0);
  });
});
