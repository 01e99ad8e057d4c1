/** Ends the run with one plain line of counts, as the other runners do. */
export default class ClosingLine {
  onBegin(_config, suite) {
    this.suite = suite;
  }

  onEnd() {
    const count = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
    for (const test of this.suite.allTests()) count[test.outcome()] += 1;
    console.log(`browser: ${count.expected + count.flaky} passed, ${count.unexpected} failed, ${count.skipped} skipped`);
  }
}
