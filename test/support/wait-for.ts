import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither undefined, null nor false. For what other processes do: there no
 * fake clock reaches. @throws Error naming `what` after `timeoutMs` (15 s), with the last error of `ask` as its cause
 */
export async function waitFor<Answer>(
  what: string,
  ask: () => Answer | Promise<Answer>,
  options: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Exclude<Answer, undefined | null | false>> {
  const { timeoutMs = 15_000, everyMs = 20 } = options;
  const until = performance.now() + timeoutMs;
  let lastError: unknown;
  while (performance.now() < until) {
    try {
      const answer = await ask();
      if (isAnswer(answer)) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await delay(everyMs);
  }
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause: lastError });
}

function isAnswer<Answer>(answer: Answer): answer is Exclude<Answer, undefined | null | false> {
  return answer !== undefined && answer !== null && answer !== false;
}
