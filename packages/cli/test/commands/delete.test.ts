import { describe, expect, it } from 'vitest';
import { runDelete } from '../../src/commands/apply/run-delete.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { aResource, createFakeClient } from '../support/fake-client.ts';
import { createTestContext } from '../support/test-context.ts';

const connectors = [aResource('db-a'), aResource('db-b')];

describe('dip delete', () => {
  it('deletes each id once, through the plan that is audited', async () => {
    const client = createFakeClient({ connectors });
    const context = createTestContext({ client });
    const operands = ['connectors', 'db-a', 'db-b', 'db-a'];
    expect(await runDelete(context, { yes: true }, operands)).toBe(EXIT_CODES.done);
    expect(client.calls).toEqual(['planDeletion db-a db-b', 'apply']);
    expect(context.terminal.out()).toContain('done: 0 created, 0 updated, 2 deleted');
  });

  it('refuses with 64 where nobody can be asked', async () => {
    const client = createFakeClient({ connectors });
    const refusal = runDelete(createTestContext({ client }), {}, ['connectors', 'db-a']);
    await expect(refusal).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
    expect(client.calls).toEqual([]);
  });

  it('deletes nothing without a yes', async () => {
    const client = createFakeClient({ connectors });
    const terminal = { isTerminal: true, input: 'no\n', env: { TERM: 'dumb' } };
    const context = createTestContext({ client, terminal });
    expect(await runDelete(context, {}, ['connectors', 'db-a'])).toBe(EXIT_CODES.failed);
    expect(client.calls).toEqual(['planDeletion db-a']);
    expect(context.terminal.err()).toContain('Nothing was changed.');
  });

  it('deletes nothing when one of the ids does not exist', async () => {
    const client = createFakeClient({ connectors });
    const context = createTestContext({ client });
    const attempt = runDelete(context, { yes: true }, ['connectors', 'db-a', 'nope']);
    await expect(attempt).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(client.applied).toEqual([]);
  });

  it('deletes data actions, by force where that is said, and shows who may still use them', async () => {
    const client = createFakeClient();
    const context = createTestContext({ client });
    expect(await runDelete(context, { yes: true }, ['actions', 'a', 'b', 'a'])).toBe(EXIT_CODES.done);
    expect(await runDelete(context, { yes: true, force: true }, ['actions', 'a'])).toBe(EXIT_CODES.done);
    expect(client.calls).toEqual([
      'planDeletion of actions a b',
      'apply',
      'planDeletion of actions a by force',
      'apply',
    ]);
    expect(context.terminal.err()).toContain('published  version 2: callers may use it');
  });

  it('takes --force for data actions alone', async () => {
    const attempt = runDelete(createTestContext(), { yes: true, force: true }, ['connectors', 'db-a']);
    await expect(attempt).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
  });
});
