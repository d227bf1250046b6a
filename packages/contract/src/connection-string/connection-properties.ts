import { type DatabaseKind, mapDatabaseKinds } from '../catalogue/database-catalogue.ts';
import { ALLOWED_PROPERTIES, type ConnectionProperty, type PropertyValueRule } from './allowed-properties.ts';
import { CREDENTIAL_PROPERTIES, FORBIDDEN_PROPERTIES } from './refused-properties.ts';

export type PropertyVerdict =
  | { readonly kind: 'allowed'; readonly property: ConnectionProperty }
  | { readonly kind: 'forbidden'; readonly name: string }
  | { readonly kind: 'credential' }
  | { readonly kind: 'unknown' };

/** Finds an allowed property by its name in any case. */
export function findAllowedProperty(kind: DatabaseKind, name: string): ConnectionProperty | undefined {
  return ALLOWED_BY_NAME[kind].get(name.toLowerCase());
}

/** Looks a decoded property name up, in any case. */
export function judgeProperty(kind: DatabaseKind, name: string): PropertyVerdict {
  const folded = name.toLowerCase();
  const property = findAllowedProperty(kind, folded);
  if (property !== undefined) return { kind: 'allowed', property };
  if (CREDENTIAL_NAMES.has(folded.replaceAll(/[-_]/g, ''))) return { kind: 'credential' };
  for (const forbidden of FORBIDDEN_FOLDED[kind]) {
    const matches = forbidden.prefix ? folded.startsWith(forbidden.name) : folded === forbidden.name;
    if (matches) return { kind: 'forbidden', name: forbidden.spelling.replace('*', '') };
  }
  return { kind: 'unknown' };
}

/** Puts a decoded value into its canonical form; null when the rule refuses it. */
export function toCanonicalValue(rule: PropertyValueRule, value: string): string | null {
  switch (rule.form) {
    case 'choice': {
      const folded = value.toLowerCase();
      return rule.choices.find((choice) => choice.toLowerCase() === folded) ?? null;
    }
    case 'integer': {
      if (!/^(?:0|[1-9]\d{0,8})$/.test(value)) return null;
      const number = Number(value);
      return number >= rule.min && number <= rule.max ? value : null;
    }
    case 'text':
      return rule.pattern.test(value) ? value : null;
  }
}

/** Says what a rule wants, for messages. */
export function describeRule(rule: PropertyValueRule): string {
  switch (rule.form) {
    case 'choice':
      return `one of: ${rule.choices.join(', ')}`;
    case 'integer':
      return `a whole number from ${rule.min} to ${rule.max}`;
    case 'text':
      return rule.expected;
  }
}

const CREDENTIAL_NAMES: ReadonlySet<string> = new Set(CREDENTIAL_PROPERTIES);

const ALLOWED_BY_NAME = mapDatabaseKinds(
  (kind) => new Map(ALLOWED_PROPERTIES[kind].map((property) => [property.name.toLowerCase(), property])),
);

const FORBIDDEN_FOLDED = mapDatabaseKinds((kind) =>
  FORBIDDEN_PROPERTIES[kind].map((spelling) => {
    const prefix = spelling.endsWith('*');
    return { spelling, prefix, name: (prefix ? spelling.slice(0, -1) : spelling).toLowerCase() };
  }),
);
