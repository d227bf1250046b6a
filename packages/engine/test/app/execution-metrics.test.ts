import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { addExecutionMetrics } from '../../src/app/execution-metrics.ts';
import { ExecutionMeters } from '../../src/features/executions/record/execution-meters.ts';
import { FOUND, foundWith } from '../support/fake-execution-service.ts';

function setUp() {
  const registry = new Registry();
  const meters = new ExecutionMeters();
  addExecutionMetrics(registry, meters);
  const lines = async (start: string): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(start));
  return { meters, lines, registry };
}

describe('the meters of executions', () => {
  it('count by action, outcome and source, and show nothing that never happened', async () => {
    const { meters, lines } = setUp();
    meters.of('acme', 'a').count(FOUND, 100);
    meters.of('acme', 'a').count(foundWith({ source: 'cache', databaseMs: 0, truncated: true }), 50);
    meters.of('acme', 'b').count(foundWith({ outcome: 'BUSY', source: 'none', rowCount: 0 }), 10);
    meters.countRefusal('VALIDATION_FAILED');
    meters.inFlight = 3;
    expect(await lines('dip_action_executions_total')).toEqual([
      'dip_action_executions_total{action="a",outcome="FOUND"} 2',
      'dip_action_executions_total{action="b",outcome="BUSY"} 1',
    ]);
    expect(await lines('dip_action_source_total')).toEqual([
      'dip_action_source_total{action="a",source="live"} 1',
      'dip_action_source_total{action="a",source="cache"} 1',
      'dip_action_source_total{action="b",source="none"} 1',
    ]);
    expect(await lines('dip_action_rows_total{action="a"}')).toEqual(['dip_action_rows_total{action="a"} 2']);
    expect(await lines('dip_action_answer_bytes_total{action="a"}')).toEqual([
      'dip_action_answer_bytes_total{action="a"} 150',
    ]);
    expect(await lines('dip_action_cache_hits_total{action="a"}')).toEqual([
      'dip_action_cache_hits_total{action="a"} 1',
    ]);
    expect(await lines('dip_action_truncated_total{action="a"}')).toEqual(['dip_action_truncated_total{action="a"} 1']);
    expect(await lines('dip_action_refusals_total')).toEqual(['dip_action_refusals_total{code="VALIDATION_FAILED"} 1']);
    expect(await lines('dip_action_executions_in_flight')).toEqual(['dip_action_executions_in_flight 3']);
  });

  it('show durations as cumulative buckets in seconds, database time only of what went there', async () => {
    const { meters, lines } = setUp();
    for (const totalMs of [0.4, 1, 1.1, 20_000]) meters.of('acme', 'a').count(foundWith({ totalMs }), 1);
    meters.of('acme', 'a').count(foundWith({ source: 'cache', totalMs: 0.4, queueMs: 0, databaseMs: 0 }), 1);
    const buckets = await lines('dip_action_duration_seconds_bucket');
    expect(buckets.slice(0, 3)).toEqual([
      'dip_action_duration_seconds_bucket{le="0.0005",action="a"} 2',
      'dip_action_duration_seconds_bucket{le="0.001",action="a"} 3',
      'dip_action_duration_seconds_bucket{le="0.002",action="a"} 4',
    ]);
    expect(buckets.at(-2)).toBe('dip_action_duration_seconds_bucket{le="8.192",action="a"} 4');
    expect(buckets.at(-1)).toBe('dip_action_duration_seconds_bucket{le="+Inf",action="a"} 5');
    expect(await lines('dip_action_duration_seconds_count')).toEqual([
      'dip_action_duration_seconds_count{action="a"} 5',
    ]);
    expect(await lines('dip_action_duration_seconds_sum')).toEqual([
      'dip_action_duration_seconds_sum{action="a"} 20.0029',
    ]);
    for (const part of ['queue', 'database']) {
      expect(await lines(`dip_action_${part}_duration_seconds_count`)).toEqual([
        `dip_action_${part}_duration_seconds_count{action="a"} 4`,
      ]);
    }
  });

  it('name a thousand actions and add up the rest, of two tenants with one id, too', async () => {
    const { meters, lines } = setUp();
    for (let index = 0; index < 1_003; index += 1) meters.of('acme', `a${index}`).count(FOUND, 10);
    meters.of('other', 'a5').count(FOUND, 10);
    meters.of('other', 'a1002').count(FOUND, 10);
    const counts = await lines('dip_action_executions_total');
    expect(counts).toHaveLength(1_001);
    expect(counts).toContain('dip_action_executions_total{action="a4",outcome="FOUND"} 1');
    expect(counts).toContain('dip_action_executions_total{action="a5",outcome="FOUND"} 2');
    expect(counts).toContain('dip_action_executions_total{action="other",outcome="FOUND"} 4');
    expect(await lines('dip_action_answer_bytes_total{action="other"}')).toEqual([
      'dip_action_answer_bytes_total{action="other"} 40',
    ]);
    expect(await lines('dip_action_duration_seconds_count{action="other"}')).toEqual([
      'dip_action_duration_seconds_count{action="other"} 4',
    ]);
    expect(meters.find('other', 'a5')?.total.count).toBe(1);
  });

  it('show the same at the next scrape, and what happened since', async () => {
    const { meters, lines } = setUp();
    meters.of('acme', 'a').count(FOUND, 10);
    const first = await lines('dip_action');
    expect(await lines('dip_action')).toEqual(first);
    meters.of('acme', 'a').count(FOUND, 10);
    expect(await lines('dip_action_executions_total')).toEqual([
      'dip_action_executions_total{action="a",outcome="FOUND"} 2',
    ]);
  });
});
