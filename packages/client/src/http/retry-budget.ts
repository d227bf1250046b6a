/** Retries that are allowed beyond the part of the requests: what an outage of a few seconds takes from a short run. */
const RESERVE = 50;
const PART_OF_REQUESTS = 0.1;
const MOST_SAVED = 100;

/**
 * Bounds what a client adds to a server's trouble: over any time, retries after failures are at most a tenth of the
 * requests and a reserve of fifty. Retries that a 429 or a 401 asks for are not counted here.
 */
export class RetryBudget {
  #left = RESERVE;

  noteRequest(): void {
    this.#left = Math.min(MOST_SAVED, this.#left + PART_OF_REQUESTS);
  }

  /** False, and nothing taken, when it is spent. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
