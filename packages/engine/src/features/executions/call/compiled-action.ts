import type { DatabaseValue, Statement } from '../../../drivers/driver.ts';
import type { RunnableAction } from '../../actions/action-catalogue.ts';
import { ParameterBinding } from '../input/bind-parameters.ts';
import { InputCoercion } from '../input/coerce-input.ts';
import type { InputValue } from '../input/input-values.ts';
import { OutputMapping } from '../output/map-output.ts';
import type { ExecutedAction } from './execution-result.ts';

/** Values weigh more in a row than in an answer (escapes, numbers as text), and some columns are not declared. */
const RAW_BYTES_PER_ANSWER_BYTE = 4;
const RAW_BYTES_SLACK = 65_536;

/** Everything about one version of a data action that does not change from call to call. */
export class CompiledAction {
  readonly action: RunnableAction;
  readonly input: InputCoercion;
  readonly output: OutputMapping;
  /** The same object for every execution: a driver keeps what it knows of it by identity. */
  readonly statement: Statement;
  /** The same object in every result. */
  readonly executed: ExecutedAction;
  readonly #binding: ParameterBinding;

  constructor(action: RunnableAction) {
    const { input, limits, access, statement } = action.definition;
    if (statement === null) throw new TypeError('a data action without a compiled statement cannot run');
    this.action = action;
    this.executed = { version: action.version, access, connectorId: action.connectorId };
    this.input = new InputCoercion(input);
    this.output = new OutputMapping(action.definition);
    this.#binding = new ParameterBinding(input, statement.slots);
    this.statement = Object.freeze({
      text: statement.text,
      access,
      maxRows: limits.maxRows,
      maxBytes: limits.maxBytes * RAW_BYTES_PER_ANSWER_BYTE + RAW_BYTES_SLACK,
      undo: false,
    });
  }

  bind(values: readonly InputValue[]): DatabaseValue[] {
    return this.#binding.bind(values);
  }
}
