import type { DatabaseKind } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import type { ActionVersion, DataAction, Publication } from '../../../src/features/actions/action.ts';
import { PublishedActions, type PublishedActionsOptions } from '../../../src/features/actions/published-actions.ts';
import { StateUnavailableError } from '../../../src/state/state-errors.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { settle } from '../connectors/connector-fixture.ts';
import { createActionBody } from './action-fixture.ts';

/** Stored actions in memory, which can be away (`failure`) or silent (`hold`). */
class FakeActions {
  readonly actions = new Map<string, DataAction>();
  readonly versions = new Map<string, ActionVersion>();
  kind: DatabaseKind | undefined = 'postgresql';
  failure: Error | undefined;
  heads = 0;
  versionReads = 0;
  #held: PromiseWithResolvers<void> | undefined;

  publish(id: string, version: number, changes: Partial<DataAction> = {}): void {
    this.#store(id, version, { version, connectorId: 'db-1' }, changes);
  }

  draft(id: string): void {
    this.#store(id, 1, null);
  }

  hold(): void {
    this.#held = Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  async find(id: string) {
    await this.#answer();
    return this.actions.get(id);
  }

  async head(id: string) {
    this.heads += 1;
    const action = this.actions.get(id);
    await this.#answer();
    return action;
  }

  async findVersion(id: string, version: number) {
    this.versionReads += 1;
    await this.#answer();
    return this.versions.get(`${id} ${version}`);
  }

  async kindOf() {
    await this.#answer();
    return this.kind;
  }

  async #answer(): Promise<void> {
    await this.#held?.promise;
    if (this.failure !== undefined) throw this.failure;
  }

  #store(id: string, version: number, published: Publication | null, changes: Partial<DataAction> = {}): void {
    this.actions.set(id, {
      ...{ id, tenant: 'acme', connectorId: 'db-1', revision: version, latestVersion: version, published },
      ...{ createdAt: 1, updatedAt: version },
      ...changes,
    });
    this.versions.set(`${id} ${version}`, {
      ...{ actionId: id, version, body: createActionBody(id, { name: `Version ${version}` }), createdAt: version },
      ...{ createdBy: 'client', publishedAt: null, publishedAfter: null },
    });
  }
}

function createFixture(options: Partial<PublishedActionsOptions> = {}) {
  const stored = new FakeActions();
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const catalogue = new PublishedActions({ store: stored, connectors: stored, clock, logger, ...options });
  const versionOf = async (id = 'a', tenant = 'acme') => {
    const found = await catalogue.published(tenant, id);
    return typeof found === 'string' ? found : found.version;
  };
  return { stored, clock, logger, catalogue, versionOf };
}

describe('published actions', () => {
  it('answers with the published version, ready to run', async () => {
    const { stored, catalogue } = createFixture();
    stored.publish('a', 3);
    const found = await catalogue.published('acme', 'a');
    expect(found).toMatchObject({
      ...{ actionId: 'a', tenant: 'acme', version: 3, connectorId: 'db-1', kind: 'postgresql' },
      definition: { access: 'read', statement: { text: expect.stringContaining('$1') } },
    });
  });

  it('answers without a promise while it is fresh, and with the same object until another version is published', async () => {
    const { stored, clock, catalogue } = createFixture();
    stored.publish('a', 1);
    const first = await catalogue.published('acme', 'a');
    expect(catalogue.published('acme', 'a')).toBe(first);
    for (let second = 0; second < 10; second += 1) {
      clock.advance(1_000);
      expect(await catalogue.published('acme', 'a')).toBe(first);
      await settle();
    }
    expect(stored.versionReads).toBe(1);
    stored.publish('a', 2);
    clock.advance(3_000);
    expect(await catalogue.published('acme', 'a')).toMatchObject({ version: 2 });
  });

  it('runs what another engine published after three seconds at the latest', async () => {
    const { stored, clock, versionOf } = createFixture();
    stored.publish('a', 1);
    expect(await versionOf()).toBe(1);
    stored.publish('a', 2);
    clock.advance(1_900);
    expect(await versionOf()).toBe(1);
    clock.advance(1_100);
    expect(await versionOf()).toBe(2);
    stored.actions.delete('a');
    clock.advance(3_000);
    expect(await versionOf()).toBe('unknown');
  });

  it('is read again ahead of time when it is in use, so that no caller waits', async () => {
    const { stored, clock, catalogue } = createFixture();
    stored.publish('a', 1);
    await catalogue.published('acme', 'a');
    for (let step = 0; step < 20; step += 1) {
      clock.advance(500);
      expect(catalogue.published('acme', 'a')).not.toBeInstanceOf(Promise);
      await settle();
    }
    expect(stored.heads).toBeLessThanOrEqual(7);
  });

  it('reads once for all who wait', async () => {
    const { stored, clock, versionOf } = createFixture();
    stored.publish('a', 1);
    expect(await Promise.all(Array.from({ length: 50 }, () => versionOf()))).toEqual(Array(50).fill(1));
    expect(stored.heads).toBe(1);
    clock.advance(3_000);
    await Promise.all(Array.from({ length: 50 }, () => versionOf()));
    expect(stored.heads).toBe(2);
  });

  it('remembers nothing of what is not there, so that a new version works at once', async () => {
    const { stored, versionOf } = createFixture();
    expect(await versionOf()).toBe('unknown');
    stored.draft('a');
    expect(await versionOf()).toBe('never-published');
    stored.publish('a', 1);
    expect(await versionOf()).toBe(1);
  });

  it('knows nothing of another tenant', async () => {
    const { stored, versionOf } = createFixture();
    stored.publish('a', 1);
    stored.draft('b');
    expect([await versionOf('a', 'other'), await versionOf('b', 'other')]).toEqual(['unknown', 'unknown']);
    expect([await versionOf('a'), await versionOf('a', 'other')]).toEqual([1, 'unknown']);
  });

  it('forgets at once, and does not take up what was read before', async () => {
    const { stored, catalogue, versionOf } = createFixture();
    stored.publish('a', 1);
    await versionOf();
    stored.publish('a', 2);
    catalogue.forget('a');
    expect(await versionOf()).toBe(2);

    catalogue.forget('a');
    stored.hold();
    const before = versionOf();
    stored.publish('a', 3);
    catalogue.forget('a');
    const after = versionOf();
    stored.release();
    expect([await before, await after]).toEqual([2, 3]);
    await settle();
    expect(catalogue.published('acme', 'a')).toMatchObject({ version: 3 });
  });

  it('takes an action that was deleted and made again for another one', async () => {
    const { stored, clock, catalogue } = createFixture();
    stored.publish('a', 1);
    const first = await catalogue.published('acme', 'a');
    stored.publish('a', 1, { createdAt: 2 });
    clock.advance(3_000);
    const second = await catalogue.published('acme', 'a');
    expect(second).toMatchObject({ version: 1 });
    expect(second).not.toBe(first);
    stored.publish('a', 1, { createdAt: 3, tenant: 'other' });
    clock.advance(3_000);
    expect(await catalogue.published('acme', 'a')).toBe('unknown');
  });

  describe('when the connector becomes one of another kind', () => {
    it('compiles the version for it', async () => {
      const { stored, clock, catalogue } = createFixture();
      stored.publish('a', 1);
      await catalogue.published('acme', 'a');
      stored.kind = 'mysql';
      clock.advance(3_000);
      expect(await catalogue.published('acme', 'a')).toMatchObject({
        ...{ kind: 'mysql', version: 1 },
        definition: { statement: { kind: 'mysql', text: expect.stringContaining('phone = ?') } },
      });
    });

    it('refuses a version that does not suit it, and takes it again when it does', async () => {
      const { stored, clock, versionOf, logger } = createFixture();
      stored.publish('a', 1);
      expect(await versionOf()).toBe(1);
      stored.kind = undefined;
      clock.advance(3_000);
      await expect(versionOf()).rejects.toMatchObject({ code: 'NOT_PUBLISHED' });
      await expect(versionOf()).rejects.toMatchObject({ code: 'NOT_PUBLISHED' });
      expect(stored.versionReads).toBe(2);
      expect(logger.entries).toMatchObject([{ level: 'warn', actionId: 'a' }]);
      stored.kind = 'postgresql';
      clock.advance(3_000);
      expect(await versionOf()).toBe(1);
    });
  });

  describe('while the state database is away', () => {
    const away = new StateUnavailableError('away');

    it('goes on with what was known, up to the limit', async () => {
      const { stored, clock, versionOf } = createFixture();
      stored.publish('a', 1);
      await versionOf();
      stored.failure = away;
      for (let second = 0; second < 299; second += 1) {
        clock.advance(1_000);
        expect(await versionOf()).toBe(1);
      }
      clock.advance(1_000);
      await expect(versionOf()).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
      stored.failure = undefined;
      clock.advance(1_000);
      expect(await versionOf()).toBe(1);
    });

    it('keeps to the limit that it is given', async () => {
      const { stored, clock, versionOf } = createFixture({ staleLimitMs: 10_000 });
      stored.publish('a', 1);
      await versionOf();
      stored.failure = away;
      clock.advance(9_999);
      expect(await versionOf()).toBe(1);
      clock.advance(1);
      await expect(versionOf()).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    });

    it('leaves it alone for a second after each failure', async () => {
      const { stored, clock, catalogue, versionOf } = createFixture();
      stored.publish('a', 1);
      await versionOf();
      stored.failure = away;
      clock.advance(3_000);
      await versionOf();
      const { heads } = stored;
      for (let call = 0; call < 100; call += 1) expect(catalogue.published('acme', 'a')).toMatchObject({ version: 1 });
      expect(stored.heads).toBe(heads);
      clock.advance(1_000);
      await versionOf();
      expect(stored.heads).toBe(heads + 1);
    });

    it('waits for a silent one a moment, once, and takes its answer when it comes', async () => {
      const { stored, clock, catalogue, versionOf } = createFixture();
      stored.publish('a', 1);
      await versionOf();
      stored.hold();
      stored.publish('a', 2);
      clock.advance(3_000);
      const waiting = versionOf();
      await settle();
      clock.advance(200);
      expect(await waiting).toBe(1);
      expect(catalogue.published('acme', 'a')).toMatchObject({ version: 1 });
      expect(clock.pendingTimers).toBe(0);
      stored.release();
      await settle();
      expect(catalogue.published('acme', 'a')).toMatchObject({ version: 2 });
    });

    it('says so for what was never read', async () => {
      const { stored, versionOf } = createFixture();
      stored.failure = away;
      await expect(versionOf()).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    });

    it('does not take a bug for it', async () => {
      const { stored, clock, versionOf, logger } = createFixture();
      stored.publish('a', 1);
      await versionOf();
      stored.failure = new RangeError('a bug');
      clock.advance(2_500);
      expect(await versionOf()).toBe(1);
      await settle();
      expect(logger.entries).toMatchObject([{ level: 'warn', actionId: 'a' }]);
      clock.advance(2_000);
      await expect(versionOf()).rejects.toThrow('a bug');
    });
  });

  it('drops what was read longest ago when it is full', async () => {
    const { stored, clock, versionOf } = createFixture({ maxEntries: 3 });
    for (const id of ['a', 'b', 'c', 'd']) stored.publish(id, 1);
    for (const id of ['a', 'b', 'c']) await versionOf(id);
    clock.advance(3_000);
    await versionOf('a');
    await versionOf('d');
    const { versionReads } = stored;
    for (const id of ['a', 'c', 'd']) await versionOf(id);
    expect(stored.versionReads).toBe(versionReads);
    await versionOf('b');
    expect(stored.versionReads).toBe(versionReads + 1);
  });

  it('keeps fewer definitions the larger they are', async () => {
    const { stored, versionOf } = createFixture({ maxBytes: 8_000 });
    for (const id of ['a', 'b', 'c']) stored.publish(id, 1);
    for (const id of ['a', 'b', 'c', 'c', 'b']) await versionOf(id);
    expect(stored.versionReads).toBe(3);
    await versionOf('a');
    expect(stored.versionReads).toBe(4);
  });

  describe('a stored version, for tests of drafts', () => {
    it('is the newest one or the one that is named, published or not', async () => {
      const { stored, catalogue } = createFixture();
      stored.publish('a', 1);
      stored.draft('b');
      stored.publish('a', 2);
      expect(await catalogue.version('acme', 'a')).toMatchObject({ version: 2, kind: 'postgresql' });
      expect(await catalogue.version('acme', 'a', 1)).toMatchObject({ version: 1 });
      expect(await catalogue.version('acme', 'b')).toMatchObject({ version: 1 });
      for (const [tenant, id, version] of [
        ['acme', 'a', 9],
        ['acme', 'none', undefined],
        ['other', 'a', 1],
      ] as const) {
        expect(await catalogue.version(tenant, id, version)).toBe('unknown');
      }
    });

    it('is refused when it does not suit its connector', async () => {
      const { stored, catalogue } = createFixture();
      stored.draft('a');
      stored.kind = undefined;
      await expect(catalogue.version('acme', 'a')).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        findings: [{ code: 'UNKNOWN_CONNECTOR' }],
      });
    });
  });
});
