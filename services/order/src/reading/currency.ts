const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

/** Is this a currency of ISO 4217? */
export const isCurrency = (code: string): boolean => currencies.has(code)
