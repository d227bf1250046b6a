import { onAbort, race } from '../../util/race.ts';
import { type Dialer, DriverError } from '../driver.ts';
import { type ConnectAddress, connectFirst } from './connect-address.ts';
import { type EgressPolicy, isEgressAllowed } from './egress-policy.ts';
import { createResolveHost, type ResolveHost } from './resolve-host.ts';

export interface DialerSeams {
  readonly resolveHost?: ResolveHost;
  readonly connectTo?: ConnectAddress;
}

/**
 * Creates the one guarded way out. The name is resolved here, the policy is asked about each address, and the very
 * addresses that passed are dialled, so a name that answers differently a moment later changes nothing.
 */
export function createDialer(policy: EgressPolicy, seams: DialerSeams = {}): Dialer {
  const resolveHost = seams.resolveHost ?? createResolveHost();
  return {
    async dial(host, port, options) {
      if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError(`port ${port} is out of range`);
      const limit = AbortSignal.timeout(Math.max(1, Math.ceil(options.timeoutMs)));
      const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
      try {
        const addresses = await race(resolveHost(host, signal), onAbort(signal), () => {
          throw signal.reason;
        });
        const allowed = addresses.filter((address) => isEgressAllowed(policy, address, port, options.database));
        if (addresses.length === 0) throw new DriverError('host-not-found', 'The host name has no address');
        if (allowed.length === 0) {
          throw new DriverError('egress-denied', 'The egress policy does not allow this address');
        }
        return await connectFirst(allowed, port, signal, seams.connectTo);
      } catch (error) {
        if (options.signal?.aborted) throw new DriverError('cancelled', 'The dial was cancelled');
        if (limit.aborted) throw new DriverError('connect-timeout', 'The host did not answer in time');
        throw error;
      }
    },
  };
}
