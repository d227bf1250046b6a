/** What the process says to its caller when it ends. Fixed: scripts and pipelines branch on these numbers. */
export const EXIT_CODES = {
  /** Everything asked for was done. */
  done: 0,
  /** The job could not be done, or not all of it. */
  failed: 1,
  /** `plan` found changes, `validate` errors, or `doctor` problems. */
  findings: 2,
  /** The command line or the settings are wrong; nothing was tried. */
  usage: 64,
  /** Ctrl-C ended it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
