import { createRequire } from 'node:module'

interface TypeMetadata {
  readonly typeFunction: () => unknown
  readonly options?: { readonly discriminator?: unknown }
}

/** From plain to class, as class-transformer numbers it. */
const TO_CLASS = 0

interface Storage {
  findTypeMetadata(target: unknown, property: string): TypeMetadata | undefined
  findTransformMetadatas(target: unknown, property: string, direction: typeof TO_CLASS): readonly unknown[]
  getExposedProperties(target: unknown, direction: typeof TO_CLASS): readonly string[]
  getExcludedProperties(target: unknown, direction: typeof TO_CLASS): readonly string[]
}

// class-transformer keeps what its decorators said in a file that it neither exports nor types
const { defaultMetadataStorage: storage } = createRequire(import.meta.url)('class-transformer/cjs/storage.js') as { readonly defaultMetadataStorage: Storage }

/** The class that @Type names for a property. */
export const typeOf = (target: unknown, property: string): TypeMetadata | undefined => storage.findTypeMetadata(target, property)

/** Does class-transformer change this property on its way in? */
export const isPropertyTransformed = (target: unknown, property: string): boolean => storage.findTransformMetadatas(target, property, TO_CLASS).length > 0

/** Does class-transformer rename or drop properties of this class? */
export const isClassTransformed = (target: unknown): boolean =>
  storage.getExposedProperties(target, TO_CLASS).length > 0 || storage.getExcludedProperties(target, TO_CLASS).length > 0
