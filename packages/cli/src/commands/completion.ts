import { Argument, type Command } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';

export function addCompletion(program: Command, runs: Runs): void {
  const completion = addCommand(program, 'completion', 'Write a completion script; it says where it goes', [
    'dip completion bash',
    'dip completion fish',
  ]);
  completion.addArgument(new Argument('<shell>', 'which').choices(['bash', 'zsh', 'fish']));
  runs(completion, async () => (await import('./completion/run-completion.ts')).runCompletion);

  // What those scripts call; hidden, and after -- every word is an operand.
  const complete = program.command('__complete', { hidden: true }).argument('[words...]');
  runs(complete, async () => (await import('./completion/run-complete.ts')).createComplete(program));
}
