/** What a statement says, as a tree. Only what the services' statements use. */
export type Expression =
  | { readonly is: 'value'; readonly value: string | number | boolean | null }
  | { readonly is: 'parameter'; readonly number: number }
  | { readonly is: 'column'; readonly table: string | undefined; readonly name: string }
  | { readonly is: 'all'; readonly table: string | undefined }
  | { readonly is: 'call'; readonly name: string; readonly arguments: readonly Expression[]; readonly order: readonly Order[] }
  | { readonly is: 'row-number'; readonly partition: Expression }
  | { readonly is: 'cast'; readonly of: Expression; readonly type: string }
  | { readonly is: 'operator'; readonly sign: string; readonly left: Expression; readonly right: Expression }
  | { readonly is: 'not'; readonly of: Expression }
  | { readonly is: 'null-test'; readonly of: Expression; readonly isNull: boolean }
  | { readonly is: 'any'; readonly of: Expression; readonly among: Expression }
  | { readonly is: 'in'; readonly of: Expression; readonly among: readonly Expression[] | Select; readonly isNot: boolean }
  | { readonly is: 'tuple'; readonly of: readonly Expression[] }
  | { readonly is: 'case'; readonly whens: readonly { readonly when: Expression; readonly then: Expression }[]; readonly otherwise: Expression | undefined }
  | { readonly is: 'exists' | 'array' | 'scalar'; readonly select: Select }

export interface Order {
  readonly by: Expression
  readonly isDescending: boolean
  readonly nulls: 'first' | 'last'
}

export interface Item {
  readonly expression: Expression
  readonly name: string
}

/** Where rows come from. `columns` names those of a function. */
export interface Source {
  readonly join: 'inner' | 'left'
  readonly alias: string
  readonly from:
    | { readonly is: 'table'; readonly name: string }
    | { readonly is: 'select'; readonly select: Select }
    | { readonly is: 'unnest'; readonly arrays: readonly Expression[]; readonly columns: readonly string[]; readonly hasOrdinality: boolean }
    | { readonly is: 'recordset'; readonly json: Expression; readonly columns: readonly { readonly name: string; readonly type: string }[] }
    | { readonly is: 'series'; readonly first: Expression; readonly last: Expression; readonly column: string }
  readonly on: Expression | undefined
  readonly using: readonly string[]
}

export interface Select {
  readonly is: 'select'
  readonly ctes: readonly { readonly name: string; readonly statement: Statement }[]
  readonly distinct: boolean
  readonly distinctOn: readonly Expression[]
  readonly items: readonly Item[]
  readonly sources: readonly Source[]
  readonly where: Expression | undefined
  readonly groupBy: readonly Expression[]
  readonly orderBy: readonly Order[]
  readonly limit: Expression | undefined
  readonly unionAll: Select | undefined
}

export interface Assignment {
  readonly column: string
  readonly value: Expression
}

export interface Conflict {
  readonly columns: readonly string[]
  readonly set: readonly Assignment[] | undefined
  readonly where: Expression | undefined
}

export type Statement =
  | Select
  | {
      readonly is: 'insert'
      readonly ctes: Select['ctes']
      readonly table: string
      readonly alias: string
      readonly columns: readonly string[]
      readonly rows: Select | readonly (readonly Expression[])[]
      readonly conflict: Conflict | undefined
      readonly returning: readonly Item[]
    }
  | {
      readonly is: 'update'
      readonly ctes: Select['ctes']
      readonly table: string
      readonly alias: string
      readonly set: readonly Assignment[]
      readonly sources: readonly Source[]
      readonly where: Expression | undefined
      readonly returning: readonly Item[]
    }
  | {
      readonly is: 'delete'
      readonly ctes: Select['ctes']
      readonly table: string
      readonly alias: string
      readonly sources: readonly Source[]
      readonly where: Expression | undefined
      readonly returning: readonly Item[]
    }
  /** Locks: in a simulation one transaction runs at a time. */
  | { readonly is: 'nothing' }
