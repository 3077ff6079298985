import { describe, expect, it } from '@jest/globals'
import { Database } from '../src/database/database.js'
import { declare } from '../src/database/schema.js'
import { Refused, type Undo } from '../src/database/table.js'

const shape = {
  declared: declare([{ sql: 'create table shelf (code text primary key, units integer not null check (units >= 0), place integer unique)', values: [] }]),
  compiled: new Map(),
  spoken: new Map(),
}

const open = (): Database => new Database(shape, () => new Date(0))

function put(database: Database, code: string, units: number, place: number | null = null, undo: Undo[] = []): void {
  database.query('shelf.put', 'insert into shelf (code, units, place) values ($1, $2, $3) on conflict (code) do update set units = excluded.units, place = excluded.place', [code, units, place], undo)
}

const all = (database: Database): unknown => database.query('shelf.all', 'select code, units from shelf order by code', [], [])

describe('the database in memory', () => {
  it('refuses a statement that it cannot read, by its name', () => {
    expect(() => open().query('shelf.guess', 'select frobnicate(units) from shelf', [], [])).toThrow('the simulation cannot run the statement shelf.guess: there is no function frobnicate()')
    expect(() => open().query('shelf.lost', 'select units from cupboard', [], [])).toThrow('the simulation cannot run the statement shelf.lost: there is no table cupboard')
    expect(() => open().query('shelf.odd', 'merge into shelf', [], [])).toThrow('the simulation cannot run the statement shelf.odd')
  })

  it('keeps the constraints of the tables', () => {
    const database = open()
    expect(() => put(database, 'A', -1)).toThrow(Refused)
    put(database, 'A', 1, 1)
    put(database, 'B', 1, 2)
    expect(() => put(database, 'B', 1, 1)).toThrow(Refused)
    // and what was refused has left nothing behind
    put(database, 'B', 2, 2)
    expect(() => put(database, 'C', 1, 2)).toThrow(Refused)
    expect(all(database)).toEqual([
      { code: 'A', units: 1 },
      { code: 'B', units: 2 },
    ])
  })

  it('takes back what is undone', () => {
    const database = open()
    put(database, 'A', 1)
    const undo: Undo[] = []
    put(database, 'A', 5, null, undo)
    put(database, 'B', 5, null, undo)
    for (const take of undo.reverse()) take()
    expect(all(database)).toEqual([{ code: 'A', units: 1 }])
  })

  it('is copied with all its rows, and the copy goes its own way', () => {
    const database = open()
    put(database, 'A', 1, 1)
    const copy = database.copy(() => new Date(0))
    put(copy, 'A', 7, 2)
    put(copy, 'B', 1, 1)
    expect(all(database)).toEqual([{ code: 'A', units: 1 }])
    expect(all(copy)).toEqual([
      { code: 'A', units: 7 },
      { code: 'B', units: 1 },
    ])
  })

  it('runs something else in the place of a statement, or does without a rule, when told to', () => {
    const database = open()
    database.instead('shelf.put', (_own, [code, units, place], go) => go([code, Number(units) - 5, place]))
    expect(() => put(database, 'A', 1)).toThrow(Refused)
    database.dropRule('shelf', 'units')
    put(database, 'A', 1)
    expect(all(database)).toEqual([{ code: 'A', units: -4 }])
    expect(() => database.dropRule('shelf', 'none')).toThrow('shelf has no rule none')
  })
})
