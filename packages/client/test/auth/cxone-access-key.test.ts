import { MockAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { createDipswitchClient } from '../../src/client.ts';
import type { CxoneAccessKeyCredentials } from '../../src/options/credentials.ts';
import { createFastClock } from '../support/fake-clock.ts';

const SECRET = 'canary-access-key-secret';
const LOGIN_PATH = '/authentication/v1/token/access-key';

/**
 * A double of the login, not the login: it answers as the published pages say. Nobody here has a tenant to try it on,
 * so what passes here shows that we do what we read, and not that CXone does.
 */
function createDouble(area: unknown = 'eu1') {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const received: string[] = [];
  agent
    .get('https://cxone.niceincontact.com')
    .intercept({ path: '/.well-known/cxone-configuration?tenantId=t-1' })
    .reply(200, { tenantId: 't-1', area, auth_endpoint: 'https://eu1.example' }, { headers: json });
  for (const host of ['https://na1.nice-incontact.com', 'https://eu1.nice-incontact.com']) {
    agent
      .get(host)
      .intercept({ path: LOGIN_PATH, method: 'POST' })
      .reply(({ body, headers }) => {
        received.push(`${host} ${String(body)}`);
        const isJson = JSON.stringify(headers).includes('application/json');
        const isRight = isJson && String(body) === JSON.stringify({ accessKeyId: 'ak', accessKeySecret: SECRET });
        const token = { access_token: 'access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' };
        const data = JSON.stringify(isRight ? token : { message: `no ${String(body)}` });
        return { statusCode: isRight ? 200 : 401, data, responseOptions: { headers: json } };
      });
  }
  return { agent, received };
}
const json = { 'content-type': 'application/json' };

function openClient(agent: MockAgent, login: Partial<CxoneAccessKeyCredentials>) {
  return createDipswitchClient({
    baseUrl: 'https://dips.example.com',
    auth: 'cxone-access-key',
    accessKeyId: 'ak',
    accessKeySecret: SECRET,
    dispatcher: agent,
    clock: createFastClock(),
    ...login,
  });
}

describe('the access-key login, against a double', () => {
  it.each<[string, Partial<CxoneAccessKeyCredentials>, string]>([
    ['an area', { area: 'na1' }, 'https://na1.nice-incontact.com'],
    ['a tenant', { tenantId: 't-1' }, 'https://eu1.nice-incontact.com'],
    ['an address', { tokenUrl: `https://na1.nice-incontact.com${LOGIN_PATH}` }, 'https://na1.nice-incontact.com'],
  ])('posts the key as JSON to the host of %s', async (_name, login, host) => {
    const { agent, received } = createDouble();
    await using client = openClient(agent, login);
    await client.authenticate();
    expect(received).toEqual([`${host} ${JSON.stringify({ accessKeyId: 'ak', accessKeySecret: SECRET })}`]);
    await agent.close();
  });

  it.each([['evil.example/'], [''], [42], ['na1.evil']])('sends the key nowhere for the area %o', async (area) => {
    const { agent, received } = createDouble(area);
    await using client = openClient(agent, { tenantId: 't-1' });
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'AUTH_SERVER_INVALID' });
    expect(received).toEqual([]);
    await agent.close();
  });

  it('repeats nothing of a refusal that quotes the key', async () => {
    const { agent } = createDouble();
    await using client = openClient(agent, { area: 'na1', accessKeyId: 'other' });
    const error: unknown = await client.authenticate().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'AUTH_REJECTED' });
    expect(String(error) + JSON.stringify(error)).not.toContain(SECRET);
    await agent.close();
  });
});
