import type { Plan } from './plan.ts';

/** The text of a plan file: JSON with a digest, so that an edited plan is refused. */
export declare function renderPlanFile(plan: Plan): string;

/** Reads a plan file. @throws PLAN_FILE_INVALID */
export declare function parsePlanFile(text: string): Plan;
