import type { DataActionBody } from '@dipswitch/contract';

/** The part of a stored data action that can be PUT again. */
export function dataActionBodyOf(resource: DataActionBody): DataActionBody {
  const { actionId, connectorId, name, description, labels, statement, access, input, output, limits } = resource;
  const { cache, fallback } = resource;
  return {
    actionId,
    connectorId,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(labels === undefined ? {} : { labels }),
    statement,
    ...(access === undefined ? {} : { access }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(limits === undefined ? {} : { limits }),
    ...(cache === undefined ? {} : { cache }),
    ...(fallback === undefined ? {} : { fallback }),
  };
}
