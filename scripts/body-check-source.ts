import { Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { connectorBodyJsonSchema, projectFileStructureJsonSchema } from '../packages/contract/src/json-schema.ts';

/** The source of the compiled structure check of a connector body, which says everything that is wrong. */
export function bodyCheckSource(): string {
  return checkSource('the connector body', connectorBodyJsonSchema(), { allErrors: true });
}

/** The source of the compiled structure check of a project file, which only says whether something is wrong. */
export function projectFileCheckSource(): string {
  return checkSource('the project file', projectFileStructureJsonSchema(), { allErrors: false, inlineRefs: false });
}

/** No eval at run time, no dependency. */
function checkSource(
  subject: string,
  schema: object,
  options: { readonly allErrors: boolean; readonly inlineRefs?: boolean },
): string {
  // `unicode: false` counts UTF-16 code units as zod does, and needs no runtime helper.
  const ajv = new Ajv({
    ...options,
    unicode: false,
    strict: true,
    allowUnionTypes: true,
    logger: false,
    code: { source: true, esm: true, lines: true },
  });
  const notice = `// Generated from the schema of ${subject} by scripts/generate-reference.ts. Do not edit.\n`;
  return notice + standaloneCode.default(ajv, ajv.compile(schema));
}
