// `npm run simulate`: being built.
