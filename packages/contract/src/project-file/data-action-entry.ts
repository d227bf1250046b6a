import { z } from 'zod';
import { ID_PATTERN } from '../wire/connector-limits.ts';
import { dataActionBodySchema } from '../wire/data-action.ts';

const { actionId: _actionId, connectorId: _connectorId, ...sharedShape } = dataActionBodySchema.shape;

/** One entry of `dataActions` in a project file: the body of the wire with the short names of files; structure only. */
export const dataActionEntrySchema = z.strictObject({
  id: z.string().regex(ID_PATTERN, 'must be 1 to 128 letters, digits and . _ -'),
  connector: z.string().regex(ID_PATTERN, 'must be the id of a connector'),
  ...sharedShape,
});
export type DataActionEntry = z.infer<typeof dataActionEntrySchema>;
