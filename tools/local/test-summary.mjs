/** The last lines of `npm test`: how many of how many, on what. */
export default class TestSummary {
  onRunComplete(_contexts, results) {
    const seconds = Math.round((Date.now() - results.startTime) / 1000)
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const summary =
      `\nnpm test: ${results.numPassedTests} of ${results.numTotalTests} tests passed` +
        (results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : '') +
        (failed > 0 ? `, ${failed} FAILED` : '') +
        ` in ${results.numTotalTestSuites} files, ${seconds} s, Node ${process.version}, ` +
        (process.env.WAYBILL_INFRASTRUCTURE ?? 'no infrastructure')
    // Jest's own summary comes after every reporter.
    process.once('exit', () => console.log(summary))
  }
}
