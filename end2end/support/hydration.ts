// A page comes from the server as HTML, and reacts only once its wasm has taken it over: a click before that is lost.
import type { BrowserContext, Page } from '@playwright/test';

declare global {
  interface Window {
    hydratedAt?: number;
  }
}

/** Has every page of the context note when it was taken over. */
export async function watchHydration(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const instantiate = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...args) => {
      const instance = await instantiate.apply(WebAssembly, args);
      // wasm-bindgen and leptos go on from here in microtasks, which all come before this.
      setTimeout(() => {
        window.hydratedAt = performance.now();
      });
      return instance;
    };
  });
}

/** Waits until the page reacts. */
export async function hydrated(page: Page): Promise<void> {
  await page
    .waitForFunction(() => window.hydratedAt !== undefined, undefined, { timeout: 15_000 })
    .catch((cause: unknown) => {
      throw new Error(`${page.url()} did not come alive: its wasm was not loaded, or failed.`, { cause });
    });
}

/** Goes to a page of ours and waits until it reacts. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await hydrated(page);
}
