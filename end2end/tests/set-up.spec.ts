import type { Page } from '@playwright/test';
import { ADMINISTRATOR, Board, expect, hydrated, open, setUpLink, test } from '../support/fixtures.ts';

async function fill(page: Page, preset: string): Promise<void> {
  await page.getByLabel('Organisation').fill('Analytical Engines');
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByLabel('E-mail').fill(ADMINISTRATOR.email);
  await page.getByLabel('Password', { exact: true }).fill(ADMINISTRATOR.password);
  await page.getByLabel('Currency').selectOption('PLN');
  await page.getByLabel('Time zone').selectOption('Europe/Warsaw');
  await page.getByRole('radio', { name: preset }).check();
}

const PRESETS = [
  { preset: 'Sales', stages: ['New', 'Qualification', 'Proposal', 'Negotiation', 'Contract', 'Won', 'Lost'], leads: true },
  { preset: 'Services', stages: ['Enquiry', 'Scoping', 'Offer', 'Agreed', 'In delivery', 'Won', 'Lost'], leads: false },
  { preset: 'Wholesale', stages: ['Request', 'Quoted', 'Confirmed', 'Reserved', 'Shipped', 'Won', 'Lost'], leads: true },
];

for (const { preset, stages, leads } of PRESETS) {
  test(`an empty database is set up for ${preset}`, { tag: '@desktop' }, async ({ page, ownServer }) => {
    const server = await ownServer({ command: ['serve'] });
    await page.goto(`${server.url}/deals/board`);
    await expect(page).toHaveURL(`${server.url}/set-up`);
    await expect(page.getByRole('heading', { name: 'Dealwright is not set up yet' })).toBeVisible();

    const link = await setUpLink(server);
    await open(page, link);
    await fill(page, preset);
    await page.getByLabel('Use leads').setChecked(leads);
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await expect(page).toHaveURL(`${server.url}/`);
    await open(page, `${server.url}/deals/board`);
    const board = new Board(page);
    for (const stage of stages) await expect(board.column(stage)).toBeAttached();
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Leads' })).toHaveCount(
      leads ? 1 : 0,
    );

    // The link has done its work.
    const again = await page.request.get(link);
    expect(again.status()).toBe(404);
  });
}

test.describe('a mistake', () => {
  // The browser itself logs every answer that is a refusal.
  test.use({ allowedConsole: [/status of 422/] });

  test('is named, and what was typed stays', { tag: '@phone' }, async ({ page, ownServer }) => {
    const server = await ownServer({ command: ['serve'] });
    await open(page, await setUpLink(server));
    await fill(page, 'Wholesale');
    await page.getByLabel('E-mail').fill('ada@example');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/at least 10 characters/i);
    await expect(page.getByLabel('Organisation')).toHaveValue('Analytical Engines');
    await expect(page.getByLabel('Currency')).toHaveValue('PLN');
    await expect(page.getByLabel('Time zone')).toHaveValue('Europe/Warsaw');
    await expect(page.getByRole('radio', { name: 'Wholesale' })).toBeChecked();
    await page.getByLabel('E-mail').fill(ADMINISTRATOR.email);
    await page.getByLabel('Password', { exact: true }).fill(ADMINISTRATOR.password);
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await expect(page).toHaveURL(`${server.url}/`);
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('one sets up, and what was typed survives a mistake', { tag: '@desktop' }, async ({ page, ownServer }) => {
    const server = await ownServer({ command: ['serve'] });
    await page.goto(await setUpLink(server));
    await fill(page, 'Services');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await expect(page.getByText(/at least 10 characters/i).first()).toBeVisible();
    await expect(page.getByLabel('Organisation')).toHaveValue('Analytical Engines');
    await expect(page.getByRole('radio', { name: 'Services' })).toBeChecked();
    await page.getByLabel('Password', { exact: true }).fill(ADMINISTRATOR.password);
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await expect(page).toHaveURL(`${server.url}/`);
  });
});

test('only the newest link opens the form', { tag: '@desktop' }, async ({ page, ownServer }) => {
  const server = await ownServer({ command: ['serve'] });
  await setUpLink(server);
  await page.goto(`${server.url}/set-up?token=${'0'.repeat(64)}`);
  await hydrated(page);
  await expect(page.getByLabel('Organisation')).toHaveCount(0);
  await page.goto(`${server.url}/sign-in`);
  await expect(page).toHaveURL(`${server.url}/set-up`);
  await expect(page.getByRole('button', { name: 'Sign in' })).toHaveCount(0);
});

