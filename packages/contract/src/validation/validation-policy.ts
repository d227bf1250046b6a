import { DATABASE_CATALOGUE, type DatabaseCatalogue } from '../catalogue/database-catalogue.ts';
import { type AddressClass, classifyAddress, isAddressInNetworks } from '../network/address.ts';
import { isLocalhostName } from '../network/host.ts';

/** What an operator allows; decides the rules that the contract leaves to the place where the engine runs. */
export interface ValidationPolicy {
  readonly catalogue: DatabaseCatalogue;
  /** Whether databases and webhooks on loopback may be named. */
  readonly allowLoopback: boolean;
  /** Whether `sslMode: false` is allowed beyond loopback. */
  readonly allowPlaintext: boolean;
  /** CIDR blocks that may be dialled whatever they are, but for metadata, unspecified and multicast addresses. */
  readonly allowedNetworks: readonly string[];
}

/** For checks without an engine: loopback may be named, plaintext beyond it may not. The engine passes its own. */
export const DEFAULT_VALIDATION_POLICY: ValidationPolicy = {
  catalogue: DATABASE_CATALOGUE,
  allowLoopback: true,
  allowPlaintext: false,
  allowedNetworks: [],
};

/** Databases are normally private; webhooks are normally public. */
export type DialPurpose = 'database' | 'webhook';

/** The same as the engine's guard at the dial: what that refuses, an operator should hear before. */
const ALLOWED_CLASSES: Readonly<Record<DialPurpose, ReadonlySet<AddressClass>>> = {
  database: new Set<AddressClass>(['public', 'private', 'unique-local', 'cgnat', 'benchmark']),
  webhook: new Set<AddressClass>(['public']),
};
/** No network that an operator allows opens the way to these. */
const NEVER_ALLOWED: ReadonlySet<AddressClass> = new Set<AddressClass>(['metadata', 'unspecified', 'multicast']);

/**
 * Whether a host may be dialled as far as its text tells: literal addresses and the names of loopback are judged, any
 * other name is allowed here and judged again, by the address it resolves to, when it is dialled.
 */
export function isDialAllowed(
  host: string,
  purpose: DialPurpose,
  policy: Pick<ValidationPolicy, 'allowLoopback' | 'allowedNetworks'>,
): boolean {
  const addressClass = isLocalhostName(host) ? 'loopback' : classifyAddress(host);
  if (addressClass === null || ALLOWED_CLASSES[purpose].has(addressClass)) return true;
  if (NEVER_ALLOWED.has(addressClass)) return false;
  if (addressClass === 'loopback' && policy.allowLoopback) return true;
  if (policy.allowedNetworks.length === 0) return false;
  const address = isLocalhostName(host) ? '127.0.0.1' : host;
  return isAddressInNetworks(address, policy.allowedNetworks);
}

/** Whether a host is loopback by its literal address or its reserved name. */
export function isLoopbackHost(host: string): boolean {
  return isLocalhostName(host) || classifyAddress(host) === 'loopback';
}
