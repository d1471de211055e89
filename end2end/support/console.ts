// A page that works says nothing: every console message, uncaught error, answer of 500 and above, and request to
// another host is a problem, of whichever page of the context.
import { type BrowserContext, expect } from '@playwright/test';

const LOCAL = new Set(['127.0.0.1', 'localhost', '[::1]']);

export class ConsoleWatch {
  private readonly problems: string[] = [];

  constructor(context: BrowserContext) {
    context.on('console', (message) => {
      const { url, lineNumber } = message.location();
      this.problems.push(`console ${message.type()}: ${message.text()} (${url}:${lineNumber})`);
    });
    context.on('weberror', (error) => {
      this.problems.push(`uncaught: ${error.error().stack ?? error.error().message}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 500) {
        this.problems.push(`answer ${response.status()}: ${response.request().method()} ${response.url()}`);
      }
    });
    context.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith('http') && !LOCAL.has(hostname)) {
        this.problems.push(`foreign request: ${request.method()} ${request.url()}`);
      }
    });
  }

  /** Fails unless every problem matches one of `allowed`. */
  expectQuiet(allowed: readonly RegExp[]): void {
    const unexpected = this.problems.filter((problem) => !allowed.some((pattern) => pattern.test(problem)));
    expect(unexpected, 'what the browser complained of').toEqual([]);
  }
}
