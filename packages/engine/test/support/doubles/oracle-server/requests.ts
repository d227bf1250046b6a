import { FIELDS } from './oracle-release.ts';
import { decodeValue, findTypeName, type OracleTypeName, type OracleValue } from './oracle-types.ts';
import type { TtcReader } from './ttc-reader.ts';

const FUNCTION = {
  reexecute: 4,
  fetch: 5,
  logoff: 9,
  commit: 14,
  rollback: 15,
  reexecuteAndFetch: 78,
  execute: 94,
  closeCursors: 105,
  authenticate: 115,
  startLogin: 118,
  cancelCursors: 120,
  setEndToEnd: 135,
  ping: 147,
} as const;

const MESSAGE = { function: 3, rowData: 7, piggyback: 17 } as const;
const OPTION = { bind: 0x08, define: 0x10, execute: 0x20, fetch: 0x40, commit: 0x100 } as const;
const COMMIT_AFTER_REEXECUTE = 0x01;

export interface ExecuteRequest {
  readonly kind: 'execute';
  /** Empty when the cursor is known already. */
  readonly statement: string;
  readonly cursorId: number;
  /** False: only parse and describe. */
  readonly isRun: boolean;
  readonly fetchRows: number;
  readonly commits: boolean;
  /** Types of the binds, when they are told; else those of the cursor's last execution count. */
  readonly bindTypes: readonly OracleTypeName[] | undefined;
  readonly defines: readonly OracleTypeName[] | undefined;
  /** Reads the values, by the types that count. */
  readonly readBinds: (types: readonly OracleTypeName[]) => readonly OracleValue[];
}

export type OracleRequest =
  | { readonly kind: 'login'; readonly phase: 1 | 2; readonly username: string; readonly fields: Map<string, string> }
  | ExecuteRequest
  | { readonly kind: 'fetch'; readonly cursorId: number; readonly rows: number }
  | { readonly kind: 'commit' | 'rollback' | 'ping' | 'logoff' };

/** What comes along with the next request instead of a request of its own. */
export type OraclePiggyback =
  | { readonly kind: 'close' | 'cancel'; readonly cursorIds: readonly number[] }
  | { readonly kind: 'module'; readonly name: string };

export function readRequest(
  reader: TtcReader,
  fieldVersion: number,
  onPiggyback: (piggyback: OraclePiggyback) => void,
): OracleRequest {
  for (;;) {
    const message = reader.u8();
    const code = reader.u8();
    reader.skip(1);
    if (fieldVersion >= FIELDS.tokens) reader.number();
    if (message === MESSAGE.piggyback) onPiggyback(readPiggyback(code, reader));
    else if (message === MESSAGE.function) return readFunction(code, reader, fieldVersion);
    else throw new Error(`message ${message} is not known to the double`);
  }
}

function readFunction(code: number, reader: TtcReader, fieldVersion: number): OracleRequest {
  switch (code) {
    case FUNCTION.startLogin:
      return readLogin(1, reader);
    case FUNCTION.authenticate:
      return readLogin(2, reader);
    case FUNCTION.execute:
      return readExecute(reader, fieldVersion);
    case FUNCTION.reexecute:
    case FUNCTION.reexecuteAndFetch:
      return readReexecute(code === FUNCTION.reexecuteAndFetch, reader);
    case FUNCTION.fetch:
      return { kind: 'fetch', cursorId: reader.number(), rows: reader.number() };
    case FUNCTION.commit:
      return { kind: 'commit' };
    case FUNCTION.rollback:
      return { kind: 'rollback' };
    case FUNCTION.ping:
      return { kind: 'ping' };
    case FUNCTION.logoff:
      return { kind: 'logoff' };
    default:
      throw new Error(`function ${code} is not known to the double`);
  }
}

function readLogin(phase: 1 | 2, reader: TtcReader): OracleRequest {
  reader.skip(1);
  reader.skipNumbers(2);
  reader.skip(1);
  const count = reader.number();
  reader.skip(2);
  const username = reader.text();
  const fields = new Map<string, string>();
  for (let index = 0; index < count; index += 1) {
    const key = reader.measuredText();
    fields.set(key, reader.measuredText());
    reader.number();
  }
  return { kind: 'login', phase, username, fields };
}

function readExecute(reader: TtcReader, fieldVersion: number): ExecuteRequest {
  const options = reader.number();
  const cursorId = reader.number();
  const hasText = reader.u8() === 1;
  reader.number();
  reader.skip(1);
  reader.number();
  reader.skip(3);
  const fetchRows = reader.number();
  reader.number();
  reader.skip(1);
  const bindCount = reader.number();
  reader.skip(6);
  const defineCount = reader.number();
  reader.number();
  reader.skip(3);
  reader.number();
  reader.skip(1);
  reader.skipNumbers(2);
  reader.skip(1);
  reader.number();
  reader.skip(1);
  if (fieldVersion >= FIELDS.oracle12_2) {
    reader.skip(1);
    reader.number();
    reader.skip(1);
    reader.number();
    reader.skip(2);
    reader.number();
  }
  const statement = hasText ? reader.text() : '';
  reader.skipNumbers(13);
  const readTypes = (count: number) => Array.from({ length: count }, () => readType(reader, fieldVersion));
  const bindTypes = (options & OPTION.bind) === 0 ? [] : readTypes(bindCount);
  return {
    kind: 'execute',
    statement,
    cursorId,
    isRun: (options & OPTION.execute) !== 0,
    fetchRows: (options & OPTION.fetch) === 0 ? 0 : fetchRows,
    commits: (options & OPTION.commit) !== 0,
    bindTypes,
    defines: (options & OPTION.define) === 0 ? undefined : readTypes(defineCount),
    readBinds: (types) => readValues(reader, types),
  };
}

function readReexecute(fetches: boolean, reader: TtcReader): ExecuteRequest {
  const cursorId = reader.number();
  const iterations = reader.number();
  reader.number();
  const flags = reader.number();
  return {
    kind: 'execute',
    statement: '',
    cursorId,
    isRun: true,
    fetchRows: fetches ? iterations : 0,
    commits: (flags & COMMIT_AFTER_REEXECUTE) !== 0,
    bindTypes: undefined,
    defines: undefined,
    readBinds: (types) => readValues(reader, types),
  };
}

function readType(reader: TtcReader, fieldVersion: number): OracleTypeName {
  const code = reader.u8();
  reader.skip(3);
  reader.skipNumbers(3);
  if (reader.number() > 0) reader.block();
  reader.skipNumbers(2);
  const form = reader.u8();
  reader.number();
  if (fieldVersion >= FIELDS.oracle12_2) reader.number();
  return findTypeName(code, form);
}

function readValues(reader: TtcReader, types: readonly OracleTypeName[]): readonly OracleValue[] {
  if (types.length === 0) return [];
  if (reader.u8() !== MESSAGE.rowData) throw new Error('the binds have no values');
  return types.map((type) => decodeValue(type, reader.block()));
}

function readPiggyback(code: number, reader: TtcReader): OraclePiggyback {
  switch (code) {
    case FUNCTION.closeCursors:
    case FUNCTION.cancelCursors: {
      reader.skip(1);
      const cursorIds = Array.from({ length: reader.number() }, () => reader.number());
      return { kind: code === FUNCTION.closeCursors ? 'close' : 'cancel', cursorIds };
    }
    case FUNCTION.setEndToEnd:
      return { kind: 'module', name: readModule(reader) };
    default:
      throw new Error(`piggyback ${code} is not known to the double`);
  }
}

/** Lengths come first, then the texts that have one, both in the order client, module, action, ecid, info, operation. */
function readModule(reader: TtcReader): string {
  reader.skip(2);
  reader.number();
  const lengths: number[] = [];
  for (let index = 0; index < 9; index += 1) {
    reader.skip(1);
    lengths.push(reader.number());
  }
  // Between ecid and info, and between info and operation, stand fields that oracledb leaves empty.
  const [client = 0, module = 0, action = 0, ecid = 0, , info = 0, , , operation = 0] = lengths;
  const [, name = ''] = [client, module, action, ecid, info, operation].map((length) =>
    length > 0 ? reader.text() : '',
  );
  return name;
}
