/** A mail, ready to go. */
export interface Mail {
  /** The same in every attempt: two copies are seen to be one. */
  readonly messageId: string
  readonly to: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly html: string
  readonly text: string
}

/** How an attempt to send ended. */
export type Sending =
  | { readonly sending: 'accepted' }
  /** Not now: it did not go out, and may be tried again. */
  | { readonly sending: 'later'; readonly why: string }
  /** Never: the server, or the address itself, says no for good. */
  | { readonly sending: 'refused'; readonly why: string }
  /** The line broke when everything was said: it may have gone out. */
  | { readonly sending: 'uncertain'; readonly why: string }

/** The way out to the customer's mailbox. */
export abstract class Mailer {
  abstract send(mail: Mail): Promise<Sending>
}

/** Is this one address, of one mailbox, and nothing else? Internationalised names are taken. */
export const isAddress = (text: string): boolean => text.length <= 254 && /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u.test(text)
