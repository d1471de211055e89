// A lead becomes contact, company, deal, made or linked.
import { api, expect, expectNoAxeViolations, signIn, test, text, unique } from '../support/fixtures.ts';

/** A number in national form, and the same written otherwise. */
function phone(): { local: string; abroad: string } {
  const digits = String(Math.floor(Math.random() * 900_000) + 100_000);
  return {
    local: `601 ${digits.slice(0, 3)} ${digits.slice(3)}`,
    abroad: `+48 (601) ${digits.slice(0, 3)}-${digits.slice(3)}`,
  };
}

const phones = (number: string) => ({ points: [{ point_type: 'phone', text: number, label: '' }] });

test('a lead is converted to a company that its phone finds, and all of it is undone as one', async ({ page }) => {
  const head = await api('head');
  const [tag, number] = [unique(), phone()];
  const company = await head.named('company', `${tag} Works`, { phones: phones(number.abroad) });
  const lead = await head.card('lead', `${tag} chairs`, {
    amount: 1200,
    values: { person_name: text(`Jan ${tag}`), company_name: text('Works'), phones: phones(number.abroad.replace(/[()-]/g, ' ')) },
  });
  await signIn(page, 'head', { to: `/leads/${lead.id}` });
  await page.getByRole('button', { name: 'Convert', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `Convert ${lead.title}` });
  const parts = (name: string) => dialog.getByRole('group', { name, exact: true });
  await expect(parts('Contact').getByLabel('First name')).toHaveValue('Jan');
  await expect(parts('Contact').getByLabel('Last name')).toHaveValue(tag);
  await expect(parts('Deal').getByLabel('Title')).toHaveValue(lead.title);
  const twin = parts('Company').getByRole('radio', { name: new RegExp(`${tag} Works.*same phone`) });
  await expect(twin).toBeChecked();
  await expectNoAxeViolations(page, 'dialog[open]');
  await dialog.getByRole('button', { name: 'Convert', exact: true }).click();
  await expect(page.getByText('The lead was converted.')).toBeVisible();
  await expect(dialog).toBeHidden();

  // The lead stands in its won stage and leads to what it has become; that leads back.
  await expect(page.locator('.stagebar__step[aria-current="step"]')).toContainText('Converted');
  await page.getByRole('button', { name: 'Convert', exact: true }).click();
  const became = dialog.locator('.conversion__became');
  await expect(became.getByRole('link', { name: company.title })).toBeVisible();
  await expect(parts('Deal').getByRole('checkbox')).not.toBeChecked();
  await became.getByRole('link', { name: lead.title }).click();
  await expect(page).toHaveURL(/\/deals\/\d+/);
  await expect(page.getByRole('heading', { level: 1, name: lead.title })).toBeVisible();
  const timeline = page.getByRole('tab', { name: 'Timeline' });
  if (await timeline.isVisible()) await timeline.click();
  const created = page.locator('.entry--created').getByRole('link', { name: lead.title });
  await expect(created).toHaveAttribute('href', `/leads/${lead.id}`);
});

test('what the stage asks for is asked, and an undo takes everything back', async ({ page }) => {
  const head = await api('head');
  const tag = unique();
  const lead = await head.card('lead', tag, { values: { person_name: text(tag) } });
  await signIn(page, 'head', { to: `/leads/${lead.id}` });
  await page.getByRole('button', { name: 'Convert', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `Convert ${tag}` });
  await dialog.getByRole('checkbox', { name: 'Contact' }).uncheck();
  await dialog.getByLabel('Title').fill('');
  await dialog.getByRole('button', { name: 'Convert', exact: true }).click();
  await expect(dialog.getByText('Fill this in.')).toBeVisible();
  await dialog.getByLabel('Title').fill(`${tag} deal`);
  await dialog.getByRole('button', { name: 'Convert', exact: true }).click();
  await expect(page.getByText('The lead was converted.')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(page.getByText('The lead is as it was.')).toBeVisible();
  await expect(page.locator('.stagebar__step[aria-current="step"]')).toContainText('New');
});

test('who may not change the lead is not offered it', async ({ page }) => {
  const head = await api('head');
  const lead = await head.card('lead', unique());
  await signIn(page, 'director', { to: `/leads/${lead.id}` });
  await expect(page.getByRole('heading', { level: 1, name: lead.title })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Convert', exact: true })).toHaveCount(0);
});
