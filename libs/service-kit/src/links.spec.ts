import { describe, expect, test } from '@jest/globals'
import { KeyedLinks, readLink, signLink } from './links.js'

const key = 'a key that nobody guesses'
const id = '0199a0b1-7c00-7000-8000-000000000001'

describe("a customer's link", () => {
  test('says what it stands for, to who holds the key', () => {
    const token = signLink(key, 'tracking', id)
    expect(readLink(key, token)).toEqual({ kind: 'tracking', id })
    expect(token).toMatch(/^[A-Za-z0-9._-]{1,80}$/)
  })

  test('is nothing under another key, with another kind or id, or cut', () => {
    const token = signLink(key, 'tracking', id)
    const others = [
      signLink('another key of theirs', 'tracking', id),
      token.replace('tracking', 'pay'),
      token.replace('0001', '0002'),
      token.slice(0, -1),
      `${token}A`,
      `${token}.x`,
      token.split('.').slice(0, 2).join('.'),
      '',
      '..',
    ]
    expect(others.map((other) => readLink(key, other))).toEqual(others.map(() => undefined))
  })

  test('has one spelling only: the last character cannot be swapped for one that decodes alike', () => {
    const token = signLink(key, 'tracking', id)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const accepted = [...alphabet].filter((last) => readLink(key, token.slice(0, -1) + last) !== undefined)
    expect(accepted).toEqual([token.at(-1)])
  })

  test('of another kind is refused where a kind is expected', () => {
    const links = new KeyedLinks(key)
    const token = links.sign('tracking', id)
    expect(() => links.read(token, 'pay')).toThrow(expect.objectContaining({ code: 'invalid-link' }))
  })
})
