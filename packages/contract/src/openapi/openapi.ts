import { z } from 'zod';
import { CONNECTOR_TYPES } from '../catalogue/database-catalogue.ts';
import { SECRET_NAME_PATTERN } from '../secrets/secret-reference.ts';
import { VERSION } from '../version.ts';
import { auditRecordSchema } from '../wire/audit.ts';
import { collectionSchema, connectorBodySchema, connectorResourceSchema } from '../wire/connector.ts';
import { ID_PATTERN } from '../wire/connector-limits.ts';
import {
  dataActionBodySchema,
  dataActionDetailSchema,
  dataActionPublishBodySchema,
  dataActionResourceSchema,
  dataActionRollbackBodySchema,
  dataActionTestBodySchema,
} from '../wire/data-action.ts';
import {
  actionPublishedBodySchema,
  configUpdatedBodySchema,
  connectorDeletedBodySchema,
  healthChangedBodySchema,
  secretRotatedBodySchema,
} from '../wire/event.ts';
import { dataActionStatsSchema, dataActionTestResultSchema, executionAnswerSchema } from '../wire/execution.ts';
import { connectorHealthSchema, connectorTestResultSchema, validationResultSchema } from '../wire/health.ts';
import { SCOPES, tokenAnswerSchema, tokenErrorSchema } from '../wire/oauth.ts';
import { problemSchema } from '../wire/problem.ts';
import { PROBLEM_CODES, type ProblemCode } from '../wire/problem-codes.ts';
import { secretCheckBodySchema, secretCheckSchema, secretPutBodySchema, secretResourceSchema } from '../wire/secret.ts';
import type { ApiOperation, ApiParameter, ApiSuccess } from './api-operation.ts';
import type { JsonSchema } from './json-schema.ts';
import { API_OPERATIONS } from './openapi-operations.ts';

const TOKEN_PROBLEMS: readonly ProblemCode[] = [
  'UNAUTHENTICATED',
  'INSUFFICIENT_SCOPE',
  'STATE_UNAVAILABLE',
  'INTERNAL',
];
const BODY_PROBLEMS: readonly ProblemCode[] = ['INVALID_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];
const WRITE_PROBLEMS: readonly ProblemCode[] = ['RATE_LIMITED', 'AUDIT_UNAVAILABLE', 'SHUTTING_DOWN'];

const TAGS = [
  'authentication',
  'connectors',
  'health',
  'data actions',
  'executions',
  'secrets',
  'audit',
  'operations',
] as const;

/** The OpenAPI 3.1 document of the engine, made from the schemas; the engine serves it at `/openapi.json`. */
export function openApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Dipswitch Integration Engine',
      version: VERSION,
      description:
        'Database connectors and data actions for contact centres: registered over REST, validated, health-checked, audited.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: TAGS.map((name) => ({ name })),
    paths: toPaths(),
    webhooks: toWebhooks(),
    components: {
      securitySchemes: {
        oauth: {
          type: 'oauth2',
          flows: {
            clientCredentials: {
              tokenUrl: '/oauth/token',
              scopes: Object.fromEntries(SCOPES.map((scope) => [scope, scope.replace(':', ', ')])),
            },
          },
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
      schemas: Object.fromEntries(
        Object.entries(listComponents()).map(([name, schema]) => [name, toComponent(schema)]),
      ),
    },
  };
}

/** Made on call: code that imports the contract without asking for the document should not pay for it. */
function listComponents(): Readonly<Record<string, z.ZodType>> {
  return {
    ConnectorType: z.enum(CONNECTOR_TYPES),
    ConnectorBody: connectorBodySchema,
    ConnectorResource: connectorResourceSchema,
    ConnectorPage: collectionSchema(connectorResourceSchema),
    ConnectorHealth: connectorHealthSchema,
    ConnectorTestResult: connectorTestResultSchema,
    ValidationResult: validationResultSchema,
    DataActionBody: dataActionBodySchema,
    DataActionResource: dataActionResourceSchema,
    DataActionDetail: dataActionDetailSchema,
    DataActionPage: collectionSchema(dataActionResourceSchema),
    DataActionPublishBody: dataActionPublishBodySchema,
    DataActionRollbackBody: dataActionRollbackBodySchema,
    DataActionTestBody: dataActionTestBodySchema,
    DataActionTestResult: dataActionTestResultSchema,
    DataActionStats: dataActionStatsSchema,
    ExecutionInput: z.record(z.string(), z.json()),
    ExecutionAnswer: executionAnswerSchema,
    AuditPage: collectionSchema(auditRecordSchema),
    SecretPutBody: secretPutBodySchema,
    SecretResource: secretResourceSchema,
    SecretPage: collectionSchema(secretResourceSchema),
    SecretCheckBody: secretCheckBodySchema,
    SecretCheck: secretCheckSchema,
    Problem: problemSchema,
    TokenAnswer: tokenAnswerSchema,
    TokenError: tokenErrorSchema,
    ConfigUpdated: configUpdatedBodySchema,
    ConnectorDeleted: connectorDeletedBodySchema,
    HealthChanged: healthChangedBodySchema,
    SecretRotated: secretRotatedBodySchema,
    ActionPublished: actionPublishedBodySchema,
    JsonObject: z.looseObject({}),
    JsonValue: z.unknown(),
    Text: z.string(),
  };
}

function toComponent(schema: z.ZodType): JsonSchema {
  const made = z.toJSONSchema(schema, { target: 'draft-2020-12', unrepresentable: 'any' });
  const { $schema: _dialect, $defs: _definitions, ...rest } = made;
  // The one schema that refers to itself is that of any JSON value; its reference would lead nowhere in a component.
  return JSON.parse(JSON.stringify(rest), (name, value) =>
    name === '$ref' && String(value).startsWith('#/$defs/') ? '#/components/schemas/JsonValue' : value,
  );
}

function toPaths(): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = { '/oauth/token': { post: tokenOperation() } };
  for (const operation of API_OPERATIONS) {
    const methods = paths[operation.path] ?? {};
    methods[operation.method] = toOperation(operation);
    paths[operation.path] = methods;
  }
  return paths;
}

function toOperation(operation: ApiOperation): object {
  const parameters = [
    ...(operation.path.includes('{connectorId}') ? [CONNECTOR_ID_PARAMETER] : []),
    ...(operation.path.includes('{actionId}') ? [ACTION_ID_PARAMETER] : []),
    ...(operation.path.includes('{name}') ? [SECRET_NAME_PARAMETER] : []),
    ...(operation.query ?? []).map((parameter) => toParameter(parameter, 'query')),
    ...(operation.headers ?? []).map((parameter) => toParameter(parameter, 'header')),
  ];
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    security: toSecurity(operation),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined ? {} : { requestBody: toRequestBody(operation, operation.body) }),
    responses: { ...toSuccess(operation), ...toProblems(operation) },
  };
}

function toSecurity({ scope, takesApiKey }: ApiOperation): object[] {
  if (scope === undefined) return [];
  return [{ oauth: [scope] }, ...(takesApiKey === true ? [{ apiKey: [] }] : [])];
}

function toRequestBody({ bodyMediaTypes = ['application/json'], isBodyOptional }: ApiOperation, body: string): object {
  const schema = toReference(body);
  return {
    required: isBodyOptional !== true,
    content: Object.fromEntries(bodyMediaTypes.map((mediaType) => [mediaType, { schema }])),
  };
}

const ACTION_ID_PARAMETER = {
  name: 'actionId',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: ID_PATTERN.source },
};

const CONNECTOR_ID_PARAMETER = {
  name: 'connectorId',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: ID_PATTERN.source },
};

const SECRET_NAME_PARAMETER = {
  name: 'name',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: SECRET_NAME_PATTERN.source },
};

function toParameter({ name, description, schema }: ApiParameter, place: 'query' | 'header'): object {
  return { name, in: place, required: false, description, schema };
}

function toSuccess({ success }: ApiOperation): Record<string, object> {
  const { status, description, body, mediaType = 'application/json', etag } = success;
  return {
    [status]: {
      description,
      ...(etag === true
        ? { headers: { ETag: { description: 'The revision, quoted.', schema: { type: 'string' } } } }
        : {}),
      ...(body === undefined ? {} : { content: { [mediaType]: { schema: toReference(body) } } }),
    },
  };
}

/** Problems grouped by status, each with the codes that it may carry. */
function toProblems(operation: ApiOperation): Record<string, ResponseObject> {
  const codes = new Set<ProblemCode>([
    ...(operation.body === undefined ? [] : BODY_PROBLEMS),
    ...(operation.body === undefined || operation.answersFindings === true ? [] : (['VALIDATION_FAILED'] as const)),
    ...(operation.problems ?? []),
    ...(operation.scope === undefined ? [] : TOKEN_PROBLEMS),
    ...(operation.scope?.endsWith(':write') ? WRITE_PROBLEMS : []),
  ]);
  const byStatus = Map.groupBy(codes, (code) => PROBLEM_CODES[code].status);
  const statuses = [...byStatus.keys()].sort((left, right) => left - right);
  const problems = Object.fromEntries(
    statuses.map((status) => [status, toProblem(status, byStatus.get(status) ?? [])]),
  );
  return withOtherAnswers(operation.success, problems);
}

/** A status may be that of a problem and of an answer; the media type tells them apart. */
function withOtherAnswers(
  { otherStatuses = {}, body, mediaType = 'application/json' }: ApiSuccess,
  problems: Readonly<Record<string, ResponseObject>>,
): Record<string, ResponseObject> {
  const responses = { ...problems };
  for (const [status, when] of Object.entries(otherStatuses)) {
    const { description, headers, content } = responses[status] ?? toProblem(Number(status), []);
    const answer = body === undefined ? {} : { [mediaType]: { schema: toReference(body) } };
    const isProblem = problems[status] !== undefined;
    responses[status] = {
      description: isProblem ? `${when} ${description}` : when,
      ...(headers === undefined ? {} : { headers }),
      content: { ...answer, ...(isProblem ? content : {}) },
    };
  }
  return responses;
}

interface ResponseObject {
  readonly description: string;
  readonly headers?: object;
  readonly content: object;
}

function toProblem(status: number, codes: readonly ProblemCode[]): ResponseObject {
  const waits = status === 429 || status === 503;
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEM_CODES[code].title}.`).join(' '),
    ...(waits ? { headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } } } : {}),
    content: { 'application/problem+json': { schema: toReference('Problem') } },
  };
}

function tokenOperation(): object {
  const form = {
    type: 'object',
    required: ['grant_type'],
    properties: {
      grant_type: { type: 'string', const: 'client_credentials' },
      client_id: { type: 'string' },
      client_secret: { type: 'string', format: 'password' },
      scope: { type: 'string', description: 'Space separated.' },
    },
  };
  const refusal = (description: string) => ({
    description,
    content: { 'application/json': { schema: toReference('TokenError') } },
  });
  return {
    operationId: 'issueToken',
    tags: ['authentication'],
    summary: 'Issue an access token (RFC 6749 section 4.4); the client may also use HTTP Basic',
    security: [],
    requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: form } } },
    responses: {
      200: {
        description: 'A token that lives one hour.',
        headers: { 'Cache-Control': { schema: { type: 'string', const: 'no-store' } } },
        content: { 'application/json': { schema: toReference('TokenAnswer') } },
      },
      400: refusal('The request, the grant type or the scope is not acceptable.'),
      401: refusal('The client is unknown or its secret is wrong.'),
      503: refusal('Too many failed attempts; see Retry-After.'),
    },
  };
}

function toWebhooks(): object {
  const events = {
    ConfigUpdated: 'CONFIG_UPDATED',
    ConnectorDeleted: 'CONNECTOR_DELETED',
    HealthChanged: 'HEALTH_CHANGED',
    SecretRotated: 'SECRET_ROTATED',
    ActionPublished: 'ACTION_PUBLISHED',
  };
  return Object.fromEntries(
    Object.entries(events).map(([component, event]) => [
      event,
      {
        post: {
          operationId: `receive${component}`,
          summary: `A signed delivery of ${event} (Standard Webhooks)`,
          security: [],
          parameters: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
            name,
            in: 'header',
            required: true,
            schema: { type: 'string' },
          })),
          requestBody: { required: true, content: { 'application/json': { schema: toReference(component) } } },
          responses: { 200: { description: 'Taken. Any 2xx counts; 410 ends the subscription.' } },
        },
      },
    ]),
  );
}

function toReference(component: string): object {
  return { $ref: `#/components/schemas/${component}` };
}
