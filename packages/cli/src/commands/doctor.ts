import type { Command } from 'commander';
import { addCommand, type Runs } from '../tree/add-command.ts';
import { withServer } from '../tree/command-options.ts';

export function addDoctor(program: Command, runs: Runs): void {
  const doctor = addCommand(
    program,
    'doctor',
    'Check settings, server, token, scopes, vault and audit file; exit 2 on a problem',
    ['dip doctor', 'dip doctor --context prod', 'dip doctor -o json'],
  );
  withServer(doctor);
  runs(doctor, async () => (await import('./doctor/run-doctor.ts')).createDoctor(program.version() ?? 'unknown'));
}
