import {
  type DataActionBody,
  type DatabaseKind,
  type Finding,
  ID_PATTERN,
  type ValidDataAction,
  validateDataAction,
} from '@dipswitch/contract';
import type { StateTransaction } from '../../state/state-database.ts';
import type { Caller } from '../../util/caller.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { ConnectorDirectory, KnownConnector } from '../connectors/connector-directory.ts';
import { notChecked, type StatementCheck } from './statement-check.ts';

export interface DefinitionCheckOptions {
  readonly connectors: ConnectorDirectory;
  readonly statements: Pick<StatementCheck, 'findings'>;
}

/** What is known of a submitted definition; `action` is null when a finding is an error. */
export interface CheckedDefinition {
  readonly action: ValidDataAction | null;
  readonly findings: readonly Finding[];
}

/** Holds definitions to the rules of the contract, to their connector and to the parser of its database. */
export class DefinitionCheck {
  readonly #options: DefinitionCheckOptions;

  constructor(options: DefinitionCheckOptions) {
    this.#options = options;
  }

  /** All findings about a submitted body, errors and warnings. The database is asked last, about what is valid so far. */
  async check(caller: Caller, id: string, body: unknown): Promise<CheckedDefinition> {
    const connectorId = textMember(body, 'connectorId');
    const isId = connectorId !== undefined && ID_PATTERN.test(connectorId);
    const connector = isId ? await this.#options.connectors.find(caller.tenant, connectorId) : undefined;
    const validation = validateDataAction(body, { kind: connector?.kind ?? null });
    const findings = [
      ...findIdMismatch(id, body),
      ...(isId && connector === undefined ? [unknownConnector()] : []),
      ...validation.findings,
    ];
    if (!validation.valid || hasError(findings)) return { action: null, findings };
    const { action } = validation;
    findings.push(...(await this.#askDatabase(caller, action)));
    return { action: hasError(findings) ? null : action, findings };
  }

  /** The same, for what is to be stored or published. @throws ProblemError `VALIDATION_FAILED` with every error */
  async assertValid(caller: Caller, id: string, body: unknown): Promise<ValidDataAction> {
    const { action, findings } = await this.check(caller, id, body);
    if (action === null) throw refusal(findings);
    return action;
  }

  /**
   * The connector of a definition as the transaction sees it, which keeps it from being deleted. The definition is held
   * to the rules again: the connector may have become one of another kind since it was checked.
   * @throws ProblemError `VALIDATION_FAILED`
   */
  async assertConnector(tenant: string, body: DataActionBody, within: StateTransaction): Promise<KnownConnector> {
    const connector = await this.#options.connectors.find(tenant, body.connectorId, within);
    if (connector === undefined) throw noConnector();
    toRunnableDefinition(body, connector.kind);
    return connector;
  }

  async #askDatabase(caller: Caller, action: ValidDataAction): Promise<readonly Finding[]> {
    // Clients that may only read must not make the engine send texts of their own to a database, nor learn what is in it.
    if (!caller.scopes.has('dataactions:write')) {
      return [notChecked('the database is asked for clients with dataactions:write only')];
    }
    return this.#options.statements.findings(action);
  }
}

/**
 * A stored definition as it runs on a connector of this kind. The rules may not allow it there (any more): the connector
 * became one of another kind, or a newer engine knows better.
 * @throws ProblemError `VALIDATION_FAILED`
 */
export function toRunnableDefinition(body: DataActionBody, kind: DatabaseKind): ValidDataAction {
  const validation = validateDataAction(body, { kind });
  if (validation.valid) return validation.action;
  throw refusal(validation.findings);
}

/** The refusal of a definition whose connector is not there. */
export function noConnector(): ProblemError {
  return refusal([unknownConnector()]);
}

function refusal(findings: readonly Finding[]): ProblemError {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return new ProblemError('VALIDATION_FAILED', 'The data action is not valid.', { findings: errors });
}

function hasError(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

function unknownConnector(): Finding {
  return { code: 'UNKNOWN_CONNECTOR', severity: 'error', path: '/connectorId', message: 'is no connector of yours' };
}

function findIdMismatch(id: string, body: unknown): Finding[] {
  const bodyId = textMember(body, 'actionId');
  // A missing or wrongly typed id is a finding of the structure already.
  if (bodyId === undefined || bodyId === id) return [];
  return [{ code: 'ID_MISMATCH', severity: 'error', path: '/actionId', message: 'is not the id of the URL' }];
}

function textMember(body: unknown, name: 'actionId' | 'connectorId'): string | undefined {
  if (typeof body !== 'object' || body === null || !(name in body)) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : undefined;
}
