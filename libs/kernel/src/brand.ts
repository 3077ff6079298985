declare const brand: unique symbol

/** A value whose meaning is checked once, where it enters, and kept in its type from there on. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
