import { parseArgs } from 'node:util';
import { EngineError } from '../util/engine-error.ts';
import type { ConfigOption } from './config-options.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The command line or the environment is not valid. Every problem is listed; none repeats a value. */
export class UsageError extends EngineError {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** A value and where it came from, for messages: `--port` or `DIP_PORT`. */
export interface GivenValue {
  readonly source: string;
  readonly values: readonly string[];
}

/** What was given, by option; one that reads fewer options can be handed what reads more. */
export interface GivenOptions<Name extends string> {
  get(name: Name): GivenValue | undefined;
  has(name: Name): boolean;
}

export interface ReadOptions<Name extends string> {
  readonly given: GivenOptions<Name>;
  readonly positionals: readonly string[];
  readonly isHelp: boolean;
}

/**
 * Reads flags and their environment twins; a flag wins over its twin, an empty twin counts as not given.
 * @throws UsageError for flags that are not known or lack their value
 */
export function readOptions<Name extends string>(
  options: Readonly<Record<Name, ConfigOption>>,
  argv: readonly string[],
  environment: Environment,
): ReadOptions<Name> {
  const names = Object.keys(options).filter((name): name is Name => name in options);
  const flags: Record<string, { type: 'string' | 'boolean'; multiple: true }> = {};
  for (const name of names) {
    const { flag, placeholder } = options[name];
    if (flag !== null) flags[flag] = { type: placeholder === null ? 'boolean' : 'string', multiple: true };
  }
  const { values, positionals } = parse(argv, flags);
  const given = new Map<Name, GivenValue>();
  const problems: string[] = [];
  for (const name of names) {
    const value = givenFor(options[name], values, environment);
    if (value === undefined) continue;
    if (value.values.length > 1 && !options[name].repeatable) problems.push(`${value.source} is given more than once`);
    given.set(name, value);
  }
  if (problems.length > 0) throw new UsageError(problems);
  return { given, positionals, isHelp: values.help !== undefined };
}

type ParsedValues = Readonly<Record<string, ReadonlyArray<string | boolean> | undefined>>;

function parse(
  argv: readonly string[],
  flags: Record<string, { type: 'string' | 'boolean'; multiple: true }>,
): { values: ParsedValues; positionals: readonly string[] } {
  try {
    return parseArgs({
      args: [...argv],
      options: { ...flags, help: { type: 'boolean', short: 'h', multiple: true } },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    // Node's message names the flag; what follows its first sentence is advice about this very API.
    const message = error instanceof Error ? error.message.split(/\. |\n/, 1)[0] : 'the command line is not valid';
    throw new UsageError([(message ?? '').replace(/\.$/, '')]);
  }
}

function givenFor(option: ConfigOption, values: ParsedValues, environment: Environment): GivenValue | undefined {
  const fromFlag = option.flag === null ? undefined : values[option.flag];
  if (fromFlag !== undefined) return { source: `--${option.flag}`, values: fromFlag.map(String) };
  const twin = environment[option.environment];
  if (twin === undefined || twin === '') return undefined;
  const listed = option.repeatable ? twin.split(',').map((value) => value.trim()) : [twin];
  return { source: option.environment, values: listed };
}
