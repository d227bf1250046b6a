import type { ProblemCode } from '../wire/problem-codes.ts';
import {
  type ApiOperation,
  type ApiParameter,
  type ApiSuccess,
  PAGE_PARAMETERS,
  PRECONDITIONS,
} from './api-operation.ts';

const DATA_ACTIONS = '/api/v1/dataactions';
const DATA_ACTION = `${DATA_ACTIONS}/{actionId}`;

const EXECUTE_PARAMETERS: readonly ApiParameter[] = [
  {
    name: 'profile',
    description: '`studio` (the default) answers every outcome with 200; `rest` gives failures a status of their own.',
    schema: { type: 'string', enum: ['studio', 'rest'], default: 'studio' },
  },
];

const EXECUTE_HEADERS: readonly ApiParameter[] = [
  {
    name: 'X-Deadline-Ms',
    description:
      'Milliseconds in which the answer is wanted; shortens `deadlineMs` of the data action, never the reverse.',
    schema: { type: 'integer', minimum: 1 },
  },
  {
    name: 'Idempotency-Key',
    description: 'Makes a write run once; the stored answer is replayed for 24 hours.',
    schema: { type: 'string' },
  },
  {
    name: 'X-Contact-Id',
    description:
      'The contact that it is for; with the action and the input it stands in for a missing Idempotency-Key.',
    schema: { type: 'string' },
  },
];

const EXECUTE_SUCCESS: ApiSuccess = {
  status: 200,
  description: 'The answer in one line: the outcome, and every declared field.',
  body: 'ExecutionAnswer',
  otherStatuses: {
    429: 'With `profile=rest`: the outcome is `BUSY`.',
    502: 'With `profile=rest`: the outcome is `ERROR`.',
    503: 'With `profile=rest`: the outcome is `UNAVAILABLE`.',
    504: 'With `profile=rest`: the outcome is `TIMEOUT`.',
  },
};

const EXECUTE_PROBLEMS: readonly ProblemCode[] = [
  'INVALID_REQUEST',
  'VALIDATION_FAILED',
  'NOT_FOUND',
  'NOT_PUBLISHED',
  'CONNECTOR_PAUSED',
  'RATE_LIMITED',
  'SHUTTING_DOWN',
];

const STORED: ApiSuccess = { status: 200, description: 'The data action.', body: 'DataActionResource', etag: true };

/** The routes of data actions (section 3 of the contract). */
export const DATA_ACTION_OPERATIONS: readonly ApiOperation[] = [
  {
    id: 'putDataAction',
    method: 'put',
    path: DATA_ACTION,
    tag: 'data actions',
    summary: 'Store a new version as draft; an unchanged body keeps the version',
    scope: 'dataactions:write',
    headers: PRECONDITIONS,
    body: 'DataActionBody',
    success: STORED,
    problems: ['ID_TAKEN', 'PRECONDITION_FAILED'],
  },
  {
    id: 'getDataAction',
    method: 'get',
    path: DATA_ACTION,
    tag: 'data actions',
    summary: 'Read one data action with all its versions, newest first',
    scope: 'dataactions:read',
    success: { status: 200, description: 'The data action.', body: 'DataActionDetail', etag: true },
    problems: ['NOT_FOUND'],
  },
  {
    id: 'listDataActions',
    method: 'get',
    path: DATA_ACTIONS,
    tag: 'data actions',
    summary: 'List data actions, a page at a time',
    scope: 'dataactions:read',
    query: [
      ...PAGE_PARAMETERS,
      { name: 'connector', description: 'Only data actions on this connector.', schema: { type: 'string' } },
    ],
    success: { status: 200, description: 'One page.', body: 'DataActionPage' },
    problems: ['INVALID_REQUEST'],
  },
  {
    id: 'deleteDataAction',
    method: 'delete',
    path: DATA_ACTION,
    tag: 'data actions',
    summary: 'Delete a data action with all its versions; a published one only with `force`',
    scope: 'dataactions:write',
    query: [
      {
        name: 'force',
        description: '`true`, or the name alone: delete it although it is published.',
        schema: { type: 'boolean' },
      },
    ],
    headers: PRECONDITIONS.slice(0, 1),
    success: { status: 204, description: 'Deleted.' },
    problems: ['INVALID_REQUEST', 'NOT_FOUND', 'STILL_PUBLISHED', 'PRECONDITION_FAILED'],
  },
  {
    id: 'publishDataAction',
    method: 'post',
    path: `${DATA_ACTION}/publish`,
    tag: 'data actions',
    summary: 'Make a version the one that runs; without a version the newest one',
    scope: 'dataactions:write',
    headers: PRECONDITIONS.slice(0, 1),
    body: 'DataActionPublishBody',
    isBodyOptional: true,
    success: STORED,
    problems: ['NOT_FOUND', 'UNKNOWN_VERSION', 'PRECONDITION_FAILED'],
  },
  {
    id: 'rollbackDataAction',
    method: 'post',
    path: `${DATA_ACTION}/rollback`,
    tag: 'data actions',
    summary: 'Make a version that ran before the one that runs again; without a version the one before the current one',
    scope: 'dataactions:write',
    headers: PRECONDITIONS.slice(0, 1),
    body: 'DataActionRollbackBody',
    isBodyOptional: true,
    success: STORED,
    problems: ['NOT_FOUND', 'NOT_PUBLISHED', 'UNKNOWN_VERSION', 'PRECONDITION_FAILED'],
  },
  {
    id: 'validateDataAction',
    method: 'post',
    path: `${DATA_ACTION}/validate`,
    tag: 'data actions',
    summary: 'Check a data action fully without storing it',
    scope: 'dataactions:read',
    body: 'DataActionBody',
    answersFindings: true,
    success: { status: 200, description: 'Every finding, warnings included.', body: 'ValidationResult' },
  },
  {
    id: 'testDataAction',
    method: 'post',
    path: `${DATA_ACTION}/test`,
    tag: 'data actions',
    summary: 'Run a version on sample input, undo what it did, and show the plan of its statement',
    scope: 'dataactions:write',
    body: 'DataActionTestBody',
    success: { status: 200, description: 'What happened.', body: 'DataActionTestResult' },
    problems: ['NOT_FOUND', 'UNKNOWN_VERSION', 'CONNECTOR_PAUSED'],
  },
  {
    id: 'executeDataAction',
    method: 'post',
    path: `${DATA_ACTION}/execute`,
    tag: 'executions',
    summary: 'Run the published version with the members of the body as input; JSON is taken under any label',
    scope: 'dataactions:execute',
    takesApiKey: true,
    query: EXECUTE_PARAMETERS,
    headers: EXECUTE_HEADERS,
    body: 'ExecutionInput',
    bodyMediaTypes: ['application/json', 'application/x-www-form-urlencoded'],
    isBodyOptional: true,
    success: EXECUTE_SUCCESS,
    problems: [
      ...EXECUTE_PROBLEMS,
      'EXECUTION_IN_PROGRESS',
      'EXECUTION_IN_DOUBT',
      'IDEMPOTENCY_KEY_REUSED',
      'AUDIT_UNAVAILABLE',
    ],
  },
  {
    id: 'executeReadingDataAction',
    method: 'get',
    path: `${DATA_ACTION}/execute`,
    tag: 'executions',
    summary: 'Run the published version of a data action that reads, with the query parameters as input',
    scope: 'dataactions:execute',
    takesApiKey: true,
    query: [
      ...EXECUTE_PARAMETERS,
      {
        name: 'input',
        description: 'One query parameter for each input property; their names are those of the data action.',
        schema: { type: 'object', additionalProperties: { type: 'string' } },
      },
    ],
    headers: EXECUTE_HEADERS.filter(({ name }) => name !== 'Idempotency-Key'),
    success: EXECUTE_SUCCESS,
    problems: EXECUTE_PROBLEMS,
  },
  {
    id: 'getDataActionStats',
    method: 'get',
    path: `${DATA_ACTION}/stats`,
    tag: 'executions',
    summary: 'Outcomes, times, rows, bytes and cache hits of one data action on the answering engine, since it started',
    scope: 'dataactions:read',
    success: { status: 200, description: 'The statistics.', body: 'DataActionStats' },
    problems: ['NOT_FOUND'],
  },
];
