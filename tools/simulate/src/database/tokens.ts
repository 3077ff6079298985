/** A piece of a statement. Words come in lower case, unless they were quoted. */
export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'parameter' | 'sign' | 'end'
  readonly text: string
}

const PIECE = /\s+|--[^\n]*|(?<word>[a-zA-Z_][a-zA-Z_0-9]*)|"(?<quoted>[^"]+)"|(?<number>\d+(?:\.\d+)?)|'(?<text>(?:[^']|'')*)'|\$(?<parameter>\d+)|(?<sign>->>|<>|<=|>=|\|\||&&|::|[-+*/=<>~().,;[\]])/gy

/** Cuts statements into pieces. Throws: for what our statements never hold. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  PIECE.lastIndex = 0
  while (PIECE.lastIndex < sql.length) {
    const at = PIECE.lastIndex
    const groups = PIECE.exec(sql)?.groups
    if (!groups) throw new Error(`cannot read the statement at: ${sql.slice(at, at + 60)}`)
    const { word, quoted, number, text, parameter, sign } = groups
    if (word !== undefined) tokens.push({ kind: 'word', text: word.toLowerCase() })
    else if (quoted !== undefined) tokens.push({ kind: 'word', text: quoted })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.replaceAll("''", "'") })
    else if (parameter !== undefined) tokens.push({ kind: 'parameter', text: parameter })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
  }
  return tokens
}

/** Reads tokens one after another. */
export class Reader {
  private at = 0

  constructor(private readonly tokens: readonly Token[]) {}

  get isDone(): boolean {
    return this.at >= this.tokens.length
  }

  peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? { kind: 'end', text: '' }
  }

  next(): Token {
    const token = this.peek()
    this.at++
    return token
  }

  /** Do these words or signs come next? */
  sees(...texts: readonly string[]): boolean {
    return texts.every((text, ahead) => this.peek(ahead).text === text && this.peek(ahead).kind !== 'text')
  }

  /** Takes these if they come next. */
  takes(...texts: readonly string[]): boolean {
    const found = this.sees(...texts)
    if (found) this.at += texts.length
    return found
  }

  /** Takes these. Throws: if something else comes. */
  must(...texts: readonly string[]): void {
    if (!this.takes(...texts)) throw new Error(`expected ${texts.join(' ')} before: ${this.rest()}`)
  }

  word(): string {
    const token = this.next()
    if (token.kind !== 'word') throw new Error(`expected a name, not ${token.text}, before: ${this.rest()}`)
    return token.text
  }

  /** Names in brackets. */
  names(): string[] {
    this.must('(')
    const names = [this.word()]
    while (this.takes(',')) names.push(this.word())
    this.must(')')
    return names
  }

  /** Things divided by commas. */
  list<T>(one: () => T): T[] {
    const all = [one()]
    while (this.takes(',')) all.push(one())
    return all
  }

  rest(): string {
    return this.tokens
      .slice(this.at, this.at + 12)
      .map(({ text }) => text)
      .join(' ')
  }
}
