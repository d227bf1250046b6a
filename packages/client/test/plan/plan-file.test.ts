import { describe, expect, it } from 'vitest';
import { diffStates } from '../../src/plan/diff.ts';
import { parsePlanFile, renderPlanFile } from '../../src/plan/plan-file.ts';
import { connectorBody, desiredState } from '../support/bodies.ts';

const PLAN = diffStates(
  desiredState([connectorBody('a'), connectorBody('b')]),
  { server: 'https://dips.example.com', connectors: [], dataActions: null },
  { prune: false },
);
const TEXT = renderPlanFile(PLAN);

describe('plan file', () => {
  it('gives the plan back', () => {
    expect(parsePlanFile(TEXT)).toEqual(PLAN);
  });

  it.each<[string, string]>([
    ['an edited host', TEXT.replace('db.internal.net', 'evil.example')],
    ['an edited action', TEXT.replace('"create"', '"update"')],
    ['a changed digest', TEXT.replace(/"digest": "./, '"digest": "x')],
    ['another version', TEXT.replace('dipswitch-plan/3', 'dipswitch-plan/2')],
    ['a cut-off file', TEXT.slice(0, TEXT.length / 2)],
    ['no JSON', 'hello'],
    ['another JSON', '{"format":"dipswitch-plan/3"}'],
    ['null', 'null'],
    ['a change without a body', TEXT.replaceAll(/"desired": \{/g, '"other": {')],
  ])('refuses %s', (_name, text) => {
    expect(() => parsePlanFile(text)).toThrow(expect.objectContaining({ code: 'PLAN_FILE_INVALID' }));
  });
});
