import { describe, expect, it } from '@jest/globals'
import { mayBecome, nextStates, terminalStates, unreachableStates, type TransitionTable } from './transition-table.js'

type State = 'open' | 'sealed' | 'gone' | 'lost'
type Trigger = 'seal' | 'send'
const table: TransitionTable<State, Trigger> = { open: { seal: 'sealed' }, sealed: { send: ['gone', 'sealed'] }, gone: {}, lost: {} }

describe('a transition table', () => {
  it('names what follows', () => {
    expect(nextStates(table, 'sealed', 'send')).toEqual(['gone', 'sealed'])
    expect(nextStates(table, 'open', 'send')).toEqual([])
  })
  it('allows its transitions and staying, nothing else', () => {
    expect(mayBecome(table, 'open', 'sealed')).toBe(true)
    expect(mayBecome(table, 'open', 'open')).toBe(true)
    expect(mayBecome(table, 'open', 'gone')).toBe(false)
  })
  it('shows its ends and what nothing leads to', () => {
    expect(terminalStates(table)).toEqual(['gone', 'lost'])
    expect(unreachableStates(table, 'open')).toEqual(['lost'])
  })
})
