import type { DesiredState, LoadDesiredStateOptions } from './desired-state-types.ts';

export type {
  DesiredConnector,
  DesiredState,
  LoadDesiredStateOptions,
  SourceFinding,
  SourcePosition,
} from './desired-state-types.ts';

/**
 * Reads files into a desired state. What is wrong with them is in `findings`; only a caller's mistake or an abort
 * throws. Touches no network and loads no HTTP library.
 */
export declare function loadDesiredState(options?: LoadDesiredStateOptions): Promise<DesiredState>;
