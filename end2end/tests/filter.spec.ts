// Filters over a list: built, told in words, taken out, and read from the address.
import type { Locator, Page } from '@playwright/test';
import {
  api,
  expect,
  expectNoAxeViolations,
  money,
  signIn,
  test,
  text,
  unique,
  USERS,
} from '../support/fixtures.ts';

const builder = (page: Page): Locator => page.getByRole('dialog', { name: 'Filter', exact: true });
const opener = (page: Page): Locator => page.getByRole('button', { name: /^Filter( \d|$)/ });
const chips = (page: Page): Locator => page.getByRole('list', { name: 'Conditions' }).getByRole('listitem');
/** A record's name in the list. */
const row = (page: Page, title: string): Locator => page.getByRole('link', { name: title, exact: true });

async function openBuilder(page: Page): Promise<Locator> {
  await opener(page).click();
  const open = builder(page);
  await expect(open).toBeVisible();
  return open;
}

/** Chooses a row's field by typing a part of its name. */
async function chooseField(page: Page, of: Locator, field: string): Promise<void> {
  await of.getByRole('button', { name: /^Field:/ }).click();
  const search = page.getByRole('combobox', { name: 'Field', exact: true });
  await search.fill(field);
  await page.getByRole('option', { name: field, exact: true }).click();
  await expect(of.getByRole('button', { name: `Field: ${field}` })).toBeVisible();
}

async function chooseValues(page: Page, of: Locator, ...values: string[]): Promise<void> {
  await of.getByRole('button', { name: /^Value:/ }).click();
  for (const value of values) await page.getByRole('option', { name: value, exact: true }).click();
  await page.keyboard.press('Escape');
}

test('a filter is built, told in words, kept in the address, and taken out', async ({ page }) => {
  const admin = await api('admin');
  const tag = unique();
  const big = await admin.card('deal', `${tag} big`, { amount: 5000, owner: USERS.admin });
  const small = await admin.card('deal', `${tag} small`, { amount: 10, owner: USERS.admin });
  const foreign = await admin.card('deal', `${tag} foreign`, { amount: 9000, owner: USERS.sales });
  await signIn(page, 'admin', { to: `/deals?q=${tag}` });
  await expect(row(page, foreign.title)).toBeVisible();

  const open = await openBuilder(page);
  const first = open.getByRole('group').first();
  // What is not finished narrows nothing, and says what is missing.
  await expect(first).toContainText('Choose a field');
  await chooseField(page, first, 'Amount');
  await expect(first).toContainText('Fill in a value');
  await first.getByRole('textbox', { name: 'Value' }).fill('a lot');
  await expect(first.locator('.filter__lack--wrong')).toBeVisible();
  await expect(row(page, small.title)).toBeVisible();
  await first.getByRole('textbox', { name: 'Value' }).fill('1000');
  await expect(row(page, small.title)).toHaveCount(0);
  await expect(first.locator('.filter__lack')).toHaveCount(0);

  await open.getByRole('button', { name: 'Condition', exact: true }).click();
  const second = open.getByRole('group').nth(1);
  await expect(second.getByRole('button', { name: /^Field:/ })).toBeFocused();
  await chooseField(page, second, 'Owner');
  await chooseValues(page, second, 'me');
  await expect(row(page, foreign.title)).toHaveCount(0);
  await expect(row(page, big.title)).toBeVisible();
  await open.getByRole('button', { name: 'Done' }).click();
  await expect(open).toBeHidden();
  await expect(opener(page)).toBeFocused();

  await expect(chips(page)).toHaveText(['Amount is more than 1,000', 'Owner is me']);
  await expect(opener(page)).toHaveAccessibleName('Filter 2 conditions');
  await expect(page).toHaveURL(/filter=and\(amount:gt:1000,owner_id:is:me\)/);

  // The address is the filter, and the board is asked the same.
  const toBoard = page.getByRole('group', { name: 'Shown as' }).getByRole('link', { name: 'Board' });
  await expect(toBoard).toHaveAttribute('href', `/deals/board?filter=and(amount:gt:1000,owner_id:is:me)&q=${tag}`);
  await page.reload();
  await expect(chips(page)).toHaveCount(2);
  await expect(row(page, small.title)).toHaveCount(0);
  await page.getByRole('button', { name: 'Remove: Owner is me' }).click();
  await expect(chips(page)).toHaveText(['Amount is more than 1,000']);
  await expect(row(page, foreign.title)).toBeVisible();
  await page.getByRole('button', { name: 'Remove: Amount is more than 1,000' }).click();
  await expect(chips(page)).toHaveCount(0);
  await expect(row(page, small.title)).toBeVisible();
  await page.goBack();
  await expect(chips(page)).toHaveText(['Amount is more than 1,000']);
});

test('groups, relative days, links and several values', { tag: '@desktop' }, async ({ page }) => {
  const admin = await api('admin');
  const tag = unique();
  const company = await admin.named('company', `${tag} Ltd`, { industry: text(`${tag} roofs`) });
  const linked = await admin.card('deal', `${tag} linked`, {
    values: { company_id: { links: [{ id: company.id }] } },
  });
  const called = await admin.card('deal', `${tag} called`, { values: { source: text('call') } });
  const other = await admin.card('deal', `${tag} other`, { values: { source: text('web') } });
  await signIn(page, 'admin', { to: `/deals?q=${tag}` });
  await expect(row(page, other.title)).toBeVisible();

  const open = await openBuilder(page);
  const first = open.getByRole('group').first();
  await chooseField(page, first, 'Created');
  await first.getByRole('combobox', { name: 'Period' }).selectOption('today');
  await open.getByRole('button', { name: 'Group', exact: true }).click();
  const group = open.getByRole('group', { name: 'Group of conditions' });
  await expect(group.getByRole('combobox').first()).toHaveValue('any');
  const inner = group.getByRole('group').first();
  await chooseField(page, inner, 'Company → Industry');
  await inner.getByRole('textbox', { name: 'Value' }).fill(tag);
  await expect(row(page, other.title)).toHaveCount(0);
  await group.getByRole('button', { name: 'Condition', exact: true }).click();
  const last = group.getByRole('group').nth(1);
  await chooseField(page, last, 'Source');
  await chooseValues(page, last, 'Call', 'Referral');
  await expect(row(page, called.title)).toBeVisible();
  await expect(row(page, linked.title)).toBeVisible();
  await expect(row(page, other.title)).toHaveCount(0);
  await group.getByRole('combobox', { name: 'How the conditions hold together' }).selectOption('none');
  await expect(row(page, other.title)).toBeVisible();
  await expect(row(page, linked.title)).toHaveCount(0);
  await open.getByRole('button', { name: 'Done' }).click();
  await expect(chips(page)).toHaveText([
    'Created is today',
    `not (Company → Industry contains “${tag}” or Source is Call or Referral)`,
  ]);

  // A record by its name.
  const again = await openBuilder(page);
  await again.getByRole('button', { name: 'Clear all' }).click();
  await expect(row(page, linked.title)).toBeVisible();
  await again.getByRole('button', { name: 'Condition', exact: true }).click();
  const record = again.getByRole('group').first();
  await chooseField(page, record, 'Company');
  await record.getByRole('searchbox').fill(tag);
  await record.getByRole('button', { name: company.title, exact: true }).click();
  await expect(row(page, other.title)).toHaveCount(0);
  await again.getByRole('button', { name: 'Done' }).click();
  await expect(chips(page)).toHaveText([`Company is ${company.title}`]);
  await page.reload();
  await expect(chips(page)).toHaveText([`Company is ${company.title}`]);
});

test('by keyboard alone', { tag: '@desktop' }, async ({ page }) => {
  const admin = await api('admin');
  const tag = unique();
  const won = await admin.card('deal', `${tag} a`, { amount: 70, values: { next_step: text('Call') } });
  const other = await admin.card('deal', `${tag} b`, { amount: 5, values: { next_step: text('Write') } });
  await signIn(page, 'admin', { to: `/deals?q=${tag}` });
  await expect(row(page, other.title)).toBeVisible();
  await opener(page).focus();
  await page.keyboard.press('Enter');
  await expect(builder(page).getByRole('button', { name: /^Field:/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: 'Field', exact: true })).toBeFocused();
  await page.keyboard.type('next step');
  await page.keyboard.press('Enter');
  await expect(builder(page).getByRole('button', { name: 'Field: Next step' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('call');
  await expect(row(page, other.title)).toHaveCount(0);
  await expect(row(page, won.title)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(builder(page)).toBeHidden();
  await expect(opener(page)).toBeFocused();
  await expect(chips(page)).toHaveText(['Next step contains “call”']);
});

test('what makes no sense in the address is said in words, and the rest holds', async ({ page }) => {
  const admin = await api('admin');
  const tag = unique();
  const big = await admin.card('deal', `${tag} big`, { values: { amount: money(500) } });
  const small = await admin.card('deal', `${tag} small`, { values: { amount: money(5) } });
  await signIn(page, 'admin', {
    to: `/deals?q=${tag}&filter=and(colour:is:red,amount:gt:100,source:is:fax)`,
  });
  await expect(page.locator('.list__faults')).toContainText('colour');
  await expect(page.getByRole('list', { name: 'Conditions' })).toContainText('fax (no longer there)');
  await page.getByRole('button', { name: /^Remove: Source is fax/ }).click();
  await expect(row(page, big.title)).toBeVisible();
  await expect(row(page, small.title)).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('the builder is open to everyone', async ({ page }) => {
      await signIn(page, 'admin', {
        to: '/deals?filter=and(owner_id:is:me,amount:between:5:x,created_at:in:last_30_days,or(title:has:a,not(stage_id:is:1)))',
      });
      const open = await openBuilder(page);
      await open.getByRole('button', { name: 'Condition', exact: true }).first().click();
      await expectNoAxeViolations(page);
      await open.getByRole('button', { name: /^Value:/ }).first().click();
      await expect(page.getByRole('listbox')).toBeVisible();
      await expectNoAxeViolations(page);
    });
  });
}
