// Saved views: made of a list, found again as tabs, shared, opened by another.
import type { Locator, Page } from '@playwright/test';
import { api, expect, expectNoAxeViolations, signIn, test, unique, USERS } from '../support/fixtures.ts';

const views = (page: Page): Locator => page.getByRole('navigation', { name: 'Views' });
const row = (page: Page, title: string): Locator => page.getByRole('link', { name: title, exact: true });
const dialog = (page: Page): Locator => page.locator('dialog[open]');

/** Makes the list as it is a view. */
async function saveAs(page: Page, name: string, shared = false): Promise<void> {
  await views(page).getByRole('button', { name: 'Save as…' }).click();
  await dialog(page).getByLabel('Name').fill(name);
  if (shared) await dialog(page).getByRole('checkbox').check();
  await dialog(page).getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog(page)).toHaveCount(0);
}

async function inMenu(page: Page, view: string, item: string | RegExp): Promise<void> {
  await views(page).getByRole('button', { name: `View “${view}”` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Opens a view as one does at a desk, or on a phone. */
async function openView(page: Page, name: string): Promise<void> {
  const chooser = views(page).getByRole('button', { name: /^View: / });
  if (await chooser.isVisible()) {
    await chooser.click();
    await page.getByRole('menuitemradio', { name }).click();
  } else {
    await views(page).getByRole('link', { name }).click();
  }
}

test('a view is saved, changed, and gone back to', async ({ page }) => {
  const admin = await api('admin');
  const tag = unique();
  const mine = await admin.card('deal', `${tag} mine`, { owner: USERS.admin });
  const theirs = await admin.card('deal', `${tag} theirs`, { owner: USERS.sales });
  await signIn(page, 'admin', { to: `/deals?q=${tag}&filter=owner_id:is:me` });
  await expect(row(page, mine.title)).toBeVisible();
  // A name is asked for.
  await views(page).getByRole('button', { name: 'Save as…' }).click();
  await dialog(page).getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog(page)).toContainText('Fill this in');
  await dialog(page).getByLabel('Name').fill(tag);
  await dialog(page).getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(page).toHaveURL(/\/deals\?view=\d+$/);
  await expect(views(page).getByRole('button', { name: 'Reset' })).toHaveCount(0);

  // From all to the view.
  await openView(page, 'All');
  await expect(page).toHaveURL(/\/deals$/);
  await openView(page, tag);
  await expect(row(page, mine.title)).toBeVisible();
  await expect(row(page, theirs.title)).toHaveCount(0);

  // Changed, taken back, changed, saved.
  await page.getByRole('button', { name: 'Remove: Owner is me' }).click();
  await expect(row(page, theirs.title)).toBeVisible();
  await views(page).getByRole('button', { name: 'Reset' }).click();
  await expect(row(page, theirs.title)).toHaveCount(0);
  await page.getByRole('button', { name: 'Remove: Owner is me' }).click();
  await expect(row(page, theirs.title)).toBeVisible();
  await views(page).getByRole('button', { name: 'Save', exact: true }).click();
  await expect(views(page).getByRole('button', { name: 'Reset' })).toHaveCount(0);
  await page.reload();
  await expect(row(page, theirs.title)).toBeVisible();

  // The same name twice is refused in words.
  await page.goto(`/deals?q=${tag}x`);
  await views(page).getByRole('button', { name: 'Save as…' }).click();
  await dialog(page).getByLabel('Name').fill(tag.toLowerCase());
  await dialog(page).getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog(page)).toContainText('another view of yours');
  await dialog(page).getByRole('button', { name: 'Cancel' }).first().click();

  // Renamed, deleted, brought back.
  await openView(page, tag);
  await inMenu(page, tag, 'Rename…');
  await dialog(page).getByLabel('Name').fill(`${tag} renamed`);
  await dialog(page).getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog(page)).toHaveCount(0);
  await inMenu(page, `${tag} renamed`, 'Delete');
  await expect(views(page).getByRole('button', { name: `View “${tag} renamed”` })).toHaveCount(0);
  await expect(row(page, theirs.title)).toBeVisible();
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect(views(page).getByRole('button', { name: `View “${tag} renamed”` })).toBeVisible();
  await inMenu(page, `${tag} renamed`, 'Delete');
});

test('a shared view is opened by another, who sees what they may see', async ({ page, secondUser }) => {
  const admin = await api('admin');
  const tag = unique();
  const theirs = await admin.card('deal', `${tag} theirs`, { owner: USERS.sales });
  const hidden = await admin.card('deal', `${tag} hidden`, { owner: USERS.admin });
  await signIn(page, 'admin', { to: `/deals?q=${tag}` });
  const other = await secondUser('sales', { to: '/deals' });
  await expect(row(page, hidden.title)).toBeVisible();
  await saveAs(page, `${tag} for all`, true);
  // It comes by itself.
  await openView(other, `${tag} for all`);
  await expect(row(other, theirs.title)).toBeVisible();
  await expect(row(other, hidden.title)).toHaveCount(0);
  // Others may not change it, but keep what they make of it as their own.
  await views(other).getByRole('button', { name: `View “${tag} for all”` }).click();
  await expect(other.getByRole('menuitem', { name: 'Move left' })).toBeVisible();
  await expect(other.getByRole('menuitem', { name: 'Delete' })).toHaveCount(0);
  await other.keyboard.press('Escape');
  await inMenu(page, `${tag} for all`, 'Keep to myself');
  const chooser = views(other).getByText(`${tag} for all`);
  await expect(chooser).toHaveCount(0);
  await inMenu(page, `${tag} for all`, 'Delete');
});

test('tabs are put in order', { tag: '@desktop' }, async ({ page }) => {
  const tag = unique();
  await signIn(page, 'admin', { to: `/products?q=${tag}` });
  await saveAs(page, `${tag} one`);
  await page.goto(`/products?q=${tag}2`);
  await saveAs(page, `${tag} two`);
  const tabs = views(page).getByRole('link').filter({ hasText: tag });
  await expect(tabs).toHaveText([`${tag} one`, `${tag} two`]);
  await inMenu(page, `${tag} two`, 'Move left');
  await expect(tabs).toHaveText([`${tag} two`, `${tag} one`]);
  await page.reload();
  await expect(tabs).toHaveText([`${tag} two`, `${tag} one`]);
  await expectNoAxeViolations(page);
});
