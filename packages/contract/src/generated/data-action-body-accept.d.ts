/** Whether a value has the structure of the body of a data action. */
export function accepts(value: unknown): boolean;
