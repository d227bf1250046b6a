import { afterEach, expect, it } from 'vitest';
import { describeOnBothStates, type StatePlace } from '../../support/state-databases.ts';
import { createActionBody } from './action-fixture.ts';
import { type ActionFixture, BASE, CONNECTORS, openActionFixture } from './action-http-fixture.ts';

const ONE = `${BASE}/customer-by-ani`;

describeOnBothStates('data actions of several engines', (state) => {
  const engines: ActionFixture[] = [];
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });

  async function openTwo(): Promise<[ActionFixture, ActionFixture]> {
    const place = await state.createPlace();
    const open = async (at: StatePlace) => {
      const engine = await openActionFixture(at);
      engines.push(engine);
      return engine;
    };
    const pair: [ActionFixture, ActionFixture] = [await open(place), await open(place)];
    await pair[0].connector('db-1', { serving: false });
    return pair;
  }

  const put = (engine: ActionFixture, changes = {}, headers = {}) =>
    engine.call('PUT', ONE, { body: createActionBody('customer-by-ani', changes), headers });
  const versionOn = async (engine: ActionFixture) => {
    const found = await engine.catalogue.published('acme', 'customer-by-ani');
    return typeof found === 'string' ? found : found.version;
  };

  it('what one publishes, rolls back or deletes is so at once there and within three seconds elsewhere', async () => {
    const [here, there] = await openTwo();
    await put(here);
    expect([await versionOn(here), await versionOn(there)]).toEqual(['never-published', 'never-published']);
    await here.call('POST', `${ONE}/publish`);
    expect([await versionOn(here), await versionOn(there)]).toEqual([1, 1]);
    await put(here, { name: 'B' });
    expect([await versionOn(here), await versionOn(there)]).toEqual([1, 1]);
    await here.call('POST', `${ONE}/publish`);
    expect([await versionOn(here), await versionOn(there)]).toEqual([2, 1]);
    there.clock.advance(3_000);
    expect(await versionOn(there)).toBe(2);
    await there.call('POST', `${ONE}/rollback`);
    expect([await versionOn(here), await versionOn(there)]).toEqual([2, 1]);
    here.clock.advance(3_000);
    expect(await versionOn(here)).toBe(1);
    await here.call('DELETE', `${ONE}?force`);
    expect([await versionOn(here), await versionOn(there)]).toEqual(['unknown', 1]);
    there.clock.advance(3_000);
    expect(await versionOn(there)).toBe('unknown');
  });

  it('number the versions of concurrent changes without gap or duplicate', async () => {
    const [here, there] = await openTwo();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_each, index) => put(index % 2 === 0 ? here : there, { name: `Name ${index}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    const { body } = await there.call('GET', ONE);
    expect(body.versions.map(({ version }: { version: number }) => version)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(body.revision).toBe(8);
  });

  it('let one of two changes of the same revision win', async () => {
    const [here, there] = await openTwo();
    await put(here);
    const answers = await Promise.all([
      put(here, { name: 'B' }, { 'if-match': '"1"' }),
      put(there, { name: 'C' }, { 'if-match': '"1"' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await here.call('GET', ONE)).body.version).toBe(2);
  });

  it('leave no action without its connector, no matter who comes first', async () => {
    const [here, there] = await openTwo();
    for (let round = 0; round < 5; round += 1) {
      const connectorId = `db-race-${round}`;
      await here.connector(connectorId, { serving: false });
      const body = createActionBody(`action-${round}`, { connectorId });
      const [stored, deleted] = await Promise.all([
        here.call('PUT', `${BASE}/action-${round}`, { body }),
        there.call('DELETE', `${CONNECTORS}/${connectorId}`),
      ]);
      expect(['200,409', '400,204']).toContain([stored.status, deleted.status].join());
    }
  });
});
