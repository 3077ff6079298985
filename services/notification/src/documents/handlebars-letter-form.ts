import { Injectable } from '@nestjs/common'
import Handlebars from 'handlebars'
import { readFileSync } from 'node:fs'
import { LetterForm, type Letter } from '../messages/letter.js'

const source = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

/** HTML and plain text of a letter. The templates are compiled once; everything that is put into HTML is encoded for it. */
@Injectable()
export class HandlebarsLetterForm extends LetterForm {
  private readonly html = Handlebars.compile<Letter>(source('./letter.html.hbs'), { strict: true, knownHelpersOnly: true })
  private readonly text = Handlebars.compile<Letter>(source('./letter.text.hbs'), { strict: true, knownHelpersOnly: true, noEscape: true })

  render(letter: Letter): { readonly html: string; readonly text: string } {
    return { html: this.html(letter), text: this.text(letter).replace(/\n{3,}/g, '\n\n').trim() + '\n' }
  }
}
