// After the last test: what the run started is stopped, what it found is left alone.
export default async function teardown() {
  await globalThis.waybillInfrastructure?.stop()
}
