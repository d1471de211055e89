// Pages stay open over night while the server is upgraded (app/src/live/version.rs): such a page says so, and one that
// nobody works with loads itself anew.
import type { Page } from '@playwright/test';
import { api, Board, expect, expectNoAxeViolations, hydrated, open, signIn, test, unique } from '../support/fixtures.ts';

const NEWER = 'There is a new version of Dealwright.';

/** Makes the next page one of another version, and only that. */
async function openOld(page: Page, path: string): Promise<void> {
  let isNext = true;
  await page.route('**', async (route) => {
    if (!isNext || route.request().resourceType() !== 'document') {
      await route.fallback();
      return;
    }
    isNext = false;
    const response = await route.fetch();
    const body = (await response.text()).replace(/ data-version="[^"]*"/, ' data-version="older"');
    await route.fulfill({ response, body });
  });
  await open(page, path);
  await expect(page.locator('html')).toHaveAttribute('data-version', 'older');
}

/** Sees that a page is of the server's version: it says nothing after it has heard from it. */
async function expectNew(page: Page): Promise<void> {
  const { title } = await (await api('head')).card('deal', unique(), { stage: 'New' });
  await new Board(page).expectCardIn(title, 'New');
  await expect(page.getByText(NEWER)).toHaveCount(0);
}

test('an old page says so, and loads the new version when asked', async ({ page }) => {
  await signIn(page, 'head');
  await openOld(page, '/deals/board');
  await expect(page.getByText(NEWER)).toBeVisible();
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Load it' }).click();
  await expect(page.locator('html')).not.toHaveAttribute('data-version', 'older');
  await hydrated(page);
  await expectNew(page);
});

test('of two tabs the old one says so', { tag: '@desktop' }, async ({ page, context }) => {
  await signIn(page, 'head', { to: '/deals/board' });
  await expectNew(page);
  // This one hears through the other's connection.
  const old = await context.newPage();
  await openOld(old, '/deals/board');
  await expect(old.getByText(NEWER)).toBeVisible();
  await expectNew(page);
  await page.close();
  await expectHeard(old);
  await expect(old.getByText(NEWER)).toBeVisible();
});

/** Sees that a page hears of changes. */
async function expectHeard(page: Page): Promise<void> {
  const { title } = await (await api('head')).card('deal', unique(), { stage: 'New' });
  await new Board(page).expectCardIn(title, 'New');
}

test('an old page that nobody works with loads itself anew', { tag: '@desktop' }, async ({ page }) => {
  await signIn(page, 'director');
  await page.clock.install();
  await openOld(page, '/funnel');
  await expect(page.getByText(NEWER)).toBeVisible();
  await page.clock.fastForward('04:30');
  await page.mouse.wheel(0, 10);
  await page.clock.fastForward('04:30');
  await expect(page.locator('html')).toHaveAttribute('data-version', 'older');
  await page.clock.fastForward('06:30');
  await expect(page.locator('html')).not.toHaveAttribute('data-version', 'older');
  await hydrated(page);
  await expect(page.getByText(NEWER)).toHaveCount(0);
});

test('an old page with something typed stays as it is', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const { id } = await head.card('deal', unique());
  await signIn(page, 'head');
  await page.clock.install();
  await openOld(page, `/deals/${id}`);
  const note = page.getByRole('textbox', { name: 'Note' });
  await note.fill('Half a tho');
  await expect(page.getByText(NEWER)).toBeVisible();
  await page.clock.fastForward('30:00');
  await expect(page.locator('html')).toHaveAttribute('data-version', 'older');
  await expect(note).toHaveValue('Half a tho');
});
