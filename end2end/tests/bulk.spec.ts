// Changing many records at once, over a list: told before it is done, shown while it goes on, taken back afterwards.
import type { Locator, Page } from '@playwright/test';
import { api, expect, expectNoAxeViolations, signIn, test, tickAll, unique, USERS } from '../support/fixtures.ts';

const bar = (page: Page): Locator => page.getByRole('region', { name: 'Selected records' });
const dialog = (page: Page): Locator => page.locator('dialog[open]');
const runs = (page: Page): Locator => page.getByRole('region', { name: 'Changes of many records' });

test('ten thousand deals are changed while one works on, and taken back @desktop', async ({ page, ownServer }) => {
  test.setTimeout(240_000);
  const server = await ownServer();
  const admin = await api('admin', server.url);
  const stage = admin.stage('deal');
  const count = async (where: string): Promise<number> =>
    Number(await server.database?.query(`select count(*) from deal where title like 'Bulk %' and ${where}`));
  await server.database?.query(
    `insert into deal (title, pipeline_id, stage_id, stage_since, position, amount, currency, owner_id, created_at, updated_at)
     select 'Bulk ' || n, ${stage.pipeline_id}, ${stage.id}, now(), 'z' || lpad(n::text, 6, '0'), n, 'EUR',
            ${admin.workspace.me.id}, now(), now() from generate_series(1, 10000) n`,
  );
  await signIn(page, 'admin', { server: server.url, to: '/deals?q=Bulk' });
  await page.getByLabel('Select all that is loaded').click();
  await bar(page).getByRole('button', { name: 'Select all 10,000' }).click();
  await expect(bar(page)).toContainText('10,000 deals selected');
  await bar(page).getByRole('button', { name: 'Set field' }).click();
  await dialog(page).getByLabel('Field').selectOption({ label: 'Next step' });
  await dialog(page).getByLabel('Next step').fill('Call them all');
  await expect(dialog(page)).toContainText('10,000 deals: 10,000 will change.');
  // The last of them is somebody else's for a while, or all would be over before one has looked.
  const holdLast = async () => await server.database?.hold("select from deal where title = 'Bulk 10000' for update");
  let letGo = await holdLast();
  await dialog(page).getByRole('button', { name: 'Change 10,000 deals' }).click();

  // It goes on while one is elsewhere, and a page loaded anew finds it.
  const progress = runs(page).getByRole('progressbar');
  await expect(progress).toBeVisible();
  await page.getByRole('link', { name: 'Contacts' }).click();
  await expect(page).toHaveURL(/\/contacts/);
  await page.reload();
  await expect(progress).toBeVisible();
  await letGo?.();
  await expect(page.getByText('Changed 10,000 deals.')).toBeVisible({ timeout: 120_000 });
  await expect(runs(page)).toBeHidden();
  expect(await count("next_step = 'Call them all'")).toBe(10_000);

  letGo = await holdLast();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(progress).toBeVisible();
  await page.reload();
  await expect(progress).toBeVisible();
  await letGo?.();
  await expect(page.getByText('Taken back: 10,000 records.')).toBeVisible({ timeout: 120_000 });
  expect(await count('next_step is not null')).toBe(0);
});

test('a change tells what it would come to, what it did not do and why', async ({ page }) => {
  const [sales, head] = [await api('sales'), await api('head')];
  const word = unique();
  for (const n of [1, 2]) await sales.card('deal', `${word} ${n}`);
  // Of somebody else, who lets everyone see it.
  await head.card('deal', `${word} 3`, { owner: USERS.head, values: { everyone: { yes_no: true } } });
  await signIn(page, 'sales', { to: `/deals?q=${word}` });
  await tickAll(page, [`${word} 1`, `${word} 2`, `${word} 3`]);
  await expect(bar(page)).toContainText('3 deals selected');
  await expectNoAxeViolations(page);
  await bar(page).getByRole('button', { name: 'Set field' }).click();
  await dialog(page).getByLabel('Field').selectOption({ label: 'Next step' });
  await dialog(page).getByLabel('Next step').fill('Write');
  await expect(dialog(page)).toContainText('3 deals: 2 will change, 1 is not yours to change.');
  await expectNoAxeViolations(page);
  await dialog(page).getByRole('button', { name: 'Change 2 deals' }).click();
  await expect(page.getByText('Changed 2 deals.').first()).toBeVisible();
  await expect(bar(page)).toBeHidden();
  await expect(runs(page)).toContainText('Not changed: 1 deal.');
  await runs(page).getByRole('button', { name: 'Show why' }).click();
  await expect(dialog(page).getByRole('link', { name: `${word} 3` })).toBeVisible();
  await expect(dialog(page)).toContainText('but not change it');
  await expectNoAxeViolations(page);
  await page.keyboard.press('Escape');
  await runs(page).getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Taken back: 2 records.')).toBeVisible();
});

test('many are assigned, moved with a reason, and deleted', async ({ page }) => {
  const head = await api('head');
  const word = unique();
  const titles = [`${word} 1`, `${word} 2`];
  for (const title of titles) await head.card('deal', title);
  await signIn(page, 'head', { to: `/deals?q=${word}` });
  await tickAll(page, titles);
  await bar(page).getByRole('button', { name: 'Assign' }).click();
  await dialog(page).getByLabel('Owner').selectOption({ value: String(head.user(USERS.sales)) });
  await dialog(page).getByRole('button', { name: 'Assign 2 deals' }).click();
  await expect(page.getByText('Changed 2 deals.')).toHaveCount(1);

  await tickAll(page, titles);
  await bar(page).getByRole('button', { name: 'Move' }).click();
  await dialog(page).getByLabel('New stage').selectOption({ value: String(head.stage('deal', 'Lost').id) });
  await expect(dialog(page)).toContainText('2 deals will be refused: Lost reason is missing');
  await dialog(page).getByLabel('Lost reason').selectOption({ index: 1 });
  await expect(dialog(page)).toContainText('2 deals: 2 will change.');
  await expect(dialog(page)).not.toContainText('refused');
  await dialog(page).getByRole('button', { name: 'Move 2 deals' }).click();
  await expect(page.getByText('Changed 2 deals.')).toHaveCount(2);

  await tickAll(page, titles);
  await bar(page).getByRole('button', { name: 'Delete' }).click();
  await dialog(page).getByRole('button', { name: 'Delete 2 deals' }).click();
  await expect(page.getByText('2 deals in the recycle bin.')).toBeVisible();
  await page.getByRole('listitem').filter({ hasText: 'in the recycle bin' }).getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Taken back: 2 records.')).toBeVisible();
});

test('who may change nothing is told so', async ({ page }) => {
  const head = await api('head');
  const word = unique();
  await head.card('deal', `${word} 1`);
  await signIn(page, 'director', { to: `/deals?q=${word}` });
  await tickAll(page, [`${word} 1`]);
  await expect(bar(page)).toContainText('Your role does not change these.');
  await bar(page).getByRole('button', { name: 'Select none' }).click();
  await expect(bar(page)).toBeHidden();
});
