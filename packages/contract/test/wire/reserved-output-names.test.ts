import { answerEnvelopeSchema, RESERVED_OUTPUT_NAMES } from '@dipswitch/contract';
import { expect, it } from 'vitest';

it('reserves the members that every answer has, and rows', () => {
  expect([...RESERVED_OUTPUT_NAMES].sort()).toEqual([...Object.keys(answerEnvelopeSchema.shape), 'rows'].sort());
});
