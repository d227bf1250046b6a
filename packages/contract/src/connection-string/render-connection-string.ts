import { DATABASE_CATALOGUE } from '../catalogue/database-catalogue.ts';
import { DRIVER_VERSION_PATTERN } from '../catalogue/driver-version.ts';
import { formatHost, parseHost } from '../network/host.ts';
import { ALLOWED_PROPERTIES } from './allowed-properties.ts';
import { type ConnectionModel, ConnectionStringError, type ConnectionStringProblem } from './connection-model.ts';
import { toCanonicalValue } from './connection-properties.ts';
import { DATABASE_NAME_PATTERN } from './parse-connection-string.ts';

/**
 * Writes a model in the tutorial's form, `jdbc:KIND://host:port/database?driverVersion=...`: port always written,
 * `driverVersion` first, then the properties in the order of the allow-list. An Oracle SID has no tutorial form, so it
 * is written as the vendor does, `jdbc:oracle:thin:@host:port:sid`. Parsing the result gives the model back.
 *
 * @throws ConnectionStringError for a model that no connection string can carry.
 */
export function renderConnectionString(model: ConnectionModel): string {
  const problem = findProblem(model);
  if (problem !== null) throw new ConnectionStringError([problem]);
  const hosts = model.hosts.map(({ host, port }) => `${formatHost(host)}:${port}`).join(',');
  const target = model.databaseIsSid
    ? `jdbc:oracle:thin:@${hosts}:${model.database}`
    : `jdbc:${model.kind}://${hosts}/${model.database}`;
  const pairs = model.driverVersion === undefined ? [] : [`driverVersion=${model.driverVersion}`];
  for (const { name } of ALLOWED_PROPERTIES[model.kind]) {
    const value = model.properties.get(name);
    if (value !== undefined) pairs.push(`${name}=${encodeURIComponent(value)}`);
  }
  return pairs.length === 0 ? target : `${target}?${pairs.join('&')}`;
}

function findProblem(model: ConnectionModel): ConnectionStringProblem | null {
  const many = DATABASE_CATALOGUE[model.kind].allowsSeveralHosts;
  if (model.hosts.length === 0 || (model.hosts.length > 1 && !many)) {
    return invalid(`a ${model.kind} connection has ${many ? 'at least one host' : 'exactly one host'}`);
  }
  for (const { host, port } of model.hosts) {
    if (parseHost(formatHost(host)) !== host) return invalid('a host is not in its canonical form');
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      return { code: 'INVALID_PORT', message: 'the port must be a number from 1 to 65535' };
    }
  }
  if (!DATABASE_NAME_PATTERN.test(model.database))
    return invalid('the database must be 1 to 128 letters, digits and _ $ -');
  if (model.databaseIsSid && model.kind !== 'oracle') return invalid('only an Oracle database has a SID');
  if (model.driverVersion !== undefined && !DRIVER_VERSION_PATTERN.test(model.driverVersion)) {
    return { code: 'INVALID_CONNECTION_PROPERTY_VALUE', message: 'driverVersion must be a version such as 42.6.0' };
  }
  return findPropertyProblem(model);
}

function findPropertyProblem(model: ConnectionModel): ConnectionStringProblem | null {
  for (const [name, value] of model.properties) {
    const property = ALLOWED_PROPERTIES[model.kind].find((allowed) => allowed.name === name);
    if (property === undefined) {
      return { code: 'UNKNOWN_CONNECTION_PROPERTY', message: `a property is not on the allow-list of ${model.kind}` };
    }
    if (toCanonicalValue(property.value, value) !== value) {
      return { code: 'INVALID_CONNECTION_PROPERTY_VALUE', message: `${name} does not have its canonical form` };
    }
  }
  return null;
}

function invalid(message: string): ConnectionStringProblem {
  return { code: 'INVALID_CONNECTION_STRING', message };
}
