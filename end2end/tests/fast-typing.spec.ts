// Who types on does not wait for the machine: no key is lost between the one that opens something and the first
// picture of it, however late that picture comes.
import type { Page } from '@playwright/test';
import { api, expect, signIn, test as base, unique } from '../support/fixtures.ts';
import { List } from '../support/list.ts';

const test = base.extend<{ list: List }>({
  list: async ({ page }, use) => {
    await use(new List(page));
  },
});

/** Lets every frame of the page come a third of a second late, as on a machine that is busy. */
async function lateFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const next = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) =>
      next(() => {
        setTimeout(() => callback(performance.now()), 333);
      });
  });
}

test('what is typed right after Ctrl+K stands in the search', { tag: '@desktop' }, async ({ page }) => {
  await signIn(page, 'head', { to: '/funnel' });
  await lateFrames(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('8768');
  await expect(page.getByRole('dialog', { name: 'Search' }).getByRole('combobox')).toHaveValue('8768');
});

test('what is typed into a cell stands in it, whole', { tag: '@desktop' }, async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  await head.card('deal', `${tag} one`, { amount: 10 });
  await signIn(page, 'head', { to: `/deals?q=${tag}&columns=title,amount,next_step` });
  await (await list.cell(`${tag} one`, 'amount')).click();
  await expect(list.grid).toBeFocused();
  await lateFrames(page);
  await page.keyboard.type('2500');
  // Until the late frame has come: what is done in it must leave alone what was typed.
  await page.waitForTimeout(500);
  await expect(page.getByRole('textbox', { name: 'Amount' })).toHaveValue('2500');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(await list.cell(`${tag} one`, 'amount')).toContainText('€2,500');
  // Enter opens it with what stands there chosen: the first letter replaces it, the others follow.
  await page.keyboard.press('Enter');
  await page.keyboard.type('Call them');
  await page.waitForTimeout(500);
  await expect(page.getByRole('textbox', { name: 'Next step' })).toHaveValue('Call them');
  await page.keyboard.press('Enter');
  await expect(await list.cell(`${tag} one`, 'next_step')).toContainText('Call them');
});
