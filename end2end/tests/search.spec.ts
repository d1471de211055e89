// Search and palette: from anywhere to any record or page, by keyboard alone.
import type { Page } from '@playwright/test';
import { api, expect, expectNoAxeViolations, signIn, test, text, unique } from '../support/fixtures.ts';

const palette = (page: Page) => page.getByRole('dialog', { name: 'Search' });
const input = (page: Page) => palette(page).getByRole('combobox');
const options = (page: Page) => palette(page).getByRole('option');

async function openByTouchOrMouse(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(input(page)).toBeFocused();
}

test('a contact is found by phone in any format, and opened', async ({ page }) => {
  const head = await api('head');
  const name = unique();
  const phone = String(Math.floor(Math.random() * 1e6)).padStart(6, '0');
  const number = `601${phone}`;
  const points = [{ point_type: 'phone', text: `+48 601 ${phone.slice(0, 3)} ${phone.slice(3)}`, label: '' }];
  const { id } = await head.contact(name, { phones: { points } });
  await signIn(page, 'head', { to: '/funnel' });
  await openByTouchOrMouse(page);
  for (const written of [number, `0048${number}`, `601-${phone.slice(0, 3)}-${phone.slice(3)}`]) {
    await input(page).fill(written);
    await expect(options(page).filter({ hasText: name })).toBeVisible();
  }
  await expect(palette(page).getByRole('status')).toContainText('found');
  await options(page).filter({ hasText: name }).click();
  await expect(page).toHaveURL(new RegExp(`/contacts/${id}$`));
  await expect(palette(page)).toBeHidden();
});

test('by keyboard alone: a slash opens it, arrows walk, Enter opens', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const tag = unique();
  const [first, second] = await head.deals([`${tag} first`, `${tag} second`]);
  await signIn(page, 'head', { to: '/funnel' });
  await page.keyboard.press('/');
  await expect(input(page)).toBeFocused();
  await page.keyboard.type(tag);
  await expect(options(page)).toHaveCount(2);
  await expect(options(page).nth(0)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(options(page).nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(input(page)).toHaveAttribute('aria-activedescendant', 'palette-option-1');
  await page.keyboard.press('ArrowDown');
  await expect(options(page).nth(0)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/deals/${second?.id}$`));

  await page.keyboard.press('Control+k');
  await page.keyboard.type(String(first?.id));
  await expect(options(page).filter({ hasText: `${tag} first` })).toContainText(`#${first?.id}`);
  await page.keyboard.press('Escape');
  await expect(palette(page)).toBeHidden();
});

test('pages and new records are a few letters away', async ({ page }) => {
  await signIn(page, 'head', { to: '/funnel' });
  await openByTouchOrMouse(page);
  await expect(options(page).filter({ hasText: 'My day' })).toBeVisible();
  await input(page).fill('new comp');
  await expect(options(page).first()).toContainText('New Company');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/companies\/new$/);
});

test('a note is found, with the words around it', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const [title, word] = [unique(), unique()];
  const { id } = await head.card('deal', title);
  await head.note('deal', id, `They asked for ${word} in green.`);
  await signIn(page, 'head', { to: '/funnel' });
  await page.keyboard.press('Control+k');
  await page.keyboard.type(word.toLowerCase());
  await expect(options(page).filter({ hasText: title })).toContainText(`asked for ${word} in green`);
});

test('nobody finds what is not theirs to see', { tag: '@desktop' }, async ({ page }) => {
  const admin = await api('admin');
  const tag = unique();
  await admin.card('deal', tag, { owner: 'admin@dealwright.test' });
  await signIn(page, 'sales', { to: '/funnel' });
  await page.keyboard.press('/');
  await page.keyboard.type(tag);
  await expect(palette(page).getByRole('status')).toContainText(`Nothing found for “${tag}”`);
  await expect(options(page)).toHaveCount(0);
});

test('a slash that is typed stays a slash', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const { id } = await head.card('deal', unique(), { values: { description: text('one') } });
  await signIn(page, 'head', { to: `/deals/${id}` });
  await page.getByRole('region', { name: 'Timeline' }).getByRole('textbox').first().focus();
  await page.keyboard.type('and/or');
  await expect(palette(page)).toBeHidden();
});

test('names from right to left, and markup, are shown as they are', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const tag = unique();
  await head.card('deal', `${tag} <b>שלום</b> & <script>alert(1)</script>`);
  await signIn(page, 'head', { to: '/funnel' });
  await page.keyboard.press('/');
  await page.keyboard.type(tag);
  await expect(options(page)).toContainText(`${tag} <b>שלום</b> & <script>alert(1)</script>`);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('the palette is accessible', async ({ page }) => {
      await signIn(page, 'head', { to: '/funnel' });
      await openByTouchOrMouse(page);
      await expectNoAxeViolations(page);
      await input(page).fill('an');
      await expect(palette(page).getByRole('status')).toContainText('found');
      await expectNoAxeViolations(page);
    });
  });
}
