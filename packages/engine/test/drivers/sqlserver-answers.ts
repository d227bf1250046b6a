import type { TdsRequest } from '../support/doubles/tds-requests.ts';
import * as times from '../support/doubles/tds-time-types.ts';
import type { TdsAnswer } from '../support/doubles/tds-tokens.ts';
import * as types from '../support/doubles/tds-types.ts';
import { TABLE_ROWS } from './driver-execution-conformance.ts';
import { SQLSERVER_DIALECT } from './sqlserver-script.ts';
import { WRITTEN_BY_STATEMENT } from './sqlserver-type-cases.ts';

type Answer = (request: TdsRequest) => TdsAnswer | undefined;

/** What a connector asks when it names no query of its own. */
const HEALTH_QUERY = 'SELECT 1';
const MANY_ROWS = 100_000;
const WIDE_CHARACTERS = 300_000;

const ECHO_TYPES: Readonly<Record<string, types.TdsType>> = {
  'nvarchar(max)': types.nvarcharMax,
  int: types.int,
  float: types.float,
  bigint: types.bigint,
  bit: types.bit,
  'datetimeoffset(3)': times.datetimeoffset(3),
  'varbinary(max)': types.varbinaryMax,
};

/** The double's answers to the statements of the suite, with a table of its own for each call. */
export function createSqlserverAnswers(): Answer {
  const notes = createNotesTable();
  return (request) => {
    const { statement, parameters } = request;
    if (statement.startsWith('WAITFOR DELAY')) return { waits: true };
    if (statement.startsWith('SELEC ')) return { error: 102, message: 'Incorrect syntax.' };
    if (statement.includes('SERVERPROPERTY')) {
      const column = { name: '', type: types.nvarchar };
      return { columns: [column, column], rows: [['16.0.1000.6', 'READ_WRITE']] };
    }
    const echo = /^SELECT CAST\(@p1 AS ([^)]+\)?)\) AS value$/.exec(statement);
    const echoType = ECHO_TYPES[echo?.[1] ?? ''];
    if (echoType) return oneValue('value', echoType, parameters[0] ?? null);
    const written = WRITTEN_BY_STATEMENT.get(statement);
    if (written) return oneValue('value', written.type, written.written);
    return answerConstant(statement) ?? notes(request);
  };
}

function answerConstant(statement: string): TdsAnswer | undefined {
  switch (statement) {
    case SQLSERVER_DIALECT.one:
    case SQLSERVER_DIALECT.stacked:
      return oneValue('one', types.int, 1);
    case HEALTH_QUERY:
      return oneValue('', types.int, 1);
    case SQLSERVER_DIALECT.many:
      return { columns: [{ name: 'n', type: types.bigint }], rows: countTo(MANY_ROWS) };
    case SQLSERVER_DIALECT.wide:
      return oneValue('value', types.nvarcharMax, 'x'.repeat(WIDE_CHARACTERS));
    default:
      return undefined;
  }
}

function* countTo(last: number): Generator<readonly [number]> {
  for (let n = 1; n <= last; n += 1) yield [n];
}

function oneValue(name: string, type: types.TdsType, value: unknown): TdsAnswer {
  return { columns: [{ name, type }], rows: [[value]] };
}

/** The table of the suite, in memory: each statement is known by its text, and what it does can be undone. */
function createNotesTable(): Answer {
  const { table } = SQLSERVER_DIALECT;
  const notes = new Map(Array.from({ length: TABLE_ROWS }, (_, index) => [index + 1, `note-${index + 1}`]));
  const id = { name: 'id', type: types.int };
  const note = { name: 'note', type: types.nvarchar };
  const insert = (key: number, text: string) => {
    notes.set(key, text);
    return () => {
      notes.delete(key);
    };
  };
  return ({ statement, parameters }) => {
    const [first, second] = parameters;
    switch (statement) {
      case table.insert:
        return { changed: 1, undo: insert(Number(first), String(second)) };
      case table.count:
        return oneValue('total', types.int, notes.size);
      case table.all:
        return { columns: [id, note], rows: [...notes].sort(([a], [b]) => a - b) };
      case table.lookup:
        return { columns: [note], rows: notes.has(Number(first)) ? [[notes.get(Number(first))]] : [] };
      case table.byNote:
        return { columns: [id], rows: [...notes].filter(([, text]) => text === first).map(([key]) => [key]) };
      case table.removeAdded: {
        const removed = [...notes].filter(([key]) => key > Number(first));
        for (const [key] of removed) notes.delete(key);
        return {
          changed: removed.length,
          undo: () => {
            for (const [key, text] of removed) notes.set(key, text);
          },
        };
      }
      default:
        return statement.startsWith('INSERT INTO dip_notes (id, note) EXEC')
          ? { waits: true, undo: insert(Number(first), 'slow') }
          : undefined;
    }
  };
}
