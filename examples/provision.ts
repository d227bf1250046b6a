// Brings connectors from files to a server with the library alone:
//   CXONE_BASE_URL=... CXONE_CLIENT_ID=... CXONE_CLIENT_SECRET=... node examples/provision.ts FILE_OR_FOLDER...
// Exit codes as dip's: 0 done, 1 could not do its job, 2 the files have errors, 64 usage.
import { createDipswitchClient, hasChanges, isDipswitchError, loadDesiredState } from '@dipswitch/client';

const { CXONE_BASE_URL, CXONE_CLIENT_ID, CXONE_CLIENT_SECRET, ...variables } = process.env;
const files = process.argv.slice(2);
if (!CXONE_BASE_URL || !CXONE_CLIENT_ID || !CXONE_CLIENT_SECRET || files.length === 0) {
  console.error('set CXONE_BASE_URL, CXONE_CLIENT_ID and CXONE_CLIENT_SECRET, and name files');
  process.exit(64);
}

const desired = await loadDesiredState({ files, variables });
for (const { source, severity, code, message } of desired.findings) {
  console.error(`${source.file}:${source.line}:${source.column} ${severity} ${code}: ${message}`);
}
if (desired.findings.some(({ severity }) => severity === 'error')) process.exit(2);

const client = createDipswitchClient({
  baseUrl: CXONE_BASE_URL,
  clientId: CXONE_CLIENT_ID,
  clientSecret: CXONE_CLIENT_SECRET,
  auditFile: '.dipswitch/audit.jsonl',
});
try {
  const plan = await client.plan(desired);
  for (const change of plan.changes) {
    console.log(`${change.action} ${change.id}`);
    for (const { path, before, after } of change.fields) {
      console.log(`  ${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
    }
  }
  if (hasChanges(plan)) {
    const result = await client.apply(plan, { waitHealthyMs: 30_000 });
    for (const { change, status, failure } of result.results) {
      if (failure !== null)
        console.error(`${change.id} ${status}: ${failure.code}, ${failure.message}. ${failure.hint}`);
    }
    for (const { connectorId, status, message, waitedMs } of result.health ?? []) {
      console.log(`${connectorId} ${status} after ${Math.round(waitedMs)} ms${message === null ? '' : `: ${message}`}`);
    }
    process.exitCode = result.ok ? 0 : 1;
  }
} catch (error) {
  if (!isDipswitchError(error)) throw error;
  console.error(`${error.code}: ${error.message}. ${error.hint}`);
  process.exitCode = 1;
} finally {
  await client.close();
}
