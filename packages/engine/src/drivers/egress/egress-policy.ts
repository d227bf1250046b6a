import { type AddressClass, classifyAddress, isAddressInNetworks } from '@dipswitch/contract';

/** Who asks to go out. Databases live on private networks, so only webhooks are kept away from those. */
export type EgressPurpose = 'database' | 'webhook';

export interface EgressEndpoint {
  /** Literal address; `0.0.0.0` or `::` means every address of this machine. */
  readonly address: string;
  readonly port: number;
  /** Only this database of the server; absent: whatever is asked there. */
  readonly database?: string;
}

export interface EgressPolicy {
  readonly purpose: EgressPurpose;
  /** Loopback is allowed while the engine itself listens on loopback only. */
  readonly allowLoopback: boolean;
  /** CIDR blocks of `--allow-egress`. They open every class but `metadata`, `unspecified` and `multicast`. */
  readonly allowedNetworks: readonly string[];
  /** The engine's own listener and state database: never dialled, whatever is allowed. */
  readonly forbiddenEndpoints: readonly EgressEndpoint[];
}

/** A CIDR such as `0.0.0.0/0` must not open the way to a cloud's credentials, so no setting lifts these. */
const NEVER: ReadonlySet<AddressClass> = new Set(['metadata', 'unspecified', 'multicast']);

const ALLOWED: Readonly<Record<EgressPurpose, ReadonlySet<AddressClass>>> = {
  database: new Set(['public', 'private', 'unique-local', 'cgnat', 'benchmark']),
  webhook: new Set(['public']),
};

/**
 * Whether a literal address and port may be dialled. Text that is not an address may not.
 * @param database that is asked for there, as far as the caller knows
 */
export function isEgressAllowed(policy: EgressPolicy, address: string, port: number, database?: string): boolean {
  const addressClass = classifyAddress(address);
  if (addressClass === null || NEVER.has(addressClass)) return false;
  const isForbidden = policy.forbiddenEndpoints.some(
    (endpoint) =>
      (endpoint.database === undefined || endpoint.database === database) &&
      isSameEndpoint(endpoint, address, addressClass, port),
  );
  if (isForbidden) return false;
  if (isAddressInNetworks(address, policy.allowedNetworks)) return true;
  if (addressClass === 'loopback') return policy.allowLoopback;
  return ALLOWED[policy.purpose].has(addressClass);
}

function isSameEndpoint(endpoint: EgressEndpoint, address: string, addressClass: AddressClass, port: number): boolean {
  if (endpoint.port !== port) return false;
  const endpointClass = classifyAddress(endpoint.address);
  // A listener on loopback is reached by every 127.x address and by ::1 on a dual-stack socket; one on the
  // unspecified address by any address of the machine, of which loopback is the one known without asking the system.
  if (endpointClass === 'loopback' || endpointClass === 'unspecified') {
    return addressClass === 'loopback' || isSameAddress(endpoint.address, address);
  }
  return isSameAddress(endpoint.address, address);
}

function isSameAddress(left: string, right: string): boolean {
  const prefix = left.includes(':') ? 128 : 32;
  return isAddressInNetworks(right, [`${left}/${prefix}`]);
}
