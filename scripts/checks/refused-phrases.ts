/**
 * Phrases that a native-speaking engineer stops at, and what to write instead. Held by `npm run check` over code,
 * comments, messages, tests and documents. The pattern is matched without regard to case.
 */
export const REFUSED_PHRASES: ReadonlyArray<{ readonly pattern: RegExp; readonly instead: string }> = [
  { pattern: /\bcan not\b/, instead: 'cannot' },
  { pattern: /\bmend(s|ed|ing)?\b/, instead: 'fix' },
  { pattern: /\banew\b/, instead: 'again' },
  { pattern: /\bwho(m|so)?ever\b/, instead: 'anyone who, callers that' },
  { pattern: /\bbe had\b/, instead: 'be available' },
  { pattern: /\bway there and back\b/, instead: 'round trip' },
  { pattern: /\b(gives?|gave|given|giving) back\b/, instead: 'return' },
  { pattern: /\b(takes?|took|taken|taking) back\b/, instead: 'accept, withdraw' },
  { pattern: /\bbeside\b/, instead: 'next to, as well as' },
  { pattern: /\btowards\b/, instead: 'to' },
  { pattern: /\btravels? readable\b/, instead: 'sent in clear text' },
  { pattern: /\bwhere (it|we) loses?\b/, instead: 'limits' },
  { pattern: /\bfor ever\b/, instead: 'forever' },
  { pattern: /\bfrom where\b/, instead: 'where ... from' },
  { pattern: /\b(shall|lest|hence|hereby|thereof|whereof|therein|nought|aught)\b/, instead: 'a modern word' },
  { pattern: /\bheeds?\b/, instead: 'follow, respect' },
];
