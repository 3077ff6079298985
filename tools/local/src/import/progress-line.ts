import type { ImportProgress } from './import-file.js'

/** Tells how far an import is: one line that changes on a terminal, a line for each change elsewhere. */
export class ProgressLine {
  private shown = ''

  constructor(private readonly out: { readonly isTTY?: boolean; write(text: string): unknown }) {}

  show(kind: string, { rows, created, updated, unchanged, refused, done }: ImportProgress): void {
    const line = `${kind}: ${rows} rows, ${created} created, ${updated} updated, ${unchanged} unchanged, ${refused} refused (${Math.floor(done * 100)} %)`
    if (line === this.shown) return
    this.shown = line
    this.out.write(this.out.isTTY === true ? `\r${line}  ` : `${line}\n`)
  }
}
