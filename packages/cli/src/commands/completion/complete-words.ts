import type { Argument, Command, Option } from 'commander';

/** What the shell offers for a word. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What fits the word at the cursor. */
export type WantedWord =
  | { readonly kind: 'known'; readonly candidates: readonly Candidate[] }
  /** Ids of connectors or data actions, which only the server knows; those that stand there already are not wanted. */
  | { readonly kind: 'connectors' | 'actions'; readonly command: Command; readonly given: readonly string[] }
  | { readonly kind: 'contexts' }
  | { readonly kind: 'files' };

const NOTHING: WantedWord = { kind: 'known', candidates: [] };
const FILE_OPTIONS = new Set(['--file', '--out', '--report', '--input-file', '--client-secret-file', '--audit-file']);

/** Reads the words before the cursor against the command tree; the last one is being written. Pure. */
export function toWantedWord(program: Command, words: readonly string[]): WantedWord {
  let command = program;
  let operands: string[] = [];
  let pending: Option | undefined;
  let isOptionsEnd = false;
  for (const word of words.slice(0, -1)) {
    if (pending !== undefined) {
      pending = undefined;
    } else if (!isOptionsEnd && word === '--') {
      isOptionsEnd = true;
    } else if (!isOptionsEnd && word.startsWith('-')) {
      const option = findOption(program, command, word);
      if (option !== undefined && (option.required || option.optional)) pending = option;
    } else {
      const child = operands.length === 0 ? childrenOf(command).find((one) => one.name() === word) : undefined;
      if (child === undefined) operands.push(word);
      else [command, operands] = [child, []];
    }
  }
  const current = words.at(-1) ?? '';
  if (pending !== undefined) return toValueOf(pending);
  if (!isOptionsEnd && current.startsWith('-')) return known(optionsOf(program, command));
  if (operands.length === 0 && command.commands.length > 0) {
    return known(childrenOf(command).map((child) => ({ value: child.name(), description: child.summary() })));
  }
  return toOperand(command, operands);
}

function toOperand(command: Command, operands: readonly string[]): WantedWord {
  const declared = command.registeredArguments;
  const last = declared.at(-1);
  const argument = declared[operands.length] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return NOTHING;
  if (argument.argChoices !== undefined) return known(argument.argChoices.map(plain));
  return toNamedOperand(command, argument, operands);
}

function toNamedOperand(command: Command, argument: Argument, operands: readonly string[]): WantedWord {
  switch (argument.name()) {
    case 'id':
      return { kind: kindOf(command, operands), command, given: operands };
    case 'what':
      return operands.length === 0
        ? known(['connectors', 'actions'].map(plain))
        : { kind: kindOf(command, operands), command, given: operands };
    case 'name':
      return command.parent?.name() === 'context' && command.name() !== 'add' ? { kind: 'contexts' } : NOTHING;
    case 'file':
    case 'planfile':
      return { kind: 'files' };
    default:
      return NOTHING;
  }
}

/** The first operand of get, delete and pull says of what. */
function kindOf(command: Command, operands: readonly string[]): 'connectors' | 'actions' {
  return operands[0] === 'actions' || command.parent?.name() === 'action' ? 'actions' : 'connectors';
}

function toValueOf(option: Option): WantedWord {
  if (option.argChoices !== undefined) return known(option.argChoices.map(plain));
  if (option.long === '--context') return { kind: 'contexts' };
  return FILE_OPTIONS.has(option.long ?? '') ? { kind: 'files' } : NOTHING;
}

function childrenOf(command: Command): readonly Command[] {
  return command.commands.filter((child) => !child.name().startsWith('__'));
}

function optionsOf(program: Command, command: Command): readonly Candidate[] {
  const options = new Map([...program.options, ...command.options].map((option) => [option.long, option]));
  return [...options.values()]
    .filter(({ hidden }) => !hidden)
    .map(({ long, short, description }) => ({ value: long ?? short ?? '', description }));
}

function findOption(program: Command, command: Command, word: string): Option | undefined {
  return [...command.options, ...program.options].find(({ long, short }) => word === long || word === short);
}

function known(candidates: readonly Candidate[]): WantedWord {
  return { kind: 'known', candidates };
}

function plain(value: string): Candidate {
  return { value, description: '' };
}
