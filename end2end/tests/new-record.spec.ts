// The form of a new record, of every kind, from its fields' descriptions.
import type { Locator, Page } from '@playwright/test';
import { api, expect, expectNoAxeViolations, signIn, test, unique } from '../support/fixtures.ts';

const form = (page: Page): Locator => page.locator('form.newrecord');
const row = (page: Page, field: string): Locator => form(page).locator(`[data-field="${field}"]`);
const save = (page: Page): Locator => form(page).getByRole('button', { name: 'Add', exact: true });

test('a deal is added with the link that it came from', async ({ page }) => {
  const head = await api('head');
  const tag = unique();
  const company = await head.named('company', `${tag} works`);
  await signIn(page, 'head', { to: `/companies/${company.id}` });
  const deals = page.getByRole('region', { name: 'Deals' });
  await deals.getByRole('link', { name: 'New Deal' }).click();
  await expect(page).toHaveURL(`/deals/new?company_id=${company.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New deal');
  await expect(row(page, 'company_id')).toContainText(company.title);
  const title = form(page).getByLabel('Title');
  await expect(title).toBeFocused();
  await title.fill(`${tag} roof`);
  await row(page, 'amount').getByRole('textbox').fill('1200');
  await save(page).click();
  await expect(page).toHaveURL(/\/deals\/\d+$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${tag} roof`);
  await expect(page.locator('.record__head')).toContainText('€1,200');
  // Back leads to where one came from, not to the form again.
  await page.goBack();
  await expect(page).toHaveURL(`/companies/${company.id}`);
  await expect(deals.getByRole('link', { name: `${tag} roof` })).toBeVisible();
});

test('what is wrong stands beside its field, and nothing typed is lost', async ({ page }) => {
  await signIn(page, 'head', { to: '/deals/new' });
  await row(page, 'amount').getByRole('textbox').fill('twelve');
  await save(page).click();
  const title = form(page).getByLabel('Title');
  await expect(title).toBeFocused();
  await expect(title).toHaveAccessibleDescription('Fill this in.');
  const amount = row(page, 'amount').getByRole('textbox');
  await expect(amount).toHaveAccessibleDescription(/“twelve.*” is not a number/);
  await expect(amount).toHaveValue('twelve');
  await title.fill(unique());
  await amount.fill('12');
  await title.press('Control+Enter');
  await expect(page).toHaveURL(/\/deals\/\d+$/);
});

test('a stage asks for what it requires', async ({ page }) => {
  await signIn(page, 'head', { to: '/deals/new' });
  await form(page).getByLabel('Title').fill(unique());
  await form(page).getByLabel('Stage').selectOption('Lost');
  await save(page).click();
  const reason = form(page).getByLabel('Lost reason');
  await expect(reason).toBeFocused();
  await reason.selectOption({ index: 1 });
  await save(page).click();
  await expect(page).toHaveURL(/\/deals\/\d+$/);
  const stages = page.getByRole('list', { name: 'Stages' });
  await expect(stages.getByRole('button', { name: /^Lost/ })).toHaveAttribute('aria-current', 'step');
});

test('further fields come on demand, and the whole is taken back', async ({ page }) => {
  await signIn(page, 'head', { to: '/companies/new' });
  const name = `${unique()} works`;
  await form(page).getByLabel('Name').fill(name);
  await expect(row(page, 'employees')).toHaveCount(0);
  await form(page).getByRole('button', { name: 'More fields' }).click();
  await row(page, 'employees').getByRole('textbox').fill('12');
  await row(page, 'description').getByRole('textbox').fill('Two lines\nof text');
  await save(page).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(page.locator('[data-field="employees"]')).toContainText('12');
  await page.locator('.toast', { hasText: 'Added' }).getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.page')).toContainText('This record is gone');
});

test('what exists already is told while one types', async ({ page }) => {
  const head = await api('head');
  const name = unique();
  const phone = `+49 151 ${String(Date.now()).slice(-8)}`;
  const made = await head.contact(name, {
    phones: { points: [{ point_type: 'phone', text: phone, label: '' }] },
  });
  await signIn(page, 'head', { to: '/contacts/new' });
  const hint = form(page).getByRole('status').filter({ hasText: 'exist' });
  await form(page).getByLabel('First name').fill(name);
  await expect(hint.getByRole('link', { name })).toHaveAttribute('href', `/contacts/${made.id}`);
  await form(page).getByLabel('First name').fill('Nobody');
  await expect(hint).toHaveCount(0);
  await row(page, 'phones').getByRole('textbox').first().fill(phone.replaceAll(' ', ''));
  await expect(hint.getByRole('link', { name })).toBeVisible();
  await expect(hint).toContainText('Phones');
});

test('one is asked before what was typed is lost', async ({ page }) => {
  await signIn(page, 'head', { to: '/deals/new' });
  const title = form(page).getByLabel('Title');
  await title.fill('Half a de');
  const away = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Contacts' });
  await away.click();
  const dialog = page.getByRole('dialog', { name: 'Leave without adding it?' });
  await dialog.getByRole('button', { name: 'Stay' }).first().click();
  await expect(dialog).toBeHidden();
  await expect(title).toHaveValue('Half a de');
  // The browser asks too when the page is closed or loaded again.
  page.once('dialog', (asked) => void asked.dismiss());
  const asked = page.waitForEvent('dialog');
  await page.evaluate(() => {
    setTimeout(() => {
      location.reload();
    });
  });
  expect((await asked).type()).toBe('beforeunload');
  await expect(title).toHaveValue('Half a de');
  await away.click();
  await dialog.getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL('/contacts');
});

test('what was typed is there again after a reload', async ({ page }) => {
  await signIn(page, 'head', { to: '/deals/new' });
  const title = form(page).getByLabel('Title');
  await title.fill('Half a deal');
  page.on('dialog', (asked) => void asked.accept());
  await page.reload();
  await expect(title).toHaveValue('Half a deal');
  await page.getByRole('button', { name: 'Start afresh' }).click();
  await expect(title).toHaveValue('');
});

test('who may not add is told so', { tag: '@desktop' }, async ({ page }) => {
  await signIn(page, 'director', { to: '/deals/new' });
  await expect(page.getByText('You may not add records of this kind.')).toBeVisible();
  await expect(form(page)).toHaveCount(0);
});

test('markup and right-to-left text in every field', { tag: '@desktop' }, async ({ page }) => {
  const markup = `${unique()} <script>document.title='owned'</script>`;
  const arabic = 'شركة النور <img src=x onerror=alert(1)>';
  const given = new URLSearchParams({ title: markup, next_step: arabic, description: arabic, zebra: markup });
  await signIn(page, 'head', { to: `/deals/new?${given}` });
  await expect(form(page).getByLabel('Title')).toHaveValue(markup);
  await expect(row(page, 'next_step').getByRole('textbox')).toHaveValue(arabic);
  await form(page).getByRole('button', { name: 'More fields' }).click();
  await row(page, 'external_id').getByRole('textbox').fill(markup);
  await save(page).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(markup);
  for (const field of ['next_step', 'description']) {
    await expect(page.locator(`[data-field="${field}"]`)).toContainText(arabic);
  }
  await expect(page.locator('[data-field="external_id"]')).toContainText(markup);
  await expect(page).toHaveTitle(`${markup} · Dealwright`);
});

test('an address that does not fit is answered in words', { tag: '@desktop' }, async ({ page }) => {
  await signIn(page, 'head', { to: '/deals/new?amount=many&company_id=999999999' });
  await expect(row(page, 'amount')).toContainText('is not a number');
  await expect(row(page, 'company_id').getByText(/no such record|does not exist/i)).toBeVisible();
});

test('a company made while linking it', async ({ page }) => {
  const name = `${unique()} made here`;
  await signIn(page, 'head', { to: `/deals/new?title=${unique()}` });
  await form(page).getByRole('button', { name: 'More fields' }).click();
  await row(page, 'company_id').getByRole('searchbox').fill(name);
  await row(page, 'company_id').getByRole('button', { name: `Create “${name}”` }).click();
  await expect(row(page, 'company_id').locator('.chip')).toContainText(name);
  await save(page).click();
  await page.locator('[data-field="company_id"]').getByRole('link', { name }).click();
  await expect(page).toHaveURL(/\/companies\/\d+$/);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    for (const kind of ['leads', 'deals', 'contacts', 'companies', 'products']) {
      test(`the form of ${kind} holds what accessibility asks`, async ({ page }) => {
        await signIn(page, 'admin', { to: `/${kind}/new` });
        await form(page).getByRole('button', { name: 'More fields' }).click();
        await save(page).click();
        await expect(form(page).locator('.field__error').first()).toBeVisible();
        await expectNoAxeViolations(page);
      });
    }
  });
}
