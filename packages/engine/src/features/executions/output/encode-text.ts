/** A text as a JSON string, and whether something of it was left out. */
export interface EncodedText {
  readonly json: string;
  readonly isCut: boolean;
}

/** All that stands in JSON as it is, one byte each. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Bytes that the JSON string of a text of at most `maxLength` UTF-16 units may have: three a unit, and its quotes. */
export function maxEncodedBytes(maxLength: number): number {
  return 3 * maxLength + 2;
}

/** Whether a text stands in JSON as it is, one byte for each character. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/**
 * A text as a JSON string of at most `maxLength` UTF-16 units and `maxEncodedBytes(maxLength)` bytes. It is cut between
 * characters, never inside a surrogate pair; a lone surrogate becomes U+FFFD, which UTF-8 can carry.
 */
export function encodeText(text: string, maxLength: number): EncodedText {
  if (text.length <= maxLength && PLAIN.test(text)) return { json: `"${text}"`, isCut: false };
  const whole = text.length <= maxLength ? text : text.slice(0, cutAt(text, maxLength));
  const formed = whole.toWellFormed();
  const json = JSON.stringify(formed);
  const isCut = whole.length < text.length;
  // Only control characters have more than three bytes a unit.
  if (json.length <= maxEncodedBytes(maxLength) && Buffer.byteLength(json) <= maxEncodedBytes(maxLength)) {
    return { json, isCut };
  }
  return { json: encodeWithin(formed, maxEncodedBytes(maxLength)), isCut: true };
}

function cutAt(text: string, length: number): number {
  const last = text.charCodeAt(length - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  const next = text.charCodeAt(length);
  return isHighSurrogate && next >= 0xdc00 && next <= 0xdfff ? length - 1 : length;
}

function encodeWithin(text: string, maxBytes: number): string {
  let inner = '';
  let bytes = 2;
  for (const character of text) {
    const encoded = JSON.stringify(character).slice(1, -1);
    bytes += Buffer.byteLength(encoded);
    if (bytes > maxBytes) break;
    inner += encoded;
  }
  return `"${inner}"`;
}
