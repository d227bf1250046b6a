import groups from '../../fixtures/injection-attempts.json' with { type: 'json' };

/** An input value that ends a call, or turns it, when it is spliced into a statement instead of bound. */
export interface InjectionAttempt {
  /** The trick, in words. */
  readonly group: string;
  readonly text: string;
}

/** The corpus that drivers, the binder and the engine are held to. All differ, also without the spaces at their ends. */
export const INJECTION_ATTEMPTS: readonly InjectionAttempt[] = Object.entries(groups).flatMap(([group, texts]) =>
  texts.map((text) => ({ group, text })),
);
