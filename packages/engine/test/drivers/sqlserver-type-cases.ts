import * as times from '../support/doubles/tds-time-types.ts';
import type { TdsType } from '../support/doubles/tds-types.ts';
import * as types from '../support/doubles/tds-types.ts';
import type { TypeCase } from './driver-fixture.ts';

export const MOMENT = new Date('2026-02-03T04:05:06.789Z');

/** A type, an expression that a real server evaluates, what the double writes for it, what the driver must read. */
interface SqlserverTypeCase {
  readonly name: string;
  readonly expression: string;
  readonly type: TdsType;
  readonly written: unknown;
  readonly expected: unknown;
  readonly needs?: TypeCase['needs'];
}

const LONG_TEXT = 'Zoë 渡辺 😀 '.repeat(2_000);

const CASES: readonly SqlserverTypeCase[] = [
  { name: 'integer', expression: '7', type: types.int, written: 7, expected: 7 },
  { name: 'tinyint', expression: 'CAST(255 AS tinyint)', type: types.tinyint, written: 255, expected: 255 },
  {
    name: 'smallint',
    expression: 'CAST(-32768 AS smallint)',
    type: types.smallint,
    written: -32_768,
    expected: -32_768,
  },
  {
    name: 'bigint within 2^53',
    expression: 'CAST(9007199254740991 AS bigint)',
    type: types.bigint,
    written: 9_007_199_254_740_991n,
    expected: 9_007_199_254_740_991,
  },
  {
    name: 'bigint beyond 2^53',
    expression: 'CAST(9223372036854775807 AS bigint)',
    type: types.bigint,
    written: 9_223_372_036_854_775_807n,
    expected: '9223372036854775807',
  },
  {
    name: 'short decimal',
    expression: 'CAST(1234.50 AS decimal(10,2))',
    type: types.decimal(10, 2),
    written: '1234.50',
    expected: '1234.50',
  },
  {
    name: 'decimal',
    expression: 'CAST(12345678901234567890.0123456789 AS decimal(30,10))',
    type: types.decimal(30, 10),
    written: '12345678901234567890.0123456789',
    expected: '12345678901234567890.0123456789',
    needs: 'exactDecimal',
  },
  {
    name: 'the longest decimal',
    expression: 'CAST(-99999999999999999999999999999999999999 AS decimal(38,0))',
    type: types.decimal(38, 0),
    written: '-99999999999999999999999999999999999999',
    expected: '-99999999999999999999999999999999999999',
    needs: 'exactDecimal',
  },
  {
    name: 'numeric below one',
    expression: 'CAST(-0.000000000000000001 AS numeric(18,18))',
    type: types.decimal(18, 18, 'numeric'),
    written: '-0.000000000000000001',
    expected: '-0.000000000000000001',
  },
  {
    name: 'money',
    expression: 'CAST(-922337203685477.5808 AS money)',
    type: types.money,
    written: '-922337203685477.5808',
    expected: '-922337203685477.5808',
    needs: 'exactDecimal',
  },
  {
    name: 'smallmoney',
    expression: 'CAST(214748.3647 AS smallmoney)',
    type: types.smallmoney,
    written: '214748.3647',
    expected: '214748.3647',
  },
  { name: 'double', expression: 'CAST(1.5 AS float)', type: types.float, written: 1.5, expected: 1.5 },
  { name: 'real', expression: 'CAST(0.1 AS real)', type: types.real, written: 0.1, expected: 0.1 },
  {
    name: 'boolean',
    expression: 'CAST(1 AS bit)',
    type: types.bit,
    written: true,
    expected: true,
    needs: 'booleanType',
  },
  { name: 'date', expression: "CAST('2026-02-03' AS date)", type: times.date, written: MOMENT, expected: '2026-02-03' },
  {
    name: 'a date before the calendar of today',
    expression: "CAST('0001-01-01' AS date)",
    type: times.date,
    written: new Date('0001-01-01T00:00:00Z'),
    expected: '0001-01-01',
  },
  {
    name: 'time',
    expression: "CAST('04:05:06.789' AS time(3))",
    type: times.time(3),
    written: MOMENT,
    expected: '04:05:06.789',
  },
  {
    name: 'time below a millisecond',
    expression: "CAST('04:05:06.7891234' AS time(7))",
    type: times.time(7),
    written: { at: MOMENT, units: 1_234 },
    expected: '04:05:06.7891234',
  },
  {
    name: 'timestamp',
    expression: "CAST('2026-02-03 04:05:06.789' AS datetime2(3))",
    type: times.datetime2(3),
    written: MOMENT,
    expected: '2026-02-03T04:05:06.789',
  },
  {
    name: 'timestamp below a millisecond',
    expression: "CAST('2026-02-03 04:05:06.7891234' AS datetime2(7))",
    type: times.datetime2(7),
    written: { at: MOMENT, units: 1_234 },
    expected: '2026-02-03T04:05:06.7891234',
  },
  {
    name: 'timestamp of a whole second',
    expression: "CAST('2026-02-03 04:05:06' AS datetime2(0))",
    type: times.datetime2(0),
    written: MOMENT,
    expected: '2026-02-03T04:05:06.000',
  },
  {
    name: 'datetime',
    expression: "CAST('2026-02-03 04:05:06.790' AS datetime)",
    type: times.datetime,
    written: new Date('2026-02-03T04:05:06.790Z'),
    expected: '2026-02-03T04:05:06.790',
  },
  {
    name: 'smalldatetime',
    expression: "CAST('2026-02-03 04:05' AS smalldatetime)",
    type: times.smalldatetime,
    written: MOMENT,
    expected: '2026-02-03T04:05:00.000',
  },
  {
    name: 'timestamp with time zone',
    expression: "CAST('2026-02-03 06:05:06.789 +02:00' AS datetimeoffset(3))",
    type: times.datetimeoffset(3),
    written: MOMENT,
    expected: '2026-02-03T04:05:06.789Z',
    needs: 'zonedTimestamp',
  },
  {
    name: 'uuid',
    expression: "CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier)",
    type: types.uniqueidentifier,
    written: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
    expected: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
  },
  {
    name: 'binary',
    expression: 'CAST(0x00ff AS varbinary(2))',
    type: types.varbinary,
    written: Buffer.from([0, 255]),
    expected: [0, 255],
  },
  {
    name: 'binary of a fixed length',
    expression: 'CAST(0x00ff AS binary(4))',
    type: types.binary,
    written: Buffer.from([0, 255, 0, 0]),
    expected: [0, 255, 0, 0],
  },
  {
    name: 'binary without a limit',
    expression: 'CAST(0x00ff AS varbinary(max))',
    type: types.varbinaryMax,
    written: Buffer.from([0, 255]),
    expected: [0, 255],
  },
  {
    name: 'unicode',
    expression: "N'Zoë 渡辺 😀'",
    type: types.nvarchar,
    written: 'Zoë 渡辺 😀',
    expected: 'Zoë 渡辺 😀',
  },
  { name: 'empty text', expression: "N''", type: types.nvarchar, written: '', expected: '' },
  {
    name: 'text without a limit',
    expression: "REPLICATE(CAST(N'Zoë 渡辺 😀 ' AS nvarchar(max)), 2000)",
    type: types.nvarcharMax,
    written: LONG_TEXT,
    expected: LONG_TEXT,
  },
  {
    name: 'text of one code page',
    expression: "CAST('Zoë' AS varchar(10))",
    type: types.varchar,
    written: 'Zoë',
    expected: 'Zoë',
  },
  {
    name: 'long text of one code page',
    expression: "CAST('Zoë' AS varchar(max))",
    type: types.varcharMax,
    written: 'Zoë',
    expected: 'Zoë',
  },
  {
    name: 'padded text',
    expression: "CAST('ab' AS char(10))",
    type: types.char,
    written: 'ab        ',
    expected: 'ab        ',
  },
  {
    name: 'padded unicode',
    expression: "CAST(N'渡' AS nchar(10))",
    type: types.nchar,
    written: '渡         ',
    expected: '渡         ',
  },
  {
    name: 'xml',
    expression: "CAST('<a>1</a>' AS xml)",
    type: types.xml,
    written: '<a>1</a>',
    expected: '<a>1</a>',
  },
  {
    name: 'variant of a decimal',
    expression: 'CAST(CAST(12345678901234567890.0123456789 AS decimal(38,10)) AS sql_variant)',
    type: types.variant,
    written: '12345678901234567890.0123456789',
    expected: '12345678901234567890.0123456789',
    needs: 'exactDecimal',
  },
  {
    name: 'variant of an amount',
    expression: 'CAST(CAST(922337203685477.5807 AS money) AS sql_variant)',
    type: types.variant,
    written: 9_223_372_036_854_775_807n,
    expected: '922337203685477.5807',
    needs: 'exactDecimal',
  },
  {
    name: 'variant of an integer',
    expression: 'CAST(7 AS sql_variant)',
    type: types.variant,
    written: 7,
    expected: 7,
  },
];

const NULL_TYPES: readonly TdsType[] = [...new Map(CASES.map(({ type }) => [type.name, type] as const)).values()];

const NULL_CASES: readonly SqlserverTypeCase[] = NULL_TYPES.map((type) => ({
  name: `null of ${type.name}`,
  expression: `CAST(NULL AS ${type.name})`,
  type,
  written: null,
  expected: null,
}));

/** What the suite asks. */
export const TYPE_CASES: readonly TypeCase[] = [...CASES, ...NULL_CASES].map(
  ({ name, expression, expected, needs }) => ({
    name,
    statement: toStatement(expression),
    expected,
    ...(needs === undefined ? {} : { needs }),
  }),
);

/** What the double answers. */
export const WRITTEN_BY_STATEMENT: ReadonlyMap<string, { readonly type: TdsType; readonly written: unknown }> = new Map(
  [...CASES, ...NULL_CASES].map(({ expression, type, written }) => [toStatement(expression), { type, written }]),
);

function toStatement(expression: string): string {
  return `SELECT ${expression} AS value`;
}
