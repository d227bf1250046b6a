import { createRequire } from 'node:module';
import type { ColumnMetadata } from 'tedious/lib/token/colmetadata-token-parser.js';
import { NotEnoughDataError } from 'tedious/lib/token/helpers.js';
import { NBCRowTokenReader } from 'tedious/lib/token/nbcrow-token-parser.js';
import { RowTokenReader } from 'tedious/lib/token/row-token-parser.js';
import type StreamParserModule from 'tedious/lib/token/stream-parser.js';
import type { TokenReader } from 'tedious/lib/token/stream-parser.js';
import { isPLPStream, PLPReader, readValue } from 'tedious/lib/value-parser.js';
import { readExactValue } from './exact-values.ts';

type StreamParser = InstanceType<typeof StreamParserModule.default>;

// Its typings promise a default export; at run time the module itself is the class.
const StreamParser: typeof StreamParserModule.default = createRequire(import.meta.url)(
  'tedious/lib/token/stream-parser.js',
);

const ENVIRONMENT_CHANGE = 0xe3;
/** The environment changes that tedious reads; the others it prints to the console, one line each. */
const KNOWN_CHANGES: ReadonlySet<number> = new Set([1, 2, 3, 4, 7, 8, 9, 10, 13, 18, 20]);

/** Reads the token stream as tedious does, but decimals without loss, and without a word on the console. */
export class ExactTokenReader extends StreamParser {
  override startTokenReader(reader: TokenReader) {
    if (reader instanceof NBCRowTokenReader) return super.startTokenReader(new ExactNbcRowReader());
    if (reader instanceof RowTokenReader) return super.startTokenReader(new ExactRowReader());
    return super.startTokenReader(reader);
  }

  override readToken() {
    return this.#skipUnknownChange() ? undefined : super.readToken();
  }

  #skipUnknownChange(): boolean {
    const { buffer, position } = this;
    if (buffer[position] !== ENVIRONMENT_CHANGE) return false;
    if (buffer.length < position + 4) throw new NotEnoughDataError(position + 4);
    if (KNOWN_CHANGES.has(buffer.readUInt8(position + 3))) return false;
    const end = position + 3 + buffer.readUInt16LE(position + 1);
    if (buffer.length < end) throw new NotEnoughDataError(end);
    this.position = end;
    return true;
  }
}

class ExactRowReader extends RowTokenReader {
  override readColumns(parser: StreamParser, nullBitmap: Buffer | undefined): void {
    readRow(this, parser, nullBitmap);
  }
}

class ExactNbcRowReader extends NBCRowTokenReader {
  override readColumns(parser: StreamParser, nullBitmap: Buffer | undefined): void {
    readRow(this, parser, nullBitmap);
  }
}

/** Reads the columns that are left; what was read is kept by the row when the rest has not arrived yet. */
function readRow(row: RowTokenReader | NBCRowTokenReader, parser: StreamParser, nullBitmap: Buffer | undefined): void {
  for (let index = row.columns.length; index < parser.colMetadata.length; index += 1) {
    const metadata = parser.colMetadata[index];
    if (metadata === undefined) return;
    const isNull = nullBitmap !== undefined && ((nullBitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
    row.columns.push({ value: isNull ? null : readColumn(row, parser, metadata), metadata });
  }
}

function readColumn(row: RowTokenReader | NBCRowTokenReader, parser: StreamParser, metadata: ColumnMetadata): unknown {
  if (isPLPStream(metadata)) {
    row.plpReader ??= new PLPReader(metadata);
    const value = row.plpReader.read(parser);
    row.plpReader = undefined;
    return value;
  }
  const result =
    readExactValue(parser.buffer, parser.position, metadata.type.name, metadata.scale) ??
    readValue(parser.buffer, parser.position, metadata, parser.options);
  parser.position = result.offset;
  return result.value;
}
