import { ProblemError } from '../../util/problem-error.ts';

/**
 * Reads the members of a form or a query (`a=1&b=2`): `+` is a space, percent-encoding is UTF-8, a name that is given
 * several times has a list. `what` is the subject of a refusal.
 * @throws ProblemError `INVALID_REQUEST`
 * @see https://url.spec.whatwg.org/#urlencoded-parsing (which, unlike this, lets bad encoding pass)
 */
export function parseFormMembers(text: string, what: 'form' | 'query'): Record<string, string | string[]> {
  const members = new Map<string, string | string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals), what);
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1), what);
    if (name === '__proto__') throw new ProblemError('INVALID_REQUEST', `The ${what} has a member named __proto__.`);
    const known = members.get(name);
    if (known === undefined) members.set(name, value);
    else if (typeof known === 'string') members.set(name, [known, value]);
    else known.push(value);
  }
  return Object.fromEntries(members);
}

function decode(text: string, what: 'form' | 'query'): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (cause) {
    throw new ProblemError('INVALID_REQUEST', `The ${what} is not valid percent-encoding of UTF-8.`, { cause });
  }
}
