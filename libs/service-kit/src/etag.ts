import { Problem } from './problem.js'

/** The ETag of a row's version. */
export const etagOf = (version: number | bigint | string): string => `"${version}"`

/** Refuses: precondition-required without If-Match; precondition-failed if the row is at another version, with the current ETag. */
export function checkIfMatch(ifMatch: string | undefined, version: number | bigint | string): void {
  if (ifMatch === undefined || ifMatch === '') throw new Problem('precondition-required')
  const current = etagOf(version)
  const given = ifMatch.split(',').map((tag) => tag.trim())
  if (!given.includes(current) && !given.includes('*'))
    throw new Problem('precondition-failed', { detail: `It is now at ${current}`, headers: { ETag: current } })
}
