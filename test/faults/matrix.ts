export type FaultState = 'shown' | 'shown in part' | 'fails' | 'not built';

/** One fault of the matrix. Its tests are the files `NN-*.test.ts` in the `faults` folders. */
export interface FaultRow {
  readonly row: number;
  readonly title: string;
  /** What must hold, with the bound that a test asserts. */
  readonly holds: string;
  /** Judged by reading the tests against the row; `scripts/generate-faults.ts` holds it against files and results. */
  readonly claim: FaultState;
  /** What is missing, by how much it fails, or what there is today; empty for `shown`. */
  readonly remark: string;
  /** Rounds that the row asks for; a result of fewer shows it in part. */
  readonly rounds?: number;
}

export const LAST_ROW = 52;

export const FAULT_AREAS = [
  { title: 'Provisioner', from: 1, to: 17 },
  { title: 'Engine process and state', from: 18, to: 37 },
  { title: 'Databases and data actions', from: 38, to: 51 },
  { title: 'Webhooks', from: 52, to: 52 },
] as const;

const shown = (row: number, title: string, holds: string, rounds?: number): FaultRow => ({
  row,
  title,
  holds,
  claim: 'shown',
  remark: '',
  ...(rounds === undefined ? {} : { rounds }),
});

const inPart = (row: number, title: string, holds: string, remark: string, rounds?: number): FaultRow => ({
  row,
  title,
  holds,
  claim: 'shown in part',
  remark,
  ...(rounds === undefined ? {} : { rounds }),
});

const fails = (row: number, title: string, holds: string, remark: string): FaultRow => ({
  row,
  title,
  holds,
  claim: 'fails',
  remark,
});

const notBuilt = (row: number, title: string, holds: string, today: string): FaultRow => ({
  row,
  title,
  holds,
  claim: 'not built',
  remark: today,
});

const PROVISIONER: readonly FaultRow[] = [
  shown(
    1,
    'The server answers 429 with Retry-After in seconds',
    'One gate closes for all workers; nobody sends before the named time, what was on the wire already aside; the run completes and loses nothing.',
  ),
  shown(
    2,
    '429 with a date, a past date, 0, -1, 1e9, a word, or no Retry-After',
    'It is obeyed where it makes sense and replaced by a jittered wait where it does not; an absurd value is capped, and the cap is counted.',
  ),
  shown(
    3,
    "The server's limit halves in the middle of a run and doubles later",
    'Within 10 % of the new limit after 3 s at most; at most 5 % of the calls wasted.',
  ),
  shown(
    4,
    '503 on 30 % of the calls',
    'Repeated within the quota; the share of repeats is reported; the run ends when repeats are over 10 % after the reserve, unless told to keep going.',
  ),
  shown(
    5,
    'The answer is lost after the server has committed',
    'The repeated PUT finds its change: same revision, one audit record, and the next plan has no changes.',
  ),
  shown(
    6,
    'A reset in the body, JSON cut off, a wrong content type, an error body of 10 MB',
    'Each is reported with its own code; no more than the bound of the body is read; nothing crashes.',
  ),
  shown(
    7,
    'The server accepts and never answers',
    'The deadline of the whole call fires; the other workers are not held up.',
  ),
  shown(
    8,
    'The token expires in the middle of a run: 500 calls get 401 at once',
    'Exactly one refresh, and each request is repeated once at most.',
  ),
  inPart(
    9,
    'The token endpoint is away for 60 s',
    'The run pauses and goes on by itself; when its patience is over it ends, and the exit code says that nobody could be authenticated.',
    'the library, on a clock that runs faster; `dip` has no exit code of its own for it: it ends with 1 and names AUTH_UNAVAILABLE',
  ),
  inPart(
    10,
    'Two applies at once on the same ids',
    'The loser gets 412 with the hint to plan again; what is stored is that of one of them, never mixed.',
    'held for each connector; across connectors each of the two may win some, so the set as a whole can be mixed',
  ),
  shown(
    11,
    'kill -9 of the CLI at a random point, 200 times',
    'The rerun converges; at most one write more than there are changes for each kill; the journal stays readable.',
    200,
  ),
  inPart(
    12,
    'The disk is full or read-only when the journal or the report is written',
    'The run stops before its next write to the server and says what was applied.',
    'the disk fills up in the middle of a run, but is read-only only from the beginning of one',
  ),
  shown(
    13,
    'stdout is closed; SIGINT once and twice',
    'The first SIGINT finishes what is in flight, the second drops it; the summary is written to its file in each case.',
  ),
  shown(
    14,
    '3 % of the items are rejected with 400',
    'The rest is applied; exit code 1; a list for machines; a rerun of the failures sends nothing else.',
  ),
  shown(
    15,
    "The client's clock is ten minutes off, either way",
    "No loop of tokens; a date in Retry-After is taken relative to the server's own Date.",
  ),
  shown(
    16,
    'The server changed after the plan was made',
    'Apply refuses the stale plan as a whole and changes nothing.',
  ),
  inPart(
    17,
    'A vault reference is missing or denied',
    'That connector fails in the plan, and the text of the reference is never used as the secret.',
    'a plan looks only with `--check-secrets`, and then fails as a whole, not that connector alone; without it, the health of the connector shows it. The vault that denies is asked by `dip secrets check --vault` only, not by the engine',
  ),
];

const ENGINE: readonly FaultRow[] = [
  inPart(
    18,
    'kill -9 of the engine at random times under mixed load, 500 times',
    'No acknowledged change is lost, none is without an audit record, none is there twice; ready within 2 s each time; the outbox goes on.',
    'the load reads, writes and deletes connectors and stores secrets; it executes no data action',
    500,
  ),
  inPart(
    19,
    'SIGTERM under load',
    'Not ready at once; what is in flight ends within the grace time; no acknowledged request is lost; pools are closed; exit code 0.',
    '"at once" is held to 1 s; data actions are under way in a test of their own, without the other load',
  ),
  notBuilt(
    20,
    'Rolling restart of three engines',
    'No client sees an error that a retry does not cure.',
    'state tests of two engines on one PostgreSQL (deliveries, audit, signing keys); none restarts engines under load',
  ),
  notBuilt(
    21,
    'An engine that holds a lease is stopped for 30 s',
    'Another takes over; the first is fenced when it goes on, and nothing is delivered twice under different ids.',
    'state tests: a delivery is given to another engine when its lease ends, and what the first settles then is refused',
  ),
  notBuilt(
    22,
    'The network between an engine and its state database is cut',
    'Changes are answered 503 within 1 s of the detection; data actions go on from what is cached, for a bounded time, and /readyz says so.',
    'a state test: not ready and 503 when the state is gone; nothing cuts the network, and there is no bound on stale configuration',
  ),
  notBuilt(
    23,
    'The state database is restarted',
    'Back within 5 s; no acknowledged change is lost.',
    'a state test breaks a connection in a transaction, another takes the database away from the dispatcher for a while',
  ),
  notBuilt(
    24,
    'The state database fails over, the old primary is read-only',
    'SQLSTATE 25006 evicts the connection; writes go on within 10 s of the new primary.',
    'nothing for the state database; row 42 has it for the databases of connectors',
  ),
  notBuilt(
    25,
    'The answer to a COMMIT is lost',
    'What became of it is read, not guessed.',
    'a state test: one record is chained when the database ran the work more than once',
  ),
  inPart(
    26,
    'fdatasync of the audit file fails with EIO',
    'Changes are answered 503; no second sync is tried; log, readiness and metric say so; a restart goes on from the last good record.',
    'the audit file only: no call on the files of the embedded state fails',
  ),
  notBuilt(
    27,
    'The volume of the audit file is full',
    'Changes are answered 503 AUDIT_UNAVAILABLE, reads are served, and it recovers when there is space.',
    'unit tests of the audit trail in which a write fails with ENOSPC; no volume is filled, and recovery takes a restart',
  ),
  notBuilt(
    28,
    'An audit sink blocks',
    'A bounded buffer, then changes are refused; another sink that works is enough.',
    'there is one sink, the file; unit tests hold the bound of its buffer',
  ),
  inPart(
    29,
    'A torn last record, a flipped bit, records deleted from the audit file',
    'The tail is cut with a record of the cut; `dip audit verify` names the record that is wrong.',
    'records in the middle of the one file are deleted, not a whole file of a rotated trail',
  ),
  notBuilt(
    30,
    'The clock jumps by +1 h or -2 h while the engine runs',
    'Schedules do not move, tokens are judged with 60 s of skew at most, the audit sequence grows.',
    'unit tests on a fake clock: the health schedule, event timestamps that grow although the clock is set back',
  ),
  notBuilt(
    31,
    'A limit of 64 file descriptors',
    '503 and a metric, no crash, recovery.',
    'a cap on connections per address and in all (row 37); nothing runs out of descriptors',
  ),
  notBuilt(
    32,
    'A memory limit of 150 MB and giant results',
    'The caps on rows and bytes keep it within the limit; if it is killed all the same, no acknowledged change is lost.',
    'rows 34 and 50 hold the memory of a driver with a million rows and with rows of gigabytes; no engine runs under a limit',
  ),
  notBuilt(
    33,
    'A CPU quota of 20 %',
    'Health intervals stretch, and no database is called down for it.',
    'unit tests of the health schedule on a fake clock',
  ),
  shown(
    34,
    'A statement has a million rows',
    'p99 of the delay of the event loop under 100 ms; no more is kept than the caps allow.',
  ),
  shown(
    35,
    'The same Idempotency-Key at once, with another body, and after a crash',
    '409 while the first runs, 422 for another body, otherwise the stored answer byte for byte; a write runs once.',
  ),
  fails(
    36,
    'Ten times the load that the pool can take',
    'p99 of a refusal under 20 ms, at least 80 % of the peak answered well, both at once; everybody served again within 5 s.',
    'measured with the load generator, the engine and the database on the same cores',
  ),
  shown(
    37,
    'Headers or a body at a byte a second; 5 000 idle connections',
    'Headers end after 10 s, a body after 30 s; a cap per address; the others are served.',
  ),
];

const DATABASES: readonly FaultRow[] = [
  inPart(
    38,
    'The database refuses connections',
    'A caller waits no longer than the connect timeout; the breaker opens; then a refusal takes under 5 ms; one probe at a time goes out.',
    'only the number of probes is counted here; that they go out one at a time and with jitter is left to unit tests on a fake clock',
  ),
  inPart(
    39,
    'Established connections are black-holed',
    'Each deadline holds; the pool is never stuck at zero and is full again within 3 s.',
    'a proxy swallows the bytes and still acknowledges them, so TCP keepalive and user timeout are not tested',
  ),
  shown(
    40,
    'A backend, or the whole database server, is frozen',
    'The deadline holds; the connection is discarded and not used again.',
  ),
  shown(41, 'An administrator ends idle sessions', 'The process goes on, and the next call works.'),
  inPart(
    42,
    'Failover: the old primary is read-only',
    'Connectors that write leave it; a passing `SELECT 1` does not report it as up; writes go on within 10 s.',
    'PostgreSQL only',
  ),
  fails(
    43,
    'The name service says NXDOMAIN or SERVFAIL, takes 5 s, or a record moves',
    'Each is told apart from the others; nothing else waits for it; a moved record is followed within its TTL and one check.',
    'connections that are open stay at the old address until they break or their lifetime of half an hour ends; only new ones follow the record. The rest of the row passes',
  ),
  shown(
    44,
    'The database has no connection left',
    'The pool serves with what it has and asks for more only now and then.',
  ),
  inPart(
    45,
    'The password of the database is changed',
    'The reference is resolved again, the pool is replaced, and no storm of logins locks the account: at most ten in a minute.',
    'PostgreSQL and the local secret store only',
  ),
  inPart(
    46,
    'A statement is slower than its deadline',
    'It is cancelled on the server; 504; no setting, transaction or lock of it reaches the next caller.',
    'the driver alone: the 504 of the answer has unit tests of the route',
  ),
  inPart(
    47,
    'A spike of 50 callers on 5 connections that take 150 ms to open',
    'Bounded growth; p99 at most twice that of a pool of fixed size.',
    'PostgreSQL only',
  ),
  shown(48, 'Idle connections are dropped on the way (NAT)', 'No caller sees an error.'),
  inPart(
    49,
    'A wrong protocol, an expired certificate, one for another host, a downgrade',
    'Each has its own code; nothing is ever sent in plain text.',
    'PostgreSQL and MariaDB; SQL Server and Oracle have it in the tests of their drivers',
  ),
  inPart(
    50,
    'A hostile server: routes, redirects, LOCAL INFILE, 10⁷ rounds of a key derivation, rows of 2 GB, endless notices',
    'Refused or cut off; no file is read; at most 100 ms of processor time.',
    'processor time is held for the key derivations only: elsewhere the hostile server works in the same process',
  ),
  inPart(
    51,
    '300 of 1 000 databases are dead',
    'The others keep at least 90 % of their throughput and at most twice their p99; checks go on; no flood of log lines.',
    'the traffic of health checks is not counted, only that each healthy database is checked at its interval',
  ),
];

const WEBHOOKS: readonly FaultRow[] = [
  notBuilt(
    52,
    'A receiver that fails in every way; a crash between commit and send; two workers; a rotated secret; DNS rebinding; one bad endpoint among 1 000',
    'The published schedule; each committed event arrives at least once under one id; both signatures while a rotation overlaps; the bad endpoint hinders no other.',
    'unit and state tests of verdicts, schedule, places, leases, rotation and of one silent endpoint among others; rows 18 and 19 hold the outbox over kills; nothing injects all of it into an engine',
  ),
];

export const FAULT_ROWS: readonly FaultRow[] = [...PROVISIONER, ...ENGINE, ...DATABASES, ...WEBHOOKS];
