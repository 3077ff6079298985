import { describe, expect, it } from '@jest/globals'
import { Convoy } from './convoy.js'

const call = () => Promise.withResolvers<string>()
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('calls in a convoy', () => {
  it('that end within a moment of each other go on together, and those that do not answer hold nobody up', async () => {
    const convoy = new Convoy()
    const [one, other, silent] = [call(), call(), call()]
    const gone: string[] = []
    for (const each of [one, other, silent]) void convoy.accompany(() => each.promise).then((name) => gone.push(name))
    one.resolve('one')
    await nextTurn()
    expect(gone).toEqual([])
    other.resolve('other')
    while (gone.length === 0) await nextTurn()
    expect(gone).toEqual(['one', 'other'])
  })

  it('alone do not wait', async () => {
    const convoy = new Convoy()
    const gone: string[] = []
    void convoy.accompany(() => Promise.resolve('alone')).then((name) => gone.push(name))
    await nextTurn()
    expect(gone).toEqual(['alone'])
    await expect(convoy.accompany(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  })
})
