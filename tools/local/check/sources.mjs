import { execFileSync } from 'node:child_process'

/** Files of the tree that git knows or would add, by suffix, relative to the root. */
export const sourceFiles = (suffixes, cwd = process.cwd()) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd, encoding: 'utf8', maxBuffer: 64e6 })
    .split('\n')
    .filter((file) => suffixes.some((suffix) => file.endsWith(suffix)) && /^(libs|services|tools)\//.test(file))
