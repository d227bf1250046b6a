/** Things to close, last opened first. One that fails to close does not keep the others open. */
export class Closers {
  readonly #closers: Array<() => Promise<void> | void> = [];

  add(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  /** Closes everything once. @throws AggregateError of what failed, after all were tried */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some parts did not close');
  }
}
