import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { allEvents, allTopics, consumers } from '@waybill/contracts'

/** The lists in each service's README that follow from the code: use-cases, messages heard and said. */
export function readmeFiles(root: string): [string, string][] {
  return readdirSync(join(root, 'services'))
    .filter((service) => existsSync(join(root, 'services', service, 'README.md')))
    .map((service) => {
      const path = `services/${service}/README.md`
      const filled = Object.entries(listsOf(root, service)).reduce((text, [name, list]) => fill(text, name, list), readFileSync(join(root, path), 'utf8'))
      return [path, filled]
    })
}

const fill = (text: string, name: string, list: string): string =>
  text.replace(new RegExp(`(<!-- generated:${name} -->\n)[\\s\\S]*?(<!-- /generated -->)`), (_match, open: string, close: string) => `${open}${list}\n${close}`)

function listsOf(root: string, service: string): Record<string, string> {
  const folder = join(root, 'services', service, 'src', 'use-cases')
  const useCases = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
        .map((file) => `- \`${file.replace(/\.ts$/, '')}\``)
    : []
  const heard = consumers[`${service}.main`]?.handles.map(({ name, topic }) => `- ${name} (\`${topic.name}\`)`) ?? []
  // what readers ask of owners is messaging's own business, the same everywhere
  const owned = allTopics.filter(({ writtenBy, noun }) => writtenBy.some((writer) => writer === service) && noun !== 'control')
  const said = allEvents.filter(({ topic }) => owned.some(({ name }) => name === topic.name)).map(({ name, topic }) => `- ${name} (\`${topic.name}\`)`)
  return { 'use-cases': useCases.join('\n'), hears: heard.join('\n'), says: said.join('\n'), messages: ['Hears:', '', ...heard, '', 'Says:', '', ...said].join('\n') }
}
