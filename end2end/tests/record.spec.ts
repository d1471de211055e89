import type { Locator, Page } from '@playwright/test';
import { api, editField, expect, money, signIn, test, text, unique } from '../support/fixtures.ts';

const LIVE = { timeout: 1_000 };

const row = (page: Page, field: string): Locator => page.locator(`[data-field="${field}"]`);

/** Opens a field for editing. */
async function edit(page: Page, field: string): Promise<Locator> {
  await editField(page, field);
  return row(page, field);
}

/** On a phone the timeline has a tab of its own. */
async function timeline(page: Page): Promise<Locator> {
  const tab = page.getByRole('tab', { name: 'Timeline' });
  if (await tab.isVisible()) await tab.click();
  return page.getByRole('region', { name: 'Timeline' });
}

test('a field is edited where it stands', async ({ page }) => {
  const head = await api('head');
  const { id } = await head.card('deal', unique(), { amount: 100 });
  await signIn(page, 'head', { to: `/deals/${id}` });
  const amount = await edit(page, 'amount');
  const input = amount.getByRole('textbox', { name: 'Amount' });
  await expect(input).toBeFocused();
  await expect(input).toHaveValue('100');
  await input.fill('2 500,75');
  await page.keyboard.press('Enter');
  await expect(row(page, 'amount')).toContainText('€2,500.75');
  await expect(page.locator('.record__head')).toContainText('€2,500.75');
  await expect(await timeline(page)).toContainText('Amount');
  await page.reload();
  await expect(row(page, 'amount')).toContainText('€2,500.75');
});

test('a value that does not fit stays, with what is wrong with it', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const { id } = await head.card('deal', unique(), { amount: 100 });
  await signIn(page, 'head', { to: `/deals/${id}` });
  const amount = await edit(page, 'amount');
  const input = amount.getByRole('textbox', { name: 'Amount' });
  await input.fill('twelve');
  await page.keyboard.press('Enter');
  await expect(input).toHaveValue('twelve');
  await expect(input).toHaveAttribute('aria-invalid', 'true');
  await expect(input).toHaveAccessibleDescription(/“twelve.*” is not a number/);
  await page.keyboard.press('Escape');
  await expect(input).toHaveCount(0);
  await expect(row(page, 'amount')).toContainText('€100');

  const title = await edit(page, 'title');
  await title.getByRole('textbox').fill('');
  await page.keyboard.press('Enter');
  await expect(title.getByText('Fill this in.')).toBeVisible();
  await page.keyboard.press('Escape');
});

test('every type of field can be changed', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const tag = unique();
  const company = await head.named('company', `${tag} works`);
  const { id } = await head.card('deal', tag);
  await signIn(page, 'head', { to: `/deals/${id}` });

  await (await edit(page, 'expected_close')).locator('input').fill('2026-12-24');
  await row(page, 'expected_close').getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'expected_close')).toContainText('24 Dec');

  await (await edit(page, 'source')).getByRole('combobox').selectOption('Referral');
  await row(page, 'source').getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'source').getByRole('combobox')).toHaveCount(0);
  await expect(row(page, 'source')).toContainText('Referral');

  await (await edit(page, 'company_id')).getByRole('searchbox').fill(tag);
  await row(page, 'company_id').getByRole('button', { name: company.title }).click();
  await row(page, 'company_id').getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'company_id').getByRole('link', { name: company.title })).toBeVisible();

  await (await edit(page, 'description')).getByRole('textbox').fill('Two lines\nof text');
  await row(page, 'description').getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'description')).toContainText('of text');

  await (await edit(page, 'owner_id')).getByRole('combobox').selectOption('Daniel Moreau');
  await row(page, 'owner_id').getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'owner_id')).toContainText('Daniel Moreau');

  // The company knows its deal.
  await row(page, 'company_id').getByRole('link', { name: company.title }).click();
  await expect(page).toHaveURL(`/companies/${company.id}`);
  await expect(page.getByRole('region', { name: 'Deals' }).getByRole('link', { name: tag })).toBeVisible();
});

test('contact points are added and found again', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const { id } = await head.contact(unique());
  await signIn(page, 'head', { to: `/contacts/${id}` });
  const emails = await edit(page, 'emails');
  await emails.getByRole('textbox').first().fill('Ada@Example.com');
  await emails.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'emails').getByRole('link', { name: /ada@example.com/i })).toHaveAttribute(
    'href',
    /^mailto:ada@example.com$/i,
  );
});

test('a note is written, and taken back', async ({ page, secondUser }) => {
  const head = await api('head');
  const { id } = await head.card('deal', unique());
  await signIn(page, 'head', { to: `/deals/${id}` });
  const other = await secondUser('director', { to: `/deals/${id}` });
  const here = await timeline(page);
  const there = await timeline(other);
  await here.getByRole('textbox', { name: 'Note' }).fill('Called:\nthey want it by May');
  await here.getByRole('button', { name: 'Add note' }).click();
  await expect(here.locator('.entry--note')).toContainText('they want it by May');
  await expect(here.getByRole('textbox', { name: 'Note' })).toHaveValue('');
  await expect(there.locator('.entry--note')).toContainText('they want it by May', LIVE);
  // Who changes nothing is offered nothing.
  await expect(there.getByRole('button', { name: 'Undo' })).toHaveCount(0);
  await expect(there.getByRole('textbox')).toHaveCount(0);
  await here.locator('.entry--note').hover();
  await here.locator('.entry--note').getByRole('button', { name: 'Delete note' }).click();
  await expect(here.locator('.entry--note')).toHaveCount(0);
  await expect(there.locator('.entry--note')).toHaveCount(0, LIVE);
});

test('a change is taken back from the timeline', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const { id } = await head.card('deal', unique(), { amount: 100 });
  await head.change('deal', id, { amount: money(250) });
  await signIn(page, 'head', { to: `/deals/${id}` });
  await expect(row(page, 'amount')).toContainText('€250');
  const entry = (await timeline(page)).locator('.entry--field').first();
  await expect(entry).toContainText('€100');
  await entry.hover();
  await entry.getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'amount')).toContainText('€100');
});

test('two people change one field: both values are shown', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const admin = await api('admin');
  const { id } = await head.card('deal', unique(), { amount: 100 });
  await signIn(page, 'head', { to: `/deals/${id}` });
  // As when both save in the same moment: the one's change comes before the other has heard of it.
  const saves = '**/api/app/record/api/change_record';
  await page.route(
    saves,
    async (route) => {
      await admin.change('deal', id, { amount: money(200) });
      await route.continue();
    },
    { times: 1 },
  );
  const amount = await edit(page, 'amount');
  await amount.getByRole('textbox', { name: 'Amount' }).fill('300');
  await page.keyboard.press('Enter');
  const conflict = amount.getByRole('alert').filter({ hasText: 'Somebody else changed this meanwhile' });
  await expect(conflict).toContainText('€200');
  await expect(conflict).toContainText('€300');
  await expect(conflict).toContainText(admin.name);
  await expect(amount.getByRole('textbox', { name: 'Amount' })).toHaveValue('300');
  await conflict.getByRole('button', { name: 'Keep mine' }).click();
  await expect(row(page, 'amount').getByRole('textbox')).toHaveCount(0);
  await expect(row(page, 'amount')).toContainText('€300');
  await page.reload();
  await expect(row(page, 'amount')).toContainText('€300');
});

test('of two values one takes the other one’s', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const admin = await api('admin');
  const { id } = await head.card('deal', unique(), { amount: 100 });
  await signIn(page, 'head', { to: `/deals/${id}` });
  await page.route(
    '**/api/app/record/api/change_record',
    async (route) => {
      await admin.change('deal', id, { amount: money(200) });
      await route.continue();
    },
    { times: 1 },
  );
  const amount = await edit(page, 'amount');
  await amount.getByRole('textbox', { name: 'Amount' }).fill('300');
  await page.keyboard.press('Enter');
  await amount.getByRole('alert').getByRole('button', { name: 'Take theirs' }).click();
  await expect(row(page, 'amount').getByRole('textbox')).toHaveCount(0);
  await expect(row(page, 'amount')).toContainText('€200');
  await page.reload();
  await expect(row(page, 'amount')).toContainText('€200');
});

test('two people change two fields: both changes stay', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const admin = await api('admin');
  const { id } = await head.card('deal', unique(), { amount: 100 });
  await signIn(page, 'head', { to: `/deals/${id}` });
  const saves = '**/api/app/record/api/change_record';
  await page.route(
    saves,
    async (route) => {
      await admin.change('deal', id, { next_step: text('Call them') });
      await route.continue();
    },
    { times: 1 },
  );
  const amount = await edit(page, 'amount');
  await amount.getByRole('textbox', { name: 'Amount' }).fill('300');
  await page.keyboard.press('Enter');
  await expect(row(page, 'amount')).toContainText('€300');
  await expect(row(page, 'next_step')).toContainText('Call them');
});

test('what one is typing stays when somebody else changes the record', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const admin = await api('admin');
  const { id } = await head.card('deal', unique(), { amount: 100 });
  await signIn(page, 'head', { to: `/deals/${id}` });
  const amount = await edit(page, 'amount');
  const input = amount.getByRole('textbox', { name: 'Amount' });
  await input.fill('31');
  await admin.change('deal', id, { next_step: text('Call them') });
  await expect(row(page, 'next_step')).toContainText('Call them', LIVE);
  await expect(input).toHaveValue('31');
  await expect(input).toBeFocused();
});

test('the keyboard goes on where a field was', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const { id } = await head.card('deal', unique(), { amount: 100 });
  await signIn(page, 'head', { to: `/deals/${id}` });
  const button = row(page, 'amount').locator('.fieldrow__button');
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(row(page, 'amount').getByRole('textbox', { name: 'Amount' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();
});

test('a company is made while it is linked', async ({ page }) => {
  const head = await api('head');
  const tag = unique();
  const { id } = await head.card('deal', tag);
  await signIn(page, 'head', { to: `/deals/${id}` });
  const company = await edit(page, 'company_id');
  await company.getByRole('searchbox').fill(`${tag} works`);
  await company.getByRole('button', { name: `Create “${tag} works”` }).click();
  await company.getByRole('button', { name: 'Save' }).click();
  await row(page, 'company_id').getByRole('link', { name: `${tag} works` }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${tag} works`);
  await expect(page.getByRole('region', { name: 'Deals' }).getByRole('link', { name: tag, exact: true })).toBeVisible();
});

test('related records are counted, and all of them are a list away', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const tag = unique();
  const company = await head.named('company', tag);
  for (let index = 0; index < 12; index++) {
    await head.card('deal', `${tag} ${index}`, {
      amount: 100,
      values: { company_id: { links: [{ id: company.id }] } },
    });
  }
  await signIn(page, 'head', { to: `/companies/${company.id}` });
  const deals = page.getByRole('region', { name: 'Deals' });
  await expect(deals.locator('.fields__count')).toHaveText('12');
  await expect(deals.getByRole('listitem')).toHaveCount(11);
  await expect(deals.getByRole('listitem').first()).toContainText('€100');
  await deals.getByRole('link', { name: 'Show all' }).click();
  await expect(page).toHaveURL(`/deals?filter=company_id:is:${company.id}`);
  await expect(page.getByRole('link', { name: `${tag} 11` })).toBeVisible();
});

test('a record is copied, and the copy taken back', async ({ page }) => {
  const head = await api('head');
  const { id, title } = await head.card('deal', unique(), { amount: 700, stage: 'Qualified' });
  await signIn(page, 'head', { to: `/deals/${id}` });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Copy' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${title} (copy)`);
  await expect(page).not.toHaveURL(`/deals/${id}`);
  await expect(row(page, 'amount')).toContainText('€700');
  await page.locator('.toast', { hasText: 'Copied' }).getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.page')).toContainText('This record is gone');
});

test('one goes from record to record in the order of the column', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const tag = unique();
  const [first, second, third] = await head.deals([`${tag} one`, `${tag} two`, `${tag} three`], { stage: 'New' });
  if (!first || !second || !third) throw new Error('Three deals were asked for.');
  await signIn(page, 'head', { to: `/deals/board?q=${tag}&open=${first.id}` });
  const panel = page.getByRole('dialog', { name: 'Record' });
  const heading = panel.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText(first.title);
  await expect(panel.getByRole('button', { name: 'Previous record' })).toBeDisabled();
  await page.keyboard.press('j');
  await expect(heading).toHaveText(second.title);
  await page.keyboard.press('Alt+ArrowDown');
  await expect(heading).toHaveText(third.title);
  await page.keyboard.press('k');
  await expect(heading).toHaveText(second.title);
  // The button keeps the focus on the way.
  const next = panel.getByRole('button', { name: 'Next record' });
  await next.focus();
  await page.keyboard.press('Enter');
  await expect(heading).toHaveText(third.title);
  await expect(next).toBeDisabled();
  // In an editor they are letters.
  await editField(page, 'next_step');
  await page.keyboard.type('jk');
  await expect(panel.getByRole('textbox', { name: 'Next step' })).toHaveValue('jk');
  await expect(heading).toHaveText(third.title);
});

test('an observer is added and taken away', { tag: '@desktop' }, async ({ page, secondUser }) => {
  const head = await api('head');
  const { id, title } = await head.card('deal', unique());
  const theirs = await secondUser('sales');
  await signIn(page, 'head', { to: `/deals/${id}` });
  const sales = await api('sales');
  const observers = await edit(page, 'observers');
  await observers.getByRole('checkbox', { name: sales.name }).check();
  await observers.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'observers')).toContainText(sales.name);
  await theirs.goto(`/deals/${id}`);
  await expect(theirs.getByRole('heading', { level: 1, name: title })).toBeVisible();
  await (await edit(page, 'observers')).getByRole('checkbox', { name: sales.name }).uncheck();
  await row(page, 'observers').getByRole('button', { name: 'Save' }).click();
  await expect(theirs.locator('.page')).toContainText('This record is gone', LIVE);
});

test('a timeline has twelve entries in sight', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const { id } = await head.card('deal', unique(), { amount: 1, stage: 'New' });
  for (let index = 2; index < 9; index++) await head.change('deal', id, { amount: money(index) });
  await head.note('deal', id, 'They called.');
  await head.move(id, 'Qualified');
  for (let index = 9; index < 40; index++) await head.change('deal', id, { amount: money(index) });
  await signIn(page, 'head', { to: `/deals/${id}` });
  const here = await timeline(page);
  const entries = here.locator('.entry');
  await expect(entries).toHaveCount(30);
  const seen = await entries.evaluateAll(
    (all) => all.filter((entry) => entry.getBoundingClientRect().bottom <= innerHeight).length,
  );
  expect(seen).toBeGreaterThanOrEqual(12);
  // What is older comes as one scrolls.
  await here.evaluate((timeline) => {
    timeline.scrollTo(0, timeline.scrollHeight);
  });
  await expect(entries).toHaveCount(41);
  await expect(here).toContainText('They called.');
});

test('the stage bar moves, asks at a gate, and takes back', async ({ page }) => {
  const head = await api('head');
  const { id } = await head.card('deal', unique(), { stage: 'New' });
  await signIn(page, 'head', { to: `/deals/${id}` });
  const stages = page.getByRole('list', { name: 'Stages' });
  const step = (name: string) => stages.getByRole('button', { name: new RegExp(`^${name}`) });
  await expect(step('New')).toHaveAttribute('aria-current', 'step');
  await step('Qualified').click();
  await expect(step('Qualified')).toHaveAttribute('aria-current', 'step');
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect(step('New')).toHaveAttribute('aria-current', 'step');

  await step('Proposal').click();
  const dialog = page.locator('dialog[open]');
  await expect(dialog.locator('form > .field')).toHaveCount(1);
  await dialog.getByRole('button', { name: 'Cancel' }).first().click();
  await expect(dialog).toHaveCount(0);
  await expect(step('New')).toHaveAttribute('aria-current', 'step');
  await step('Proposal').click();
  await dialog.getByLabel('Amount').fill('640');
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(step('Proposal')).toHaveAttribute('aria-current', 'step');
  await expect(page.locator('.record__head')).toContainText('€640');
});

test('a record is deleted and brought back', { tag: '@desktop' }, async ({ page, board }) => {
  const head = await api('head');
  const { id, title } = await head.card('deal', unique(), { stage: 'New' });
  await signIn(page, 'head', { to: `/deals/board?open=${id}` });
  const panel = page.getByRole('dialog', { name: 'Record' });
  await panel.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(panel).toContainText('This record is gone');
  await expect(board.card(title)).toHaveCount(0);
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect(panel.getByRole('heading', { level: 1, name: title })).toBeVisible();
  await board.expectCardIn(title, 'New');
});

test('markup and names from right to left are shown as text', async ({ page, board }) => {
  const head = await api('head');
  const tag = unique();
  const markup = `${tag} <script>document.title='owned'</script><img src=x onerror="document.title='owned'">`;
  const arabic = `${tag} شركة النور للتجارة`;
  const deal = await head.card('deal', markup, { values: { description: text('</textarea><script>document.title=1</script>') } });
  const second = await head.card('deal', arabic);
  await head.note('deal', deal.id, '</div><script>document.title="owned"</script>');
  await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
  await board.expectColumnStarts('New', [arabic, markup]);
  await expect(board.card(arabic).getByRole('link')).toHaveAttribute('dir', 'auto');
  await page.goto(`/deals/${deal.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(markup);
  await expect(page).toHaveTitle(`${markup} · Dealwright`);
  await expect(await timeline(page)).toContainText('</div><script>');
  await page.getByRole('tab', { name: 'Details' }).click({ timeout: 500 }).catch(() => undefined);
  await expect(row(page, 'description')).toContainText('</textarea><script>');
  await page.goto(`/deals/${second.id}`);
  await expect(page.getByRole('heading', { level: 1, name: arabic })).toBeVisible();
});
