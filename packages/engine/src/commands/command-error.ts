import { EngineError } from '../util/engine-error.ts';
/** A command could not do its job, for a reason the operator can act on; the message is shown as it is. */
export class CommandError extends EngineError {
  override readonly name = 'CommandError';
  readonly code = 'COMMAND_FAILED';
}
