/**
 * How TypeScript becomes JavaScript, for the build and for the tests alike; tsc only checks.
 * Decorators are the legacy ones with metadata, because Nest and class-validator read that.
 */
export const swcOptions = {
  swcrc: false,
  configFile: false,
  isModule: true,
  jsc: {
    target: 'es2024',
    parser: { syntax: 'typescript', decorators: true },
    transform: {
      legacyDecorator: true,
      decoratorMetadata: true,
      verbatimModuleSyntax: true,
      // A declared but absent property stays absent: spread over defaults, an own `undefined` would erase them.
      useDefineForClassFields: false,
    },
    keepClassNames: true,
    experimental: { keepImportAttributes: true },
  },
  module: { type: 'es6' },
}
