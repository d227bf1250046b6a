/** Control characters that no escape of the format covers, made visible: a line stays one line, and text stays text. */
export function neutralizeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd');
}
