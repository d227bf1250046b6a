const KEYS = ['AUTH_PBKDF2_VGEN_COUNT', 'AUTH_PBKDF2_SDER_COUNT'];
/** A server of Oracle asks for 4096 and 3. Each round is work of this process while nothing else runs in it. */
const MAX_ROUNDS = 20_000;
const LONGEST_NUMBER = 9;

/**
 * Whether a login asks for so many rounds of PBKDF2 that it would hold up everybody. oracledb refuses more than 100 000
 * by itself (some 170 ms); this is the tighter bound for what comes in the form that servers use. A key that is hidden
 * from it in pieces is still under oracledb's.
 */
export function hasCostlyPasswordRounds(said: Buffer): boolean {
  return KEYS.some((key) => {
    const at = said.indexOf(key, 0, 'latin1');
    return at >= 0 && isCostly(said.subarray(at + key.length));
  });
}

/** Behind the key stands the number: a length in two forms, then digits. What is not all there yet is not judged. */
function isCostly(rest: Buffer): boolean {
  const [sizeOfLength, length = 0, again] = rest;
  if (rest.length < 3) return false;
  if (sizeOfLength !== 1 || length !== again || length > LONGEST_NUMBER) return true;
  const digits = rest.subarray(3, 3 + length).toString('latin1');
  return digits.length === length && !(Number(digits) <= MAX_ROUNDS);
}
