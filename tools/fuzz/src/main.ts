// `npm run fuzz`: being built.
