/**
 * Text as the Excel of Chinese Windows saves it. Node reads GB18030 but does not write it, so the two-byte
 * part is turned round once; that is every character the journeys use.
 */
export function gb18030(text) {
  const codes = twoByteCodes();
  const bytes = [...text].flatMap((letter) => {
    if (letter.codePointAt(0) < 0x80) return [letter.codePointAt(0)];
    const code = codes.get(letter);
    if (!code) throw new Error(`${letter} has no code of two bytes in GB18030`);
    return code;
  });
  return Buffer.from(bytes);
}

let known;
function twoByteCodes() {
  if (known) return known;
  known = new Map();
  const reader = new TextDecoder("gb18030");
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      const letter = trail === 0x7f ? "" : reader.decode(Uint8Array.of(lead, trail));
      if ([...letter].length === 1 && !known.has(letter)) known.set(letter, [lead, trail]);
    }
  }
  return known;
}
