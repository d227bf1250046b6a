/** A connection that is out of the pool for as long as its holder likes; its place counts all the while. */
export interface Lease<C> {
  readonly connection: C;
  /** Past its lifetime: to be released or ended soon. */
  readonly isRetired: boolean;
  /** Hands the connection to the next caller that waits for one. */
  release(): void;
  /** Says goodbye to the server; the place is free at once. */
  end(): void;
  /** Gives up on a connection with statements on it, as the pool does itself when a deadline passes. */
  discard(): void;
}
