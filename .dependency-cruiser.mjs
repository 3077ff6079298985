import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/*
 * The rules of the rooms (docs/architecture.md). Allow-lists wherever possible: a deny rule passes in silence when a path
 * does not resolve, an allow-list does not. Each rule has a planted violation in tools/local/check/probes.mjs.
 * Paths are not anchored at the start, so that the probes can run the same rules over a small tree of their own.
 */
const root = fileURLToPath(new URL('.', import.meta.url))
const technical = 'kafka|http|postgres|timers|outside|documents|use-cases|migrations'
const business = `(?:^|/)services/([^/]+)/src/(?!(?:${technical})/)([^/]+)/`
const tests = '[.](?:prop[.]|int[.]|component[.])?spec[.]ts$|/test/'
const kernel = '(?:^|/)libs/kernel/src'

const room = (name, purpose, allowed) => ({
  name: `room-${name}`,
  comment: `${purpose} A ${name}/ file reaches only what its room allows: move the code to the room it belongs to.`,
  severity: 'error',
  from: { path: `(?:^|/)services/([^/]+)/src/${name}/`, pathNot: tests },
  to: { pathNot: allowed },
})
const own = (rooms) => `(?:^|/)services/$1/src/(?:${rooms})`
const anyBusiness = `(?:^|/)services/$1/src/(?!(?:${technical})/)[^/]+/`
const npm = (...names) => `node_modules/(?:${names.join('|')})/`
const contracts = '(?:^|/)libs/contracts/src'
const messaging = '(?:^|/)libs/messaging/src'
const kit = '(?:^|/)libs/service-kit/src'

/** Projects and their tags, as package.json says them. */
const projects = ['libs', 'services', 'tools'].flatMap((group) =>
  readdirSync(root + group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(`${root}${group}/${entry.name}/package.json`))
    .map((entry) => {
      const { nx } = JSON.parse(readFileSync(`${root}${group}/${entry.name}/package.json`, 'utf8'))
      const tags = nx?.tags ?? []
      const scope = tags.find((tag) => tag.startsWith('scope:'))
      const type = tags.find((tag) => tag.startsWith('type:'))
      if (!scope || !type) throw new Error(`${group}/${entry.name}/package.json needs the nx tags scope:... and type:...`)
      return { path: `${group}/${entry.name}`, scope: scope.slice(6), type: type.slice(5) }
    }),
)
const mayReach = {
  kernel: [],
  contracts: ['kernel'],
  messaging: ['contracts', 'kernel'],
  kit: ['messaging', 'contracts', 'kernel'],
  testing: ['kit', 'messaging', 'contracts', 'kernel'],
  service: ['kit', 'messaging', 'contracts', 'kernel'],
  tool: ['service', 'testing', 'kit', 'messaging', 'contracts', 'kernel', 'tool'],
}
const tagRules = Object.entries(mayReach).map(([type, reach]) => {
  const from = projects.filter((project) => project.type === type).map(({ path }) => path)
  const to = projects.filter((project) => reach.includes(project.type)).map(({ path }) => path)
  return {
    name: `tags-${type}`,
    comment: `A project of type:${type} depends on ${reach.join(', ') || 'no other project'} only.`,
    severity: 'error',
    from: { path: `(?:^|/)(${from.join('|')})/src/`, pathNot: tests },
    to: { path: '(?:^|/)(?:libs|services|tools)/[^/]+/', pathNot: [...(type === 'service' || type === 'tool' ? ['(?:^|/)$1/'] : from.map((path) => `(?:^|/)${path}/`)), ...to.map((path) => `(?:^|/)${path}/`)] },
  }
})

export default {
  forbidden: [
    {
      name: 'business-is-pure',
      comment: 'A business room imports itself, other business rooms of its service, and the kernel: no package, no Node core, no clock.',
      severity: 'error',
      from: { path: business, pathNot: tests },
      to: { pathNot: [anyBusiness, kernel] },
    },
    room('use-cases', 'The steps of one thing the service can do.', [own('use-cases/'), anyBusiness, kernel, npm('@nestjs/common')]),
    room('kafka', 'Message to use-case.', [own('kafka/|use-cases/'), anyBusiness, kernel, contracts, messaging, npm('@nestjs/common', '@nestjs/microservices')]),
    room('http', 'Request to use-case.', [own('http/|use-cases/|config'), anyBusiness, kernel, contracts, kit, npm('@nestjs/[^/]+', 'class-validator', 'class-transformer', 'fastify', 'rxjs'), '^node:|^(?:stream|fs|path|url|crypto|stream/promises|fs/promises)$']),
    room('postgres', 'SQL, locks and transactions.', [own('postgres/|published-events|config'), anyBusiness, kernel, contracts, messaging, kit, npm('@nestjs/common', 'typeorm', 'lru-cache'), '^(?:crypto)$']),
    room('timers', 'Due work to use-case.', [own('timers/|use-cases/|config'), anyBusiness, kernel, kit, npm('@nestjs/common')]),
    room('migrations', 'The schema, forward only.', [own('migrations/'), npm('typeorm')]),
    {
      name: 'typeorm-in-postgres-only',
      comment: 'TypeORM is known in postgres/ and migrations/ alone.',
      severity: 'error',
      from: { path: '(?:^|/)services/[^/]+/src/', pathNot: ['/(?:postgres|migrations)/', tests] },
      to: { path: npm('typeorm', 'pg') },
    },
    {
      name: 'kafka-in-kafka-only',
      comment: 'kafkajs is known in libs/messaging and the tools that look from outside; @nestjs/microservices in kafka/ and the libs.',
      severity: 'error',
      from: { path: '(?:^|/)services/[^/]+/src/', pathNot: ['/kafka/', tests] },
      to: { path: npm('kafkajs', '@nestjs/microservices') },
    },
    {
      name: 'kernel-dependencies',
      comment: 'The kernel depends on dinero.js, big.js and luxon, and on nothing else.',
      severity: 'error',
      from: { path: kernel, pathNot: tests },
      to: { pathNot: [kernel, npm('dinero.js', 'big.js', 'luxon', '@types/big.js', '@types/luxon')] },
    },
    {
      name: 'contracts-dependencies',
      comment: 'Contracts are schemas: typebox and the kernel, nothing else.',
      severity: 'error',
      from: { path: contracts, pathNot: tests },
      to: { pathNot: [contracts, kernel, npm('typebox')] },
    },
    ...tagRules,
    { name: 'no-cycles', comment: 'Files that need each other are one file, or a third is missing.', severity: 'error', from: {}, to: { circular: true } },
    // class-validator/types/ declares types only (.d.ts without .js), which the resolver cannot find; dist/ is there after a build;
    // what the bench's Vendure imports lies in the folder where the bench installs it
    { name: 'resolvable', comment: 'An import that does not resolve would escape every other rule.', severity: 'error', from: { pathNot: '^tools/bench/src/vendure/' }, to: { couldNotResolve: true, pathNot: ['^class-validator/types/', '/dist/'] } },
    { name: 'no-tests-in-production', comment: 'Code that ships must not reach test code.', severity: 'error', from: { pathNot: [tests, '(?:^|/)libs/testing/', '(?:^|/)tools/'] }, to: { path: [tests, '(?:^|/)libs/testing/'] } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // only our own build: half of npm lies in folders called dist, and would escape every rule
    exclude: { path: '^(?:libs|services|tools)/[^/]+/dist/|^coverage/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: root + 'tsconfig.base.json' },
    enhancedResolveOptions: { conditionNames: ['waybill:source', 'import', 'node', 'default', 'types'], exportsFields: ['exports'], extensions: ['.ts', '.js', '.mjs', '.json'] },
    extraExtensionsToScan: [],
  },
}
