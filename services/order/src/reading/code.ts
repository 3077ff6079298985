import { hasRefusedCharacter } from '@waybill/kernel'

/** A code of the company's own (product number, channel, option): up to 64 characters, no spaces around it. */
export const isCode = (text: string): boolean =>
  text.length >= 1 && text.length <= 64 && text === text.trim() && !hasRefusedCharacter(text) && !/[\t\n\r]/.test(text)

export const CODE_FORM = '1 to 64 characters without spaces around them'
