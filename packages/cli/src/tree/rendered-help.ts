export interface RenderedHelp {
  /** For output that is no terminal. */
  readonly text: string;
  /** Without a wrapped line, for a terminal of at least this many columns. */
  readonly wide: string;
  readonly columns: number;
}

/**
 * Help by the words before `--help`, joined by a space. The build fills it in from the command tree, so that a bundle
 * prints help without loading the tree; in a checkout it is empty, and the tree prints its own.
 */
export const RENDERED_HELP: Readonly<Record<string, RenderedHelp>> = {};
