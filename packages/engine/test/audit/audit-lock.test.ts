import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AuditLockedError, takeAuditLock } from '../../src/audit/audit-lock.ts';
import { systemClock } from '../../src/util/clock.ts';

it('refuses a second engine with a message that says what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dip-lock-'));
  const take = () => takeAuditLock(join(folder, 'audit.lock'), { clock: systemClock, onLost: () => {} });
  const lock = await take();
  await expect(take()).rejects.toThrow(AuditLockedError);
  await expect(take()).rejects.toThrow(`process ${process.pid}`);
  await lock.release();
  await (await take()).release();
  await rm(folder, { recursive: true });
});
