// `npm run faults`: being built.
