import type { ConnectorHealth } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { waitHealthy } from '../../src/apply/wait-healthy.ts';
import { DipswitchError } from '../../src/errors.ts';
import type { Connectors } from '../../src/resources/connectors-types.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { loadFixture } from '../support/fixtures.ts';

const HEALTHY: ConnectorHealth = JSON.parse(JSON.stringify(loadFixture('health-healthy').response.body));
const UNREACHABLE: ConnectorHealth = JSON.parse(JSON.stringify(loadFixture('health-unreachable').response.body));

/** Answers health in turn; the last answer stands. */
function connectorsThatSay(...answers: readonly (ConnectorHealth | Error)[]): Connectors {
  let next = 0;
  const refuse = () => expect.unreachable();
  return {
    list: refuse,
    get: refuse,
    put: refuse,
    delete: refuse,
    validate: refuse,
    test: refuse,
    checkHealth: refuse,
    pause: refuse,
    resume: refuse,
    health: async () => {
      const answer = answers[Math.min(next, answers.length - 1)];
      next += 1;
      if (answer instanceof Error || answer === undefined) throw answer;
      return answer;
    },
  };
}

async function wait(connectors: Connectors, revision: number | null, timeoutMs = 10_000) {
  const clock = new FakeClock();
  const call = waitHealthy(connectors, [{ connectorId: 'c1', revision }], {
    timeoutMs,
    pollMs: 500,
    concurrency: 4,
    clock,
    signal: new AbortController().signal,
    onHealth: () => undefined,
    onSettled: () => undefined,
  });
  await clock.advance(timeoutMs + 1_000);
  const [result] = await call;
  expect(clock.timers).toBe(0);
  return result;
}

describe('waitHealthy', () => {
  it('does not take UNHEALTHY for the last word', async () => {
    const result = await wait(connectorsThatSay(UNREACHABLE, UNREACHABLE, HEALTHY), 1);
    expect(result).toMatchObject({ reached: true, status: 'HEALTHY', waitedMs: 1_000 });
  });

  it('does not take HEALTHY for the new revision while the old pool serves', async () => {
    const result = await wait(connectorsThatSay({ ...HEALTHY, revision: 2, servingRevision: 1 }), 2);
    expect(result).toMatchObject({ reached: false, status: 'HEALTHY' });
  });

  it('goes on when the server cannot be asked for a while', async () => {
    const down = new DipswitchError('CONNECTION_FAILED', 'down');
    expect(await wait(connectorsThatSay(down, down, HEALTHY), 1)).toMatchObject({ reached: true });
  });

  it("keeps the server's reason when the last question fails", async () => {
    const late = new DipswitchError('DEADLINE_EXCEEDED', 'late');
    const result = await wait(connectorsThatSay(UNREACHABLE, late), 1);
    expect(result).toMatchObject({ reached: false, status: 'UNHEALTHY', errorClass: 'UNREACHABLE' });
    expect(result?.message).toBe(UNREACHABLE.message);
    expect(result?.message).not.toBeNull();
  });

  it('says why when there never was an answer, and at once when there never will be', async () => {
    const down = new DipswitchError('CONNECTION_FAILED', 'down');
    expect(await wait(connectorsThatSay(down), 1)).toMatchObject({ reached: false, status: null, message: 'down' });
    const gone = new DipswitchError('NOT_FOUND', 'gone');
    expect(await wait(connectorsThatSay(UNREACHABLE, gone), 1)).toMatchObject({ message: 'gone', waitedMs: 500 });
  });
});
