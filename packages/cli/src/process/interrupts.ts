import { CliError } from '../cli-error.ts';
import { EXIT_CODES } from '../exit-codes.ts';

/**
 * How a run is asked to end before it is through. Ctrl-C once: `drain`, start nothing new and finish what is in
 * flight. Twice: `abort`, drop what is in flight. `outputClosed`: nobody reads stdout any more (`| head`).
 */
export interface Interrupts {
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  readonly outputClosed: AbortSignal;
}

export interface InterruptSource extends Interrupts {
  /** One Ctrl-C or SIGTERM. */
  press(): void;
  closeOutput(): void;
}

export function createInterruptSource(): InterruptSource {
  const drain = new AbortController();
  const abort = new AbortController();
  const outputClosed = new AbortController();
  return {
    drain: drain.signal,
    abort: abort.signal,
    outputClosed: outputClosed.signal,
    press: () => {
      if (drain.signal.aborted) abort.abort(createInterruptedError());
      else drain.abort(createInterruptedError());
    },
    closeOutput: () => outputClosed.abort(createInterruptedError()),
  };
}

/** For commands that change nothing: the first Ctrl-C ends them, and so does a closed stdout. */
export function stopSignal(interrupts: Interrupts): AbortSignal {
  return AbortSignal.any([interrupts.drain, interrupts.abort, interrupts.outputClosed]);
}

function createInterruptedError(): CliError {
  return new CliError('Interrupted.', { exitCode: EXIT_CODES.interrupted });
}
