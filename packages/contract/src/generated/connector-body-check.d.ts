/** One violation, in the words of JSON Schema. */
export interface StructureError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly schemaPath: string;
}

/** The compiled structure check of a connector body; `errors` is of the last call. */
export const validate: {
  (data: unknown): boolean;
  errors: readonly StructureError[] | null;
};
