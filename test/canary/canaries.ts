import { randomBytes } from 'node:crypto';

/** A secret that is planted in one place, so that whatever carries it says where it came from. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

export interface Sighting {
  readonly canary: string;
  readonly form: string;
  readonly surface: string;
}

/** Where something of the product can be read: a log, an answer, a file. */
export interface Surface {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A canary in the alphabet that a value of its kind has; letters and digits go everywhere unchanged. */
export function createCanary(name: string): Canary {
  return { name, value: `Canary${randomBytes(12).toString('hex')}${randomBytes(3).toString('hex').toUpperCase()}` };
}

/** Every sighting of any canary on any surface, in any of the forms that a careless encoder would give it. */
export function findCanaries(canaries: readonly Canary[], surfaces: readonly Surface[]): Sighting[] {
  return surfaces.flatMap((surface) => {
    // Bytes as latin1: one character a byte, so that binary files are searched as they are.
    const text = Buffer.from(surface.content).toString('latin1');
    const folded = text.toLowerCase();
    return canaries.flatMap((canary) =>
      listForms(canary.value)
        .filter(({ needle, anyCase }) => (anyCase ? folded.includes(needle.toLowerCase()) : text.includes(needle)))
        .map(({ form }) => ({ canary: canary.name, form, surface: surface.name })),
    );
  });
}

interface Form {
  readonly form: string;
  readonly needle: string;
  readonly anyCase: boolean;
}

function listForms(value: string): Form[] {
  const bytes = Buffer.from(value, 'utf8');
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const unicode = [...value].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  return [
    { form: 'plain', needle: bytes.toString('latin1'), anyCase: true },
    { form: 'percent', needle: encodeURIComponent(value), anyCase: true },
    { form: 'percent, every byte', needle: percent, anyCase: true },
    { form: 'JSON-escaped', needle: Buffer.from(JSON.stringify(value).slice(1, -1)).toString('latin1'), anyCase: true },
    { form: 'JSON-escaped, every letter', needle: unicode, anyCase: true },
    { form: 'hex', needle: bytes.toString('hex'), anyCase: true },
    ...listBase64Forms(bytes),
  ].filter((form, index, all) => all.findIndex((other) => other.needle === form.needle) === index);
}

/** Inside of a longer text the same bytes have three encodings, by where they begin; only the inner part is certain. */
function listBase64Forms(bytes: Buffer): Form[] {
  return [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    const whole = shifted.subarray(0, shifted.length - (shifted.length % 3));
    const skip = offset === 0 ? 0 : 4;
    return (['base64', 'base64url'] as const).map((form) => ({
      form: `${form} at ${offset}`,
      needle: whole.toString(form).slice(skip),
      anyCase: false,
    }));
  });
}
