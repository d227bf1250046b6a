import type { ConnectorBody, DataActionBody, DatabaseKind, Finding, ValidationPolicy } from '@dipswitch/contract';

/** A place in a file; line and column count from 1. `-` is standard input. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A finding about a file. `path` points into the file's document (not the wire body). */
export interface SourceFinding extends Finding {
  readonly source: SourcePosition;
}

export interface DesiredConnector {
  readonly body: ConnectorBody;
  readonly source: SourcePosition;
}

export interface DesiredDataAction {
  readonly body: DataActionBody;
  readonly source: SourcePosition;
  /** Database kind of its connector; null when that is in none of the files. */
  readonly kind: DatabaseKind | null;
}

/** What the files say, when `findings` holds no error; otherwise the lists hold only what has none. */
export interface DesiredState {
  /** Ownership labels that the files name, without repetition. */
  readonly projects: readonly string[];
  readonly connectors: readonly DesiredConnector[];
  readonly dataActions: readonly DesiredDataAction[];
  readonly findings: readonly SourceFinding[];
  /** Every file that was read, overlays included. */
  readonly files: readonly string[];
}

export interface LoadDesiredStateOptions {
  /** Files, folders (their `*.yaml` and `*.yml`, not recursive, overlays left out) or `-`. Default `dipswitch.yaml`. */
  readonly files?: readonly string[];
  /** Name of the overlay: `prod` merges `NAME.prod.yaml` over `NAME.yaml` where it exists. */
  readonly environment?: string;
  /** Values for `${NAME}`. Default: none is set. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Text for the file `-`. */
  readonly stdin?: () => Promise<string>;
  /** Folder that relative paths start from. Default: the working folder. */
  readonly cwd?: string;
  readonly policy?: Partial<ValidationPolicy>;
  readonly signal?: AbortSignal;
}
