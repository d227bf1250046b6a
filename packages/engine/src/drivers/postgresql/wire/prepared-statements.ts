import type { MessageWriter } from './message-writer.ts';
import type { ResultColumns } from './server-messages.ts';

/** More are closed, the one used longest ago first: each costs the server memory. */
const MAX_PREPARED = 200;

/** A statement that a session keeps parsed under a name. */
export class PreparedStatement {
  /** Empty: the unnamed statement, gone with the next Parse. */
  readonly name: string;
  readonly text: string;
  /** Known once the server has described the statement. */
  columns: ResultColumns | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }
}

/** The statements that one session keeps parsed, by text. A name is never used twice. */
export class PreparedStatements {
  readonly #byText = new Map<string, PreparedStatement>();
  readonly #toClose: string[] = [];
  readonly #isKept: boolean;
  #names = 0;

  /** `isKept` false: nothing is kept, because the next statement may meet another session behind a pooler. */
  constructor(isKept: boolean) {
    this.#isKept = isKept;
  }

  find(text: string): PreparedStatement | undefined {
    const found = this.#byText.get(text);
    if (found === undefined || this.#byText.size < MAX_PREPARED) return found;
    // Only a full table needs to know which was used last.
    this.#byText.delete(text);
    this.#byText.set(text, found);
    return found;
  }

  /** Writes the Parse of a statement, after the Close of those that make room for it. */
  parse(text: string, writer: MessageWriter): PreparedStatement {
    if (!this.#isKept) {
      writer.parse('', text);
      return new PreparedStatement('', text);
    }
    if (this.#byText.size >= MAX_PREPARED) {
      const [oldest] = this.#byText.values();
      if (oldest) this.forget(oldest);
    }
    for (const name of this.#toClose.splice(0)) writer.closeStatement(name);
    this.#names += 1;
    const prepared = new PreparedStatement(`dip${this.#names}`, text);
    this.#byText.set(text, prepared);
    writer.parse(prepared.name, text);
    return prepared;
  }

  /** The server did not parse it, does not know it any more, or finds that its tables have changed. */
  forget(prepared: PreparedStatement): void {
    if (this.#byText.get(prepared.text) === prepared) this.#byText.delete(prepared.text);
    // Closing a name that the server does not know is no error there.
    if (prepared.name !== '') this.#toClose.push(prepared.name);
  }

  /** The session lost everything that it had parsed. */
  forgetAll(): void {
    this.#byText.clear();
  }
}
