// The recycle bin: what was deleted is found, restored with its links, or deleted for ever.
import { api, expect, expectNoAxeViolations, signIn, test, unique } from '../support/fixtures.ts';

test('what was deleted is found and restored with what points to it', async ({ page }) => {
  const head = await api('head');
  const word = unique();
  const company = await head.named('company', `${word} Works`);
  const deal = await head.card('deal', `${word} Roof`, { values: { company_id: { links: [{ id: company.id }] } } });
  const other = await head.card('deal', `${word} Gutter`);
  for (const id of [deal.id, other.id]) await remove('deal', id);
  await remove('company', company.id);

  async function remove(kind: string, id: number): Promise<void> {
    const answer = await head.request.post('/api/app/record/api/delete_record', { form: { kind, id } });
    expect(answer.ok()).toBe(true);
  }

  await signIn(page, 'head', { to: '/deals/bin' });
  await expect(page.getByRole('heading', { name: 'Recycle bin' })).toBeVisible();
  await page.getByLabel('Find in the bin').fill(word);
  await page.getByLabel('Find in the bin').press('Enter');
  await expect(page).toHaveURL(new RegExp(`q=${word}`));
  const rows = page.locator('tbody tr');
  await expect(rows).toHaveCount(2);
  // What was deleted last comes first.
  await expect(rows.first()).toContainText('Gutter');
  await expect(rows.nth(1)).toContainText(`In the bin too: Company “${word} Works”`);
  await expectNoAxeViolations(page);

  await page.getByRole('button', { name: `Restore “${word} Roof”` }).click();
  await expect(page.getByText('Restored 1 deal.')).toBeVisible();
  await expect(rows).toHaveCount(1);
  // Its toast takes it back.
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(rows).toHaveCount(2);

  await page.getByLabel('Select all 2').click();
  const bar = page.getByRole('region', { name: 'Selected records' });
  await expect(bar).toContainText('2 deals selected');
  await expect(bar.getByRole('button', { name: 'Delete for ever' })).toHaveCount(0);
  await bar.getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByText('Restored 2 deals.')).toBeVisible();
  await expect(page.getByText('Nothing in the bin has this in its title.')).toBeVisible();

  await signIn(page, 'head', { to: `/companies/bin?q=${word}` });
  await page.getByRole('button', { name: `Restore “${word} Works”` }).click();
  await expect(page.getByText('Restored 1 company.')).toBeVisible();
  await signIn(page, 'head', { to: `/deals/${deal.id}` });
  await expect(page.getByRole('link', { name: `${word} Works` }).first()).toBeVisible();
});

test('an administrator deletes for ever, after typing that they mean it', async ({ page }) => {
  const admin = await api('admin');
  const word = unique();
  const { id } = await admin.named('product', `${word} Chair`);
  await admin.request.post('/api/app/record/api/delete_record', { form: { kind: 'product', id } });
  await signIn(page, 'admin', { to: `/products/bin?q=${word}` });
  await page.getByLabel(`Select “${word} Chair”`).click();
  const bar = page.getByRole('region', { name: 'Selected records' });
  await bar.getByRole('button', { name: 'Delete for ever' }).click();
  const dialog = page.locator('dialog[open]');
  await expect(dialog).toContainText('This cannot be undone.');
  await expect(dialog).toContainText('1 product: 1 will be gone for ever.');
  await expectNoAxeViolations(page);
  const button = dialog.getByRole('button', { name: 'Delete for ever' });
  await expect(button).toBeDisabled();
  await dialog.getByLabel(/^Type “delete”/).fill('delete');
  await button.click();
  await expect(page.getByText('Deleted 1 product for ever.')).toBeVisible();
  await expect(page.getByText('Nothing in the bin has this in its title.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0);
});

test('an empty bin says what belongs there', async ({ page, ownServer }) => {
  test.setTimeout(120_000);
  const server = await ownServer();
  await signIn(page, 'head', { server: server.url, to: '/leads/bin' });
  await expect(page.getByText('What is deleted waits here until it is restored.')).toBeVisible();
  await expectNoAxeViolations(page);
});
