import type { HealthStatus } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { runHealth } from '../../src/commands/health/run-health.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { aHealth, aResource, createFakeClient } from '../support/fake-client.ts';
import { createTestContext } from '../support/test-context.ts';

const withStatus = (id: string, status: HealthStatus) => aResource(id, { health: { ...aResource(id).health, status } });

describe('dip health', () => {
  it.each([
    ['HEALTHY', EXIT_CODES.done],
    ['PENDING', EXIT_CODES.done],
    ['DEGRADED', EXIT_CODES.done],
    ['DISABLED', EXIT_CODES.done],
    ['UNHEALTHY', EXIT_CODES.failed],
  ] as const)('exits by the worst status: %s gives %d', async (status, exitCode) => {
    const client = createFakeClient({ connectors: [aResource('db-a'), withStatus('db-b', status)] });
    expect(await runHealth(createTestContext({ client }), { interval: 2 }, [])).toBe(exitCode);
  });

  it('lists status, latency and age', async () => {
    const context = createTestContext({ client: createFakeClient({ connectors: [aResource('db-a')] }) });
    await runHealth(context, { interval: 2 }, []);
    expect(context.terminal.out()).toMatch(/db-a +HEALTHY +1\.3 ms +30 s ago/);
  });

  it('shows one with its recent checks and the revision that serves', async () => {
    const check = { checkedAt: '2026-01-01T11:59:30.000Z', status: 'UNHEALTHY', latencyMs: null } as const;
    const health = aHealth('db-a', {
      status: 'UNHEALTHY',
      errorClass: 'AUTHENTICATION_FAILED',
      message: 'the login was refused',
      servingRevision: 2,
      history: [{ ...check, errorClass: 'AUTHENTICATION_FAILED', message: 'the login was refused' }],
    });
    const context = createTestContext({ client: createFakeClient({ health: [health] }) });
    expect(await runHealth(context, { interval: 2 }, ['db-a'])).toBe(EXIT_CODES.failed);
    const out = context.terminal.out();
    expect(out).toMatch(/revision +3; 2 goes on serving/);
    expect(out).toMatch(/30 s ago +UNHEALTHY +- +AUTHENTICATION_FAILED: the login was refused/);
  });

  it('gives JSON', async () => {
    const client = createFakeClient({ connectors: [aResource('db-a')] });
    const context = createTestContext({ client, terminal: { format: 'json' } });
    await runHealth(context, { interval: 2 }, []);
    expect(JSON.parse(context.terminal.out())).toMatchObject({ items: [{ connectorId: 'db-a', status: 'HEALTHY' }] });
  });
});

describe('dip health --watch', () => {
  /** A client that shows one status a look; the watch ends when they are used up. */
  const watch = async (statuses: readonly (HealthStatus | Error)[], terminal = {}) => {
    let look = 0;
    const client = createFakeClient();
    const context = createTestContext({
      client: {
        ...client,
        connectors: {
          ...client.connectors,
          async *list() {
            const status = statuses[look];
            look += 1;
            if (status instanceof Error) throw status;
            if (status !== undefined) yield withStatus('db-a', status);
          },
        },
      },
      terminal,
      sleep: async (_ms, signal) => {
        if (look === statuses.length) context.interrupts.press();
        signal.throwIfAborted();
      },
    });
    const exitCode = await runHealth(context, { watch: true, interval: 2 }, []);
    return { exitCode, out: context.terminal.out(), err: context.terminal.err() };
  };

  it('writes a line for each change, and ends well on Ctrl-C whatever was seen', async () => {
    const { exitCode, out } = await watch(['PENDING', 'PENDING', 'HEALTHY', 'UNHEALTHY']);
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(out.trimEnd().split('\n')).toEqual([
      '2026-01-01T12:00:00.000Z db-a PENDING',
      '2026-01-01T12:00:00.000Z db-a PENDING -> HEALTHY',
      '2026-01-01T12:00:00.000Z db-a HEALTHY -> UNHEALTHY',
    ]);
  });

  it('writes one JSON object a line', async () => {
    const { out } = await watch(['PENDING', 'HEALTHY'], { format: 'json' });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { connectorId: 'db-a', before: null, status: 'PENDING' },
      { connectorId: 'db-a', before: 'PENDING', status: 'HEALTHY' },
    ]);
  });

  it('goes on when the server fails between two looks', async () => {
    const { exitCode, out, err } = await watch(['HEALTHY', new Error('the server is gone'), 'HEALTHY', 'UNHEALTHY']);
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(err).toContain('the server is gone');
    expect(out).toContain('HEALTHY -> UNHEALTHY');
  });

  it('fails when the first look fails', async () => {
    await expect(watch([new Error('the server is gone')])).rejects.toThrow('the server is gone');
  });

  it('repaints on a terminal and gives the cursor back', async () => {
    const { out } = await watch(['PENDING', 'HEALTHY'], { isTerminal: true });
    expect(out.split('\u001b[H\u001b[J')).toHaveLength(3);
    expect(out.endsWith('\u001b[?25h')).toBe(true);
  });

  it('shows the worst first where the screen is too small for all', async () => {
    const connectors = [
      ...Array.from({ length: 30 }, (_unused, index) => aResource(`ok-${index}`)),
      withStatus('bad-1', 'UNHEALTHY'),
    ];
    const client = createFakeClient({ connectors });
    const context = createTestContext({
      client,
      terminal: { isTerminal: true, rows: 12, env: { NO_COLOR: '1' } },
      sleep: async (_ms, signal) => {
        context.interrupts.press();
        signal.throwIfAborted();
      },
    });
    await runHealth(context, { watch: true, interval: 2 }, []);
    const shown = context.terminal.out().split('\u001b[J')[1]?.trimEnd().split('\n') ?? [];
    expect(shown.length).toBeLessThan(12);
    expect(shown[1]).toBe('1 UNHEALTHY, 30 HEALTHY');
    expect(shown[4]).toContain('bad-1');
    expect(shown.join('\n')).toContain('… 26 more, none worse');
  });
});
