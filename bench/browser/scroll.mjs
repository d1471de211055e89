// Scrolls a list of deals as somebody does who holds the wheel down, and tells on the last line, as JSON, how long the
// longest frame was and how much was in the document. The crate `bench` runs it against its own server.
import { createRequire } from 'node:module';
import path from 'node:path';

// Playwright is among the packages of the browser tests.
const require = createRequire(path.join(import.meta.dirname, '../../end2end/package.json'));
const { chromium } = require('@playwright/test');

const setting = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const url = setting('BENCH_URL');
const [name, value] = setting('BENCH_COOKIE').split('=');
const rows = Number(setting('BENCH_ROWS'));
// A frame at 60 a second scrolls by half a screen: a thousand rows a second.
const STEP = 450;
// Without a new row for so long the list has ended, or something is broken.
const PATIENCE = 20_000;

const browser = await chromium.launch({
  executablePath: setting('BENCH_CHROMIUM'),
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
});
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  await context.addCookies([{ name, value, url }]);
  const page = await context.newPage();
  await page.goto(`${url}/deals`);
  await page.locator('.grid__row[data-id]').first().waitFor();
  // The page reacts once more rows come: until then its wasm is not there.
  await page.waitForFunction(
    () => {
      const scroller = document.querySelector('.list__scroll');
      const before = Number(scroller.dataset.benchHeight ?? scroller.scrollHeight);
      scroller.dataset.benchHeight = String(before);
      scroller.scrollTop = scroller.scrollHeight;
      return scroller.scrollHeight > before;
    },
    undefined,
    { timeout: 60_000, polling: 200 },
  );
  const scrolled = await page.evaluate(
    async ({ wanted, step, patience }) => {
      const scroller = document.querySelector('.list__scroll');
      scroller.scrollTop = 0;
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const frames = [];
      let nodes = 0;
      let row = 0;
      const began = performance.now();
      let moved = began;
      let before = await frame();
      while (row < wanted && performance.now() - moved < patience) {
        scroller.scrollTop += step;
        const now = await frame();
        frames.push(now - before);
        before = now;
        if (frames.length % 10 === 0) {
          nodes = Math.max(nodes, document.getElementsByTagName('*').length);
          const shown = document.querySelectorAll('.grid__row[aria-rowindex]');
          const last = Number(shown[shown.length - 1]?.getAttribute('aria-rowindex') ?? 0) - 1;
          if (last > row) {
            row = last;
            moved = performance.now();
          }
        }
      }
      const seconds = (moved - began) / 1000;
      frames.sort((one, other) => one - other);
      return {
        rows: row,
        nodes,
        longest_frame: frames.at(-1) ?? 0,
        usual_frame: frames[Math.floor(frames.length * 0.95)] ?? 0,
        seconds,
      };
    },
    { wanted: rows, step: STEP, patience: PATIENCE },
  );
  if (scrolled.rows < rows * 0.99) {
    throw new Error(`The list ended at row ${scrolled.rows} of ${rows}.`);
  }
  process.stdout.write(`${JSON.stringify(scrolled)}\n`);
} finally {
  await browser.close();
}
