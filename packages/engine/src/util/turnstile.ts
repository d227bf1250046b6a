/** Lets one user in at a time, in the order of arrival. */
export class Turnstile {
  #taken = false;
  readonly #waiting: Array<() => void> = [];

  /** Resolves when it is this user's turn; each `enter` is followed by exactly one `leave`. */
  async enter(): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }
}
