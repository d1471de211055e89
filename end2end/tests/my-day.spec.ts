// My day: what waits for whom, and what can be done about it in place.
import type { Page } from '@playwright/test';
import { Api, api, database, enter, expect, open, PASSWORD, sharedServer, signIn, test, text, unique, USERS } from '../support/fixtures.ts';

/** Somebody new, who has nothing yet: the demonstration's people have more than a day shows. */
async function somebody(role: 'salesperson' | 'director' | 'administrator'): Promise<Api> {
  const name = unique();
  const email = `${name.toLowerCase()}@dealwright.test`;
  await database(`
    with made as (
      insert into app_user (email, name, password_hash, department_id, created_at)
      select '${email}', '${name}', password_hash, department_id, now() from app_user where email = '${USERS.sales}'
      returning id)
    insert into user_role (user_id, role) select id, '${role}' from made`);
  return await Api.signIn(sharedServer(), { email, password: PASSWORD });
}

const day = (from: number) => {
  const at = new Date(Date.now() + from * 86_400_000);
  return { date: at.toISOString().slice(0, 10) };
};

const section = (page: Page, name: string) => page.getByRole('region', { name });
const line = (page: Page, name: string, title: string) =>
  section(page, name).getByRole('listitem').filter({ hasText: title });

const WITHOUT = 'Deals without a next step';

test('who has nothing to do is told where to go', async ({ page }) => {
  const anna = await somebody('salesperson');
  await enter(page.context(), anna);
  await open(page, '/');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(anna.name);
  await expect(page.getByText('Nothing is waiting for you')).toBeVisible();
  await page.getByRole('link', { name: 'Deals' }).last().click();
  await expect(page).toHaveURL('/deals/board');
});

test('a next step is set where it is missing, and the notice takes it back', async ({ page }) => {
  const anna = await somebody('salesperson');
  const { title, id } = await anna.card('deal', unique(), { amount: 1200 });
  await enter(page.context(), anna);
  await open(page, '/');
  await expect(line(page, WITHOUT, title)).toContainText('€1,200');
  await line(page, WITHOUT, title).getByRole('button', { name: `Next step of ${title}` }).click();
  await expect(page.getByLabel('Next step', { exact: true })).toBeFocused();
  await page.getByLabel('Next step', { exact: true }).fill('Call them');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Next step on')).toHaveAccessibleDescription(/Fill this in/);
  await page.getByLabel('Next step on').fill(day(-3).date);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(section(page, WITHOUT)).toHaveCount(0);
  await expect(line(page, 'Due today or late', title)).toContainText('Call them');
  await expect(line(page, 'Due today or late', title).locator('.late')).toBeVisible();
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect(line(page, WITHOUT, title)).toBeVisible();
  await expect(section(page, 'Due today or late')).toHaveCount(0);
  await line(page, WITHOUT, title).getByRole('link', { name: title }).click();
  await expect(page).toHaveURL(`/deals/${id}`);
});

test('what others do comes by itself, and does not disturb who is writing', { tag: '@desktop' }, async ({ page }) => {
  const anna = await somebody('salesperson');
  const admin = await api('admin');
  const [first, second] = [await anna.card('deal', unique()), await anna.card('deal', unique())];
  await enter(page.context(), anna);
  await open(page, '/');
  await line(page, WITHOUT, first.title).getByRole('button', { name: /^Next step/ }).click();
  await page.getByLabel('Next step', { exact: true }).fill('Half a sentence');
  await admin.change('deal', second.id, { next_step: text('Write'), next_step_on: day(0) });
  await page.waitForTimeout(1_200);
  await expect(page.getByLabel('Next step', { exact: true })).toHaveValue('Half a sentence');
  await page.keyboard.press('Escape');
  await expect(line(page, 'Due today or late', second.title)).toContainText('Write');
  await expect(line(page, 'Changed by others since yesterday', second.title)).toContainText(
    `${admin.name} changed Next step, Next step on`,
  );
  await admin.note('deal', first.id, 'They called.');
  await expect(line(page, 'Changed by others since yesterday', first.title)).toContainText(
    `${admin.name} wrote a note`,
    { timeout: 3_000 },
  );
});

test('a lead that is nobody’s is taken', { tag: '@desktop' }, async ({ page }) => {
  const ada = await somebody('administrator');
  const { title } = await ada.card('lead', unique());
  await database(`update lead set owner_id = null where title = '${title}'`);
  await enter(page.context(), ada);
  await open(page, '/');
  await expect(line(page, 'New leads', title)).toContainText('Nobody’s yet');
  await page.getByRole('button', { name: `Take ${title}` }).click();
  await expect(page.locator('.toast')).toContainText(`“${title}” is yours.`);
  await expect(line(page, 'New leads', title)).not.toContainText('Nobody’s yet');
});

test('a long list leads to all of it', { tag: '@desktop' }, async ({ page }) => {
  const anna = await somebody('salesperson');
  const tag = unique();
  for (let number = 0; number < 12; number++) await anna.card('deal', `${tag} ${number}`);
  await enter(page.context(), anna);
  await open(page, '/');
  await expect(section(page, WITHOUT).getByRole('listitem')).toHaveCount(10);
  await section(page, WITHOUT).getByRole('link', { name: 'Show all 12' }).click();
  await expect(page).toHaveURL(/\/deals\?.*filter=/);
  await expect(page.getByText(`${tag} 0`, { exact: true }).first()).toBeVisible();
  await expect(page.getByText(`${tag} 11`, { exact: true }).first()).toBeVisible();
});

test('a director sees what the organisation should not overlook', async ({ page }) => {
  await signIn(page, 'director', { to: '/' });
  const stale = section(page, 'Too long in their stage, everybody’s');
  await expect(stale.getByRole('listitem').first()).toContainText(/\d+ days/);
  await expect(page.getByRole('button', { name: /^Next step/ })).toHaveCount(0);
});
