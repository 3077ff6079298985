/** The check digit of an SSCC's first 17 digits: weights 3, 1, 3, ... from the right. Source: domain D9, GS1 General Specifications 7.9. */
export function ssccCheckDigit(first17: string): number {
  const sum = [...first17].reverse().reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0)
  return (10 - (sum % 10)) % 10
}
