// The code of most pages comes when they are opened (app/src/parts.rs).
import { expect, hydrated, open, signIn, test } from '../support/fixtures.ts';

const PAGES = [
  '/',
  '/funnel',
  '/account',
  '/settings/fields',
  '/settings/pipelines',
  '/settings/people',
  '/deals',
  '/deals/board',
  '/deals/new',
  '/deals/bin',
  '/leads/board',
  '/contacts',
  '/companies/new',
  '/products/bin',
];

test('every page comes alive when its address is opened', async ({ page }) => {
  await signIn(page, 'admin');
  for (const path of PAGES) {
    await open(page, path);
    await expect(page.locator('main h1').first(), path).toBeAttached();
  }
});

test('what is likely next is there before it is asked for', async ({ page }) => {
  await signIn(page, 'head');
  const record = page.waitForResponse(/\/pkg\/split_record\..*wasm$/);
  await open(page, '/deals/board');
  expect((await record).ok()).toBe(true);
});

test.describe('when a part does not come', () => {
  test.use({ allowedConsole: [/ERR_FAILED|Failed to (fetch|load)/] });

  test('the page says so, and comes when it is loaded again', async ({ page }) => {
    await signIn(page, 'head');
    await open(page, '/deals/board');
    await page.route(/\/pkg\/.*\.wasm$/, (route) => route.abort());
    await page.getByRole('link', { name: 'Contacts' }).filter({ visible: true }).first().click();
    await expect(page.getByText('This page did not come.')).toBeVisible();
    await page.unroute(/\/pkg\/.*\.wasm$/);
    await page.getByRole('button', { name: 'Load again' }).click();
    await hydrated(page);
    await expect(page.getByRole('heading', { level: 1, name: 'Contacts' })).toBeVisible();
  });
});
