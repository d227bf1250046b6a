const STATELESS = /^\s*(?:select|insert|update|delete|replace|merge|with|values|table|show|explain|describe|desc)\b/i;

/**
 * Whether a statement by its first word leaves no state in its session (no open transaction, no changed setting). A
 * doubt is a no: the session is then closed after use, which costs time and nothing else. Functions called inside a
 * statement (`get_lock`, `set_config`) are not seen.
 */
export function leavesNoSessionState(statement: string): boolean {
  return STATELESS.test(statement);
}
