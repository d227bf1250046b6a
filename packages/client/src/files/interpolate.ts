import type { SourceFinding } from './desired-state-types.ts';
import { mapScalars, type SourceNode, type SourceScalar } from './source-tree.ts';

export interface Interpolation {
  readonly root: SourceNode;
  readonly findings: readonly SourceFinding[];
}

const VARIABLE = /\$\$\{|\$\{([^}]*)\}/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LONE_VARIABLE = /^\$\{[^}]*\}$/;

/**
 * Replaces `${NAME}` in scalar values, never in keys; `$${` stands for a literal `${`. A value can only become text:
 * no variable adds structure. The exception is an unquoted scalar that is nothing but one variable, which reads as a
 * whole number, `true` or `false` where its value looks like one (`port: ${DB_PORT}`).
 */
export function interpolate(root: SourceNode, variables: Readonly<Record<string, string | undefined>>): Interpolation {
  const findings: SourceFinding[] = [];
  const replaceIn = (scalar: SourceScalar, path: () => string): SourceScalar => {
    const text = scalar.value;
    if (typeof text !== 'string' || !text.includes('${')) return scalar;
    const replaced = text.replace(VARIABLE, (match, name: string | undefined) => {
      if (name === undefined) return '${';
      const value = NAME.test(name) && Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value !== undefined) return value;
      const message = NAME.test(name) ? `the variable ${name} is not set` : 'the name of a variable is malformed';
      findings.push({ code: 'VARIABLE_UNSET', severity: 'error', path: path(), message, source: scalar.source });
      return match;
    });
    return { ...scalar, value: scalar.isPlain && LONE_VARIABLE.test(text) ? readPlain(replaced) : replaced };
  };
  return { root: mapScalars(root, replaceIn), findings };
}

function readPlain(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}
