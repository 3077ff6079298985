declare module 'class-transformer/cjs/storage.js' {
  interface TypeMetadata {
    readonly typeFunction: () => unknown
    readonly options?: { readonly discriminator?: unknown }
  }
  interface Storage {
    findTypeMetadata(target: unknown, property: string): TypeMetadata | undefined
    /** 0: from plain to class. */
    findTransformMetadatas(target: unknown, property: string, direction: 0): readonly unknown[]
    getExposedProperties(target: unknown, direction: 0): readonly string[]
    getExcludedProperties(target: unknown, direction: 0): readonly string[]
  }
  const storage: { readonly defaultMetadataStorage: Storage }
  export default storage
}
