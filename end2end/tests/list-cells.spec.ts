// Cells are edited where they stand: by keyboard alone, by mouse, by two people at once, against a gate.
import { api, expect, money, signIn, test as base, text, unique, USERS } from '../support/fixtures.ts';
import { List } from '../support/list.ts';

const test = base.extend<{ list: List }>({
  list: async ({ page }, use) => {
    await use(new List(page));
  },
});

test('by keyboard alone from the search to an edited cell', { tag: '@desktop' }, async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  await head.deals([`${tag} one`, `${tag} two`], { amount: 100 });
  await signIn(page, 'head', { to: '/deals?sort=title&columns=title,amount,next_step,owner_id,created_at' });
  await page.getByRole('searchbox', { name: 'Search titles' }).focus();
  await page.keyboard.type(tag);
  await list.expectTitles([`${tag} one`, `${tag} two`]);
  for (let tabs = 0; tabs < 40; tabs++) {
    await page.keyboard.press('Tab');
    if (await list.grid.evaluate((grid) => grid === document.activeElement)) break;
  }
  await expect(list.grid).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(await list.cell(`${tag} two`, 'amount')).toHaveClass(/grid__cell--active/);
  // Typing replaces, Tab saves and goes on.
  await page.keyboard.type('2500');
  const input = page.getByRole('textbox', { name: 'Amount' });
  await expect(input).toHaveValue('2500');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(await list.cell(`${tag} two`, 'amount')).toContainText('€2,500');
  await expect(await list.cell(`${tag} two`, 'next_step')).toHaveClass(/grid__cell--active/);
  await page.keyboard.press('Enter');
  await page.keyboard.type('Call them');
  await page.keyboard.press('Enter');
  await expect(await list.cell(`${tag} two`, 'next_step')).toContainText('Call them');
  await expect(list.grid).toBeFocused();
  // Escape leaves everything as it was.
  await page.keyboard.press('F2');
  await expect(page.getByRole('textbox', { name: 'Next step' })).toHaveValue('Call them');
  await page.keyboard.type('x');
  await page.keyboard.press('Escape');
  await expect(await list.cell(`${tag} two`, 'next_step')).toHaveText('Call them');
  // Home, End, and why a cell cannot be edited.
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(page.locator('.toast').getByText('“Created” is filled in by Dealwright')).toBeVisible();
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await expect(list.row(`${tag} two`)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Shift+Space');
  await expect(page.locator('.grid__row--selected')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(page.locator('.grid__row--selected')).toHaveCount(0);
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('.panel .record__title')).toHaveText(`${tag} one`);
  await page.keyboard.press('Escape');
  await page.reload();
  await expect(await list.cell(`${tag} two`, 'amount')).toContainText('€2,500');
  await expect(await list.cell(`${tag} two`, 'next_step')).toContainText('Call them');
});

test('by mouse: a double click, the pencil, a press elsewhere; and back', { tag: '@desktop' }, async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  await head.deals([`${tag} one`, `${tag} two`], { values: { next_step: text('Wait') } });
  await signIn(page, 'head', { to: `/deals?q=${tag}&sort=title&columns=title,next_step,owner_id` });
  const cell = await list.cell(`${tag} one`, 'next_step');
  await cell.dblclick();
  const input = page.getByRole('textbox', { name: 'Next step' });
  await expect(input).toBeFocused();
  await input.fill('Write');
  // A press elsewhere saves.
  await page.locator('h1').click();
  await expect(cell).toHaveText('Write');
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect(cell).toHaveText('Wait');
  const other = await list.cell(`${tag} two`, 'next_step');
  await other.hover();
  await page.locator('.grid__pencil').click();
  await expect(input).toHaveValue('Wait');
  await input.fill('');
  await page.keyboard.press('Enter');
  await expect(other).toHaveText('');
});

test('two people on one record: other fields merge, the same one asks', { tag: '@desktop' }, async ({ page, list, secondUser }) => {
  const head = await api('head');
  const tag = unique();
  await head.card('deal', `${tag} one`, { owner: USERS.sales, amount: 10, values: { next_step: text('Wait') } });
  const to = `/deals?q=${tag}&columns=title,amount,next_step`;
  await signIn(page, 'head', { to });
  const theirs = await secondUser('sales', { to });
  const other = new List(theirs);
  // Both begin before the other one has saved.
  await (await list.cell(`${tag} one`, 'next_step')).dblclick();
  await page.getByRole('textbox', { name: 'Next step' }).fill('Mine');
  await (await other.cell(`${tag} one`, 'amount')).dblclick();
  await theirs.getByRole('textbox', { name: 'Amount' }).fill('99');
  await theirs.keyboard.press('Enter');
  await expect(await list.cell(`${tag} one`, 'amount')).toContainText('€99');
  // What is being typed has stayed.
  await expect(page.getByRole('textbox', { name: 'Next step' })).toHaveValue('Mine');
  await page.keyboard.press('Enter');
  await expect(await list.cell(`${tag} one`, 'next_step')).toHaveText('Mine');
  await expect(await other.cell(`${tag} one`, 'next_step')).toHaveText('Mine');
  await expect(await other.cell(`${tag} one`, 'amount')).toContainText('€99');

  // The same field: the later one is asked, with both values.
  await (await list.cell(`${tag} one`, 'next_step')).dblclick();
  await page.getByRole('textbox', { name: 'Next step' }).fill('Mine again');
  await (await other.cell(`${tag} one`, 'next_step')).dblclick();
  await theirs.getByRole('textbox', { name: 'Next step' }).fill('Theirs');
  await theirs.keyboard.press('Enter');
  await expect(await other.cell(`${tag} one`, 'next_step')).toHaveText('Theirs');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Somebody was faster' });
  await expect(dialog).toContainText('Mine again');
  await expect(dialog).toContainText('Theirs');
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await expect(await list.cell(`${tag} one`, 'next_step')).toHaveText('Mine again');
  await expect(await other.cell(`${tag} one`, 'next_step')).toHaveText('Mine again');
});

test('a gate asks for what is missing', { tag: '@desktop' }, async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  const { id } = await head.card('deal', `${tag} one`, { stage: 'New' });
  await signIn(page, 'head', { to: `/deals?q=${tag}&columns=title,stage_id,amount` });
  const stage = await list.cell(`${tag} one`, 'stage_id');
  await stage.dblclick();
  await page.getByRole('combobox', { name: 'Stage' }).selectOption('Contract');
  await page.keyboard.press('Enter');
  const dialog = page.locator('dialog[open]');
  await expect(dialog.getByLabel('Amount')).toBeVisible();
  await expect(stage).toContainText('New');
  await dialog.getByRole('button', { name: 'Cancel' }).first().click();
  await expect(stage).toContainText('New');
  await head.post('app/list/api/change_cell', { kind: 'deal', id, draft: { values: { amount: money(5) } } });
  await expect(await list.cell(`${tag} one`, 'amount')).toContainText('€5');
});

test('a value that does not fit stays with what is wrong', { tag: '@desktop' }, async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  await head.card('deal', `${tag} one`, { amount: 10 });
  await signIn(page, 'head', { to: `/deals?q=${tag}&columns=title,amount` });
  await (await list.cell(`${tag} one`, 'amount')).dblclick();
  const input = page.getByRole('textbox', { name: 'Amount' });
  await input.fill('twelve');
  await page.keyboard.press('Enter');
  await expect(input).toHaveValue('twelve');
  await expect(input).toHaveAttribute('aria-invalid', 'true');
  await page.keyboard.press('Escape');
  await expect(await list.cell(`${tag} one`, 'amount')).toHaveText('€10');
  // A title cannot be empty: the server says so, and the editor comes back.
  await (await list.cell(`${tag} one`, 'title')).dblclick({ position: { x: 250, y: 10 } });
  await page.getByRole('textbox', { name: 'Title' }).fill('');
  await page.keyboard.press('Enter');
  await expect(page.locator('.grid__editor').getByText('Fill this in.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(list.row(`${tag} one`)).toBeVisible();
});

test('who may not change a record is told', { tag: '@desktop' }, async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  await head.card('deal', `${tag} one`, { amount: 10 });
  await signIn(page, 'director', { to: `/deals?q=${tag}&columns=title,amount` });
  await (await list.cell(`${tag} one`, 'amount')).dblclick();
  await expect(page.locator('.toast').getByText('You may not change this record.')).toBeVisible();
  await expect(page.locator('.grid__editor')).toHaveCount(0);
  await expect(page.locator('.list__new')).toHaveCount(0);
});
