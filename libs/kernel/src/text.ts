/** A few more than any living script stacks on one letter. */
const COMBINING_MAX = 20

const plain = /^[\x20-\x7e\t\n\r]*$/
// control characters, zero-width spaces, bidirectional overrides, lone surrogates, unassigned code points, towers of combining marks
const refused = new RegExp(
  String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]|\p{Cs}|\p{Cn}|\p{M}{${COMBINING_MAX + 1},}`,
  'u',
)

/**
 * Does the text hold a character that no name, note or number needs and that breaks databases, logs or eyes?
 * Joiners (U+200C, U+200D) and direction marks stay allowed: Persian, Hindi and emoji need them.
 */
export const hasRefusedCharacter = (text: string): boolean => !plain.test(text) && refused.test(text)

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** How long a reader finds the text. Unit: graphemes, so that an accent or a family emoji counts once. */
export function lengthOf(text: string): number {
  if (plain.test(text)) return text.length
  let graphemes = 0
  for (const _ of segmenter.segment(text)) graphemes += 1
  return graphemes
}
