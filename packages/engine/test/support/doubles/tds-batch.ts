import type { TdsRequest } from './tds-requests.ts';

/** What a batch does, step by step. */
export type TdsStep =
  | { readonly does: 'nothing' }
  | { readonly does: 'xactAbort'; readonly isOn: boolean }
  | { readonly does: 'begin' | 'commit' | 'rollback' | 'rollbackIfOpen' }
  | { readonly does: 'run' | 'describe'; readonly request: TdsRequest };

const CONTROLS: readonly (readonly [RegExp, (match: RegExpExecArray, request: TdsRequest) => TdsStep])[] = [
  [/^set xact_abort (on|off)$/i, ([, value]) => ({ does: 'xactAbort', isOn: value?.toLowerCase() === 'on' })],
  [/^set \w[^;]*$/i, () => ({ does: 'nothing' })],
  [/^begin tran(?:saction)?$/i, () => ({ does: 'begin' })],
  [/^commit(?: tran(?:saction)?)?$/i, () => ({ does: 'commit' })],
  [/^rollback(?: tran(?:saction)?)?$/i, () => ({ does: 'rollback' })],
  [/^if @@trancount > 0 rollback(?: tran(?:saction)?)?$/i, () => ({ does: 'rollbackIfOpen' })],
  [
    /^exec(?:ute)? sys\.sp_executesql (.+)$/is,
    ([, given], request) => ({ does: 'run', request: toInner(request, given) }),
  ],
  [
    /^exec(?:ute)? sys\.sp_describe_first_result_set (.+)$/is,
    ([, given], request) => ({ does: 'describe', request: toInner(request, given) }),
  ],
];

/**
 * Takes a batch apart as far as a client's own framing goes: settings, transactions, and a statement handed on as a
 * value. A batch that is none of that is one statement, whatever is in it: this is no parser of T-SQL.
 */
export function toSteps(request: TdsRequest): readonly TdsStep[] {
  // FreeTDS leaves the line end of its prompt on a batch; tedious puts its settings on a line each.
  const parts = request.statement
    .trim()
    .split(/;|\n(?=set )/i)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const steps: TdsStep[] = [];
  for (const part of parts) {
    const step = toControl(part, request);
    if (step === undefined) return [{ does: 'run', request: { ...request, statement: request.statement.trim() } }];
    steps.push(step);
  }
  return steps;
}

function toControl(part: string, request: TdsRequest): TdsStep | undefined {
  for (const [pattern, toStep] of CONTROLS) {
    const match = pattern.exec(part);
    if (match) return toStep(match, request);
  }
  return undefined;
}

/** Arguments are variables of the outer batch: the text, the declarations, then `@name = @outer` for each value. */
function toInner(request: TdsRequest, given: string | undefined): TdsRequest {
  const variables = new Map(names(request.declarations).map((name, index) => [name, request.parameters[index]]));
  const [statement, declarations, ...values] = (given ?? '')
    .split(',')
    .map((argument) => variables.get(argument.split('=').at(-1)?.trim() ?? '') ?? null);
  return { statement: String(statement), declarations: String(declarations ?? ''), parameters: values };
}

function names(declarations: string): readonly string[] {
  return [...declarations.matchAll(/@\w+/g)].map(([name]) => name);
}
