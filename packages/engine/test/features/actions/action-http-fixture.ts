import { afterEach } from 'vitest';
import { registerActionRoutes } from '../../../src/features/actions/action-routes.ts';
import { ActionService } from '../../../src/features/actions/action-service.ts';
import { ActionStore } from '../../../src/features/actions/action-store.ts';
import { DefinitionCheck } from '../../../src/features/actions/definition-check.ts';
import { PublishedActions } from '../../../src/features/actions/published-actions.ts';
import { StatementCheck } from '../../../src/features/actions/statement-check.ts';
import { type StatePlace, useSqliteState } from '../../support/state-databases.ts';
import { createBody, settle } from '../connectors/connector-fixture.ts';
import { type HttpFixtureBasis, openHttpFixture } from '../connectors/connector-http-fixture.ts';
import { createActionBody, EXAMPLE_DESCRIPTION } from './action-fixture.ts';

export const BASE = '/api/v1/dataactions';
export const CONNECTORS = '/api/v1/integrations/connectors';

/** The routes of connectors and of data actions over one real state database, composed as the engine composes them. */
export async function openActionFixture(place: StatePlace) {
  const parts: { made?: ReturnType<typeof compose> } = {};
  const http = await openHttpFixture(place, {
    extend: (basis) => {
      parts.made = compose(basis);
    },
  });
  if (parts.made === undefined) throw new TypeError('the fixture was not extended');
  http.driver.description = EXAMPLE_DESCRIPTION;
  return {
    ...http,
    ...parts.made,
    /** Stores a connector; `serving` waits until its pool is there. */
    async connector(id = 'db-1', { serving = true, as = 'acme' as 'acme' | 'other', type = '' } = {}) {
      const body = { ...createBody(id), ...(type === '' ? {} : toType(id, type)) };
      http.held.isHeld = !serving;
      const { status } = await http.call('PUT', `${CONNECTORS}/${id}`, { body, as });
      if (status !== 200) throw new TypeError(`the connector was answered ${status}`);
      await settle();
      http.changes.entries.length = 0;
      http.changes.events.length = 0;
    },
  };
}

export type ActionFixture = Awaited<ReturnType<typeof openActionFixture>>;

export const ONE = `${BASE}/customer-by-ani`;
type Call = Parameters<ActionFixture['call']>[2];

/** The routes over a state database of their own for each test, and the calls about one action; closed after the test. */
export function useActionRoutes() {
  const state = useSqliteState();
  let fixture: ActionFixture;
  const open = async (): Promise<ActionFixture> => {
    fixture = await openActionFixture(await state.createPlace());
    await fixture.connector();
    return fixture;
  };
  const put = (changes = {}, call: Call = {}, id = 'customer-by-ani') =>
    fixture.call('PUT', `${BASE}/${id}`, { body: createActionBody(id, changes), ...call });
  const publish = (body?: unknown, call: Call = {}) =>
    fixture.call('POST', `${ONE}/publish`, { ...(body === undefined ? {} : { body }), ...call });
  const validate = (changes = {}, call: Call = {}) =>
    fixture.call('POST', `${ONE}/validate`, { body: createActionBody('customer-by-ani', changes), ...call });
  const rollback = (body?: unknown) =>
    fixture.call('POST', `${ONE}/rollback`, { ...(body === undefined ? {} : { body }) });
  const publishedVersion = async () => (await fixture.call('GET', ONE)).body.publishedVersion;
  afterEach(() => fixture.close());
  return { open, put, validate, publish, rollback, publishedVersion };
}

/** What `composeActions` of the engine does. */
function compose({ app, state, clock, changes, logger, runtimes, directory, useInUse }: HttpFixtureBasis) {
  const store = new ActionStore(state);
  useInUse((connectorId, within) => store.usesConnector(connectorId, within));
  const catalogue = new PublishedActions({ store, connectors: directory, clock, logger });
  const statements = new StatementCheck({ runtimes, clock });
  const definitions = new DefinitionCheck({ connectors: directory, statements });
  const service = new ActionService({ store, transactions: changes, definitions, published: catalogue, clock });
  registerActionRoutes(app, { service });
  return { state, store, directory, definitions, catalogue, service };
}

function toType(id: string, type: string) {
  const { configuration } = createBody(id);
  const connectionString = 'jdbc:mysql://db.internal.net:3306/analytics_dw?driverVersion=8.1.0';
  if (type !== 'DATABASE_MYSQL') throw new TypeError(type);
  return { connectorType: type, configuration: { ...configuration, connectionString } } as const;
}
