/** What a mail says, before it has a form. Plain text in every part: the form encodes it. */
export interface Letter {
  readonly subject: string
  readonly greeting: string
  readonly paragraphs: readonly string[]
  readonly table: Table | null
  readonly button: Link | null
  readonly links: readonly Link[]
}

interface Table {
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly { readonly cells: readonly string[] }[]
}

export interface Link {
  readonly text: string
  readonly url: string
}

/** Gives a letter its form. */
export abstract class LetterForm {
  abstract render(letter: Letter): { readonly html: string; readonly text: string }
}
