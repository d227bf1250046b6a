import type { ProblemCode } from './problem-codes.ts';
import type { Scope } from './wire/oauth.ts';

/** What a route takes and gives; the document is made from these. */
export interface ApiOperation {
  readonly id: string;
  readonly method: 'get' | 'put' | 'post' | 'delete';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Absent for routes that need no token. */
  readonly scope?: Scope;
  readonly query?: readonly ApiParameter[];
  readonly headers?: readonly ApiParameter[];
  /** Component that the JSON body must follow. */
  readonly body?: string;
  /** What is wrong with the body is the answer, not a refusal. */
  readonly answersFindings?: boolean;
  readonly success: ApiSuccess;
  /** Beside those that every route of its sort may give. */
  readonly problems?: readonly ProblemCode[];
}

export interface ApiParameter {
  readonly name: string;
  readonly description: string;
  readonly schema: object;
}

export interface ApiSuccess {
  readonly status: 200 | 204;
  readonly description: string;
  /** Component of the answer; absent for no body. */
  readonly body?: string;
  readonly mediaType?: string;
  readonly etag?: boolean;
}

const CONNECTORS = '/api/v1/integrations/connectors';
const CONNECTOR = `${CONNECTORS}/{connectorId}`;

const SECRETS = '/api/v1/secrets';
const SECRET = `${SECRETS}/{name}`;

const PAGE_PARAMETERS: readonly ApiParameter[] = [
  {
    name: 'limit',
    description: 'How many items at most; the server may give fewer.',
    schema: { type: 'integer', minimum: 1 },
  },
  { name: 'cursor', description: '`nextCursor` of the page before.', schema: { type: 'string' } },
];

const PRECONDITIONS: readonly ApiParameter[] = [
  { name: 'If-Match', description: 'The revision that must be the stored one.', schema: { type: 'string' } },
  { name: 'If-None-Match', description: '`*`: it must not exist yet.', schema: { type: 'string' } },
];

/** Every route of the engine but the token endpoint, whose forms are not JSON. */
export const API_OPERATIONS: readonly ApiOperation[] = [
  {
    id: 'putConnector',
    method: 'put',
    path: CONNECTOR,
    tag: 'connectors',
    summary: 'Create or replace a connector atomically; an unchanged one keeps its revision',
    scope: 'integrations:write',
    headers: PRECONDITIONS,
    body: 'ConnectorBody',
    success: { status: 200, description: 'The stored connector.', body: 'ConnectorResource', etag: true },
    problems: ['ID_TAKEN', 'PRECONDITION_FAILED'],
  },
  {
    id: 'getConnector',
    method: 'get',
    path: CONNECTOR,
    tag: 'connectors',
    summary: 'Read one connector',
    scope: 'integrations:read',
    success: { status: 200, description: 'The connector.', body: 'ConnectorResource', etag: true },
    problems: ['NOT_FOUND'],
  },
  {
    id: 'listConnectors',
    method: 'get',
    path: CONNECTORS,
    tag: 'connectors',
    summary: 'List connectors, a page at a time',
    scope: 'integrations:read',
    query: [
      ...PAGE_PARAMETERS,
      {
        name: 'type',
        description: 'Only connectors of this type.',
        schema: { $ref: '#/components/schemas/ConnectorType' },
      },
    ],
    success: { status: 200, description: 'One page.', body: 'ConnectorPage' },
    problems: ['INVALID_REQUEST'],
  },
  {
    id: 'deleteConnector',
    method: 'delete',
    path: CONNECTOR,
    tag: 'connectors',
    summary: 'Delete a connector',
    scope: 'integrations:write',
    headers: PRECONDITIONS.slice(0, 1),
    success: { status: 204, description: 'Deleted.' },
    problems: ['NOT_FOUND', 'IN_USE', 'PRECONDITION_FAILED'],
  },
  {
    id: 'validateConnector',
    method: 'post',
    path: `${CONNECTOR}/validate`,
    tag: 'connectors',
    summary: 'Check a connector fully without storing it',
    scope: 'integrations:read',
    body: 'ConnectorBody',
    answersFindings: true,
    success: { status: 200, description: 'Every finding, warnings included.', body: 'ValidationResult' },
  },
  {
    id: 'testConnector',
    method: 'post',
    path: `${CONNECTOR}/test`,
    tag: 'connectors',
    summary: 'Open a real connection with the submitted, unsaved body and say what happened',
    scope: 'integrations:write',
    body: 'ConnectorBody',
    success: { status: 200, description: 'What happened, step by step.', body: 'ConnectorTestResult' },
    problems: ['ID_TAKEN'],
  },
  {
    id: 'getConnectorHealth',
    method: 'get',
    path: `${CONNECTOR}/health`,
    tag: 'health',
    summary: 'Status, last check, latency, error class and recent history',
    scope: 'integrations:read',
    success: { status: 200, description: 'The health of the connector.', body: 'ConnectorHealth' },
    problems: ['NOT_FOUND'],
  },
  {
    id: 'checkConnectorHealth',
    method: 'post',
    path: `${CONNECTOR}/health-checks`,
    tag: 'health',
    summary: 'Check the health of a connector now',
    scope: 'integrations:write',
    success: { status: 200, description: 'The health after the check.', body: 'ConnectorHealth' },
    problems: ['NOT_FOUND'],
  },
  {
    id: 'pauseConnector',
    method: 'post',
    path: `${CONNECTOR}/pause`,
    tag: 'connectors',
    summary: 'Close the pool of a connector and stop its health checks',
    scope: 'integrations:write',
    success: { status: 200, description: 'The connector.', body: 'ConnectorResource', etag: true },
    problems: ['NOT_FOUND'],
  },
  {
    id: 'resumeConnector',
    method: 'post',
    path: `${CONNECTOR}/resume`,
    tag: 'connectors',
    summary: 'Take a paused connector into service again',
    scope: 'integrations:write',
    success: { status: 200, description: 'The connector.', body: 'ConnectorResource', etag: true },
    problems: ['NOT_FOUND'],
  },
  {
    id: 'putSecret',
    method: 'put',
    path: SECRET,
    tag: 'secrets',
    summary: 'Store a secret in the engine’s own store; an unchanged value keeps its version',
    scope: 'integrations:write',
    headers: PRECONDITIONS,
    body: 'SecretPutBody',
    success: { status: 200, description: 'The stored secret, without its value.', body: 'SecretResource', etag: true },
    problems: ['INVALID_REQUEST', 'PRECONDITION_FAILED'],
  },
  {
    id: 'listSecrets',
    method: 'get',
    path: SECRETS,
    tag: 'secrets',
    summary: 'List the secrets of the engine’s own store, a page at a time, without their values',
    scope: 'integrations:read',
    query: PAGE_PARAMETERS,
    success: { status: 200, description: 'One page.', body: 'SecretPage' },
    problems: ['INVALID_REQUEST'],
  },
  {
    id: 'deleteSecret',
    method: 'delete',
    path: SECRET,
    tag: 'secrets',
    summary: 'Delete a secret of the engine’s own store',
    scope: 'integrations:write',
    success: { status: 204, description: 'Deleted.' },
    problems: ['NOT_FOUND'],
  },
  {
    id: 'checkSecrets',
    method: 'post',
    path: `${SECRETS}/check`,
    tag: 'secrets',
    summary: 'Say which references lead to a value, in the order in which they are asked; no value is answered',
    scope: 'integrations:write',
    body: 'SecretCheckBody',
    success: { status: 200, description: 'Whether each of them resolves.', body: 'SecretCheck' },
  },
  {
    id: 'listAuditRecords',
    method: 'get',
    path: '/api/v1/audit',
    tag: 'audit',
    summary: 'The audit records of the caller’s tenant, newest first',
    scope: 'audit:read',
    query: PAGE_PARAMETERS,
    success: { status: 200, description: 'One page.', body: 'AuditPage' },
    problems: ['INVALID_REQUEST'],
  },
  {
    id: 'getAuthorizationServerMetadata',
    method: 'get',
    path: '/.well-known/oauth-authorization-server',
    tag: 'authentication',
    summary: 'Metadata of the authorization server (RFC 8414)',
    success: { status: 200, description: 'The metadata.', body: 'JsonObject' },
  },
  {
    id: 'getKeys',
    method: 'get',
    path: '/.well-known/jwks.json',
    tag: 'authentication',
    summary: 'The public keys that access tokens are signed with (RFC 7517)',
    success: { status: 200, description: 'The keys.', body: 'JsonObject', mediaType: 'application/jwk-set+json' },
  },
  {
    id: 'getLiveness',
    method: 'get',
    path: '/livez',
    tag: 'operations',
    summary: 'Whether the process is alive',
    success: { status: 200, description: 'Alive.', body: 'JsonObject' },
  },
  {
    id: 'getReadiness',
    method: 'get',
    path: '/readyz',
    tag: 'operations',
    summary: 'Whether the engine can serve; 503 with the reasons when it can not',
    success: { status: 200, description: 'Ready.', body: 'JsonObject' },
  },
  {
    id: 'getMetrics',
    method: 'get',
    path: '/metrics',
    tag: 'operations',
    summary: 'Metrics in the Prometheus text format',
    success: { status: 200, description: 'The metrics.', body: 'Text', mediaType: 'text/plain' },
  },
  {
    id: 'getOpenApiDocument',
    method: 'get',
    path: '/openapi.json',
    tag: 'operations',
    summary: 'This document',
    success: { status: 200, description: 'The document.', body: 'JsonObject' },
  },
  {
    id: 'getConsole',
    method: 'get',
    path: '/console/',
    tag: 'operations',
    summary: 'The console, a web page',
    success: { status: 200, description: 'The page.', body: 'Text', mediaType: 'text/html' },
  },
];
