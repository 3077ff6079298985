declare module 'class-transformer/cjs/storage.js' {
  interface Storage {
    findTypeMetadata(target: unknown, property: string): { readonly typeFunction: () => unknown } | undefined
  }
  const storage: { readonly defaultMetadataStorage: Storage }
  export default storage
}
