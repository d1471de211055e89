// Browser tests: `make test` runs them all, `scripts/test-browser.sh [spec]` some of them after `scripts/build-site.sh`.
// With DEALWRIGHT_URL set they go to a server that runs already; else each worker starts one (support/fixtures.ts).
import { defineConfig } from '@playwright/test';

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };

export default defineConfig({
  testDir: './tests',
  // Pictures are not checks; `make screenshots` takes them.
  testIgnore: process.env['DEALWRIGHT_SCREENSHOTS'] ? [] : 'screenshots.spec.ts',
  outputDir: './test-results',
  forbidOnly: Boolean(process.env['CI']),
  // A test that fails now and then is broken.
  retries: 0,
  // Each worker has a browser and a server of its own. Two take 20 minutes instead of 29 on two cores, and leave no room
  // for anything else there.
  workers: Number(process.env['DEALWRIGHT_E2E_WORKERS'] ?? 1),
  timeout: 45_000,
  // All of them take 29 minutes with one worker on two cores, and more beside a build. CI has 90 for everything; what
  // hangs ends by its own limit above.
  globalTimeout: 55 * 60_000,
  expect: { timeout: 8_000 },
  reporter: [
    ['list'],
    ['json', { outputFile: 'test-results/results.json' }],
    ['html', { open: 'never' }],
  ],
  use: {
    locale: 'en-GB',
    // Neither the server's nor a demonstration user's: whatever is formatted in the browser's own zone shows.
    timezoneId: 'Asia/Kolkata',
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    actionTimeout: 10_000,
    launchOptions: {
      executablePath: process.env['DEALWRIGHT_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    // A test runs at both sizes, unless it is tagged @desktop or @phone.
    { name: 'desktop', grepInvert: /@phone/, use: { viewport: DESKTOP } },
    {
      name: 'phone',
      grepInvert: /@desktop/,
      use: { viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
    },
  ],
});
