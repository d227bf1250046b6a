/** Whether a value has the structure of a connector body. */
export function accepts(value: unknown): boolean;
