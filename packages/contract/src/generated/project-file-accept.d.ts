/** Whether a value has the structure of a project file. */
export function accepts(value: unknown): boolean;
