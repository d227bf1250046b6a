import { Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { connectorBodyJsonSchema } from '../packages/contract/src/openapi/json-schema.ts';

const NOTICE = '// Generated from the schema of the connector body by scripts/generate-reference.ts. Do not edit.\n';

/** The source of the compiled structure check of a connector body: no eval at run time, no dependency. */
export function bodyCheckSource(): string {
  // `unicode: false` counts UTF-16 code units as zod does, and needs no runtime helper.
  const ajv = new Ajv({
    allErrors: true,
    unicode: false,
    strict: true,
    logger: false,
    // Findings have sentences of their own.
    messages: false,
    code: { source: true, esm: true, lines: true },
  });
  return NOTICE + standaloneCode.default(ajv, ajv.compile(connectorBodyJsonSchema()));
}
