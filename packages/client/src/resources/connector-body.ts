import type { ConnectorBody, ConnectorResource } from '@dipswitch/contract';

/** The part of a stored connector that can be PUT again. */
export function connectorBodyOf(resource: ConnectorResource): ConnectorBody {
  const { connectorId, connectorName, connectorType, description, labels, configuration } = resource;
  return {
    connectorId,
    connectorName,
    connectorType,
    ...(description === undefined ? {} : { description }),
    ...(labels === undefined ? {} : { labels }),
    configuration,
    ...(resource.healthCheck === undefined ? {} : { healthCheck: resource.healthCheck }),
    ...(resource.eventSubscriptions === undefined ? {} : { eventSubscriptions: resource.eventSubscriptions }),
  };
}
