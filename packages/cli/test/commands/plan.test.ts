import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parsePlanFile } from '@dipswitch/client';
import { describe, expect, it } from 'vitest';
import { runPlan } from '../../src/commands/plan/run-plan.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { aChange, aPlan, createFakeClient } from '../support/fake-client.ts';
import { createTestContext, VALID_FILE, withFolder } from '../support/test-context.ts';

const CHANGES = aPlan(
  aChange('create', 'new-01'),
  aChange('update', 'old-02', {
    fields: [
      { path: '/configuration/poolSettings/maxPoolSize', before: 15, after: 20 },
      { path: '/description', after: 'added' },
      { path: '/labels/team', before: 'gone' },
      { path: '/eventSubscriptions/0/webhookUrl', before: 'https://a.example', after: 'https://b.example' },
    ],
  }),
  aChange('delete', 'left-03'),
  aChange('no-op', 'same-04'),
);

describe('dip plan', () => {
  it('exits 2 with changes and shows each field', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const context = createTestContext({ cwd, client: createFakeClient({ plan: CHANGES }) });
      expect(await runPlan(context, {})).toBe(EXIT_CODES.findings);
      const out = context.terminal.out();
      expect(out).toContain('+ create new-01  dipswitch.yaml:4');
      expect(out).toContain('jdbc:postgresql://db.internal.net:5432/analytics_dw?driverVersion=42.6.0');
      expect(out).toMatch(/configuration\.poolSettings\.maxPoolSize +15 -> 20/);
      expect(out).toMatch(/description +\+ "added"/);
      expect(out).toMatch(/labels\.team +- "gone"/);
      expect(out).toMatch(/eventSubscriptions\[0\]\.webhookUrl +"https:\/\/a\.example" -> "https:\/\/b\.example"/);
      expect(out).toContain('- delete left-03');
      expect(out).not.toContain('same-04');
      expect(out.trimEnd().split('\n').at(-1)).toBe('1 to create, 1 to update, 1 to delete, 1 unchanged');
      expect(context.client.isClosed()).toBe(true);
    });
  });

  it('exits 0 without changes', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const context = createTestContext({ cwd, client: createFakeClient({ plan: aPlan(aChange('no-op', 'a')) }) });
      expect(await runPlan(context, {})).toBe(EXIT_CODES.done);
      expect(context.terminal.out()).toContain('No changes');
    });
  });

  it('gives the plan as JSON and asks for pruning when told to', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const client = createFakeClient({ plan: CHANGES });
      const context = createTestContext({ cwd, client, terminal: { format: 'json' } });
      await runPlan(context, { prune: true });
      expect(JSON.parse(context.terminal.out())).toMatchObject({
        summary: { create: 1, update: 1, delete: 1, noOp: 1 },
      });
      expect(client.calls).toEqual(['plan prune']);
    });
  });

  it('says that pruning could not see data actions', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const plan = { ...CHANGES, dataActionsRead: false };
      const context = createTestContext({ cwd, client: createFakeClient({ plan }) });
      await runPlan(context, { prune: true });
      expect(context.terminal.err()).toContain('Data actions were not looked at, so none is pruned');
      const unpruned = createTestContext({ cwd, client: createFakeClient({ plan }) });
      await runPlan(unpruned, {});
      expect(unpruned.terminal.err()).not.toContain('Data actions');
    });
  });

  it('plans drafts when told to', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const client = createFakeClient({ plan: CHANGES });
      await runPlan(createTestContext({ cwd, client }), { draft: true });
      expect(client.calls).toEqual(['plan draft']);
    });
  });

  it('writes a plan file that apply takes, and refuses a place it cannot write to', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const context = createTestContext({ cwd, client: createFakeClient({ plan: CHANGES }) });
      expect(await runPlan(context, { out: 'release.plan' })).toBe(EXIT_CODES.findings);
      expect(parsePlanFile(await readFile(path.join(cwd, 'release.plan'), 'utf8'))).toEqual(CHANGES);
      const attempt = runPlan(context, { out: 'nowhere/release.plan' });
      await expect(attempt).rejects.toMatchObject({ message: expect.stringContaining('ENOENT') });
    });
  });

  it('sends nothing when the files have an error', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE.replace('42.6.0', '41.0.0') }, async (cwd) => {
      const context = createTestContext({ cwd });
      await expect(runPlan(context, {})).rejects.toMatchObject({ exitCode: EXIT_CODES.failed });
      expect(context.clientOptions).toEqual([]);
      expect(context.terminal.err()).toContain('dipswitch.yaml:8:20 error');
      expect(context.terminal.out()).toBe('');
    });
  });

  it('hands the settings to the client', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const context = createTestContext({ cwd });
      await runPlan(context, { baseUrl: 'https://flag.example' });
      expect(context.clientOptions[0]).toMatchObject({
        baseUrl: 'https://flag.example',
        clientId: 'client-1',
        auditFile: `${cwd}/.dipswitch/audit.jsonl`,
      });
    });
  });
});
