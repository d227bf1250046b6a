const CLASS = /\[(?:\\.|[^\]\\])*\]/suy;
const ESCAPE = /\\(?:[pPu]\{[^}]*\}|k<[^>]*>|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|c[A-Za-z]|\d+|.)/suy;
const GROUP = /\((?:\?(?:<?[=!]|<[^>]*>|[a-z-]*:))?/uy;
const QUANTIFIER = /([*+?]|\{(\d+)(,?)(\d*)\})\??/uy;
const CHARACTER = /./suy;

/** What a pattern may cost a backtracking matcher, at most. */
export interface PatternWork {
  /**
   * In how many ways it may take apart one text: the product over repetitions of their possible counts, the sum over
   * alternatives, and once more for every place that a pattern without `^` may begin at.
   */
  readonly ways: number;
  /** Atoms, each as often as it is repeated at least. */
  readonly size: number;
}

/** @param source a pattern that compiles with the flag `u` */
export function measurePattern(source: string, maxLength: number): PatternWork {
  return new PatternMeter(source, maxLength).measure();
}

class PatternMeter {
  readonly #source: string;
  readonly #maxLength: number;
  #index = 0;

  constructor(source: string, maxLength: number) {
    this.#source = source;
    this.#maxLength = maxLength;
  }

  measure(): PatternWork {
    const { ways, size, count } = this.#alternatives();
    const isAnchored = this.#source.startsWith('^') && count === 1;
    return { ways: ways * (isAnchored ? 1 : this.#maxLength + 1), size };
  }

  #alternatives(): PatternWork & { readonly count: number } {
    let { ways, size } = this.#sequence();
    let count = 1;
    while (this.#source.charAt(this.#index) === '|') {
      this.#index += 1;
      const next = this.#sequence();
      ways += next.ways;
      size += next.size;
      count += 1;
    }
    return { ways, size, count };
  }

  #sequence(): PatternWork {
    let ways = 1;
    let size = 0;
    while (this.#index < this.#source.length && !/[|)]/.test(this.#source.charAt(this.#index))) {
      const atom = this.#atom();
      const quantifier = this.#take(QUANTIFIER);
      const part = quantifier === null ? atom : this.#repeat(atom, quantifier);
      ways *= part.ways;
      size += part.size;
    }
    return { ways, size };
  }

  #atom(): PatternWork {
    if (this.#take(GROUP) !== null) {
      const { ways, size } = this.#alternatives();
      this.#index += 1;
      return { ways, size: size + 1 };
    }
    const isTaken = (this.#take(CLASS) ?? this.#take(ESCAPE) ?? this.#take(CHARACTER)) !== null;
    if (!isTaken) throw new RangeError('the pattern does not compile');
    return { ways: 1, size: 1 };
  }

  /** Each count of repetitions is a way, and each repetition has the ways of what is repeated. */
  #repeat({ ways, size }: PatternWork, [, sign, from, comma, to]: RegExpExecArray): PatternWork {
    const least = sign === '*' || sign === '?' ? 0 : sign === '+' ? 1 : Number(from);
    const open = sign === '*' || sign === '+' || (comma === ',' && to === '');
    const most = sign === '?' ? 1 : open ? Number.POSITIVE_INFINITY : comma === ',' ? Number(to) : least;
    const last = Math.max(least, Math.min(most, this.#maxLength));
    return { ways: (last - least + 1) * ways ** last, size: size * Math.max(least, 1) };
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#index;
    const match = pattern.exec(this.#source);
    if (match !== null) this.#index = pattern.lastIndex;
    return match;
  }
}
