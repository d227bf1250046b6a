import type { ConfigOption } from '../settings/config-options.ts';
import type { Command } from './command.ts';

/** The help of the whole program. */
export function toProgramHelp(commands: readonly Command[]): string {
  const names = commands.map((command) => `${command.name} ${command.argumentsText}`.trim());
  const width = Math.max(...names.map((name) => name.length));
  const lines = commands.map((command, index) => `  ${(names[index] ?? '').padEnd(width)}  ${command.summary}`);
  return `Usage: dip-engine COMMAND [OPTIONS]

The Dipswitch Integration Engine.

Commands:
${lines.join('\n')}

Every command takes --help. All of them work while an engine runs.

Examples:
  dip-engine start
  dip-engine client create --scope "integrations:read integrations:write" --json
`;
}

/** The help of one command. */
export function toCommandHelp(command: Command): string {
  const options = Object.values(command.options);
  const rows = options.map((option) => [toFlagText(option), option] as const);
  const width = Math.max(...rows.map(([text]) => text.length), 0);
  const lines = rows.map(([text, option]) => `  ${text.padEnd(width)}  ${toDescription(option)}`);
  return `Usage: dip-engine ${`${command.name} ${command.argumentsText}`.trim()} [OPTIONS]

${command.summary}

Options:
${lines.join('\n')}

Examples:
${command.examples.map((example) => `  ${example}`).join('\n')}
`;
}

function toFlagText({ flag, placeholder, environment }: ConfigOption): string {
  if (flag === null) return environment;
  return placeholder === null ? `--${flag}` : `--${flag} ${placeholder}`;
}

function toDescription({ flag, description, defaultText, environment, repeatable }: ConfigOption): string {
  const notes = [
    ...(repeatable ? ['repeatable'] : []),
    ...(defaultText === '' ? [] : [`default: ${defaultText}`]),
    ...(flag === null ? ['environment only'] : environment === '' ? [] : [environment]),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join('; ')})`;
}
