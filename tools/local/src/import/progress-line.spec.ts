import { expect, it } from '@jest/globals'
import { ProgressLine } from './progress-line.js'

const progress = { rows: 3, created: 2, updated: 0, unchanged: 0, refused: 1, done: 1 }

it('says each figure once', () => {
  const said: string[] = []
  const line = new ProgressLine({ write: (text) => said.push(text) })
  line.show('products', progress)
  line.show('products', progress)
  expect(said).toEqual(['products: 3 rows, 2 created, 0 updated, 0 unchanged, 1 refused (100 %)\n'])
})
