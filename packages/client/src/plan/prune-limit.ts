import type { Plan } from './plan.ts';

/** How many prunings nobody has to ask about twice: this many, or this share of what the project owns. */
const DEFAULT_COUNT = 5;
const DEFAULT_SHARE = 0.1;

/** A number of connectors, or a share of those that carry the project's label on the server. */
export type MaxDelete = { readonly count: number } | { readonly share: number };

/** How many deletions a plan may hold: what `limit` says, by default 10 % of what the project owns or 5, whichever is larger. */
export function deletionLimit(plan: Plan, limit?: MaxDelete): number {
  if (limit === undefined) return Math.max(DEFAULT_COUNT, Math.floor(plan.owned * DEFAULT_SHARE));
  return 'count' in limit ? limit.count : Math.floor(plan.owned * limit.share);
}
