/**
 * A channel's own number of an order: 1 to 64 ASCII letters, digits and `. _ : / # -`, beginning with a letter or digit,
 * without `..`. It is kept as sent, neither trimmed nor changed.
 */
export const isReference = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,63}$/.test(text) && !text.includes('..')

/**
 * What makes two references the same: they differ in upper and lower case at most. A channel that sends `w-1` after
 * `W-1` means the same order far more often than another, and two parcels cost more than a clear refusal.
 */
export const referenceKey = (reference: string): string => reference.toUpperCase()

export const REFERENCE_FORM = '1 to 64 letters, digits and . _ : / # -, beginning with a letter or digit, without ".."'
