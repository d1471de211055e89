// Fields of one's own: made in the settings, and everywhere at once. On servers of their own, since a field that is
// required stands in the way of everybody else's records.
import type { Locator, Page } from '@playwright/test';
import {
  type Api,
  api,
  Board,
  editField,
  expect,
  expectNoAxeViolations,
  open,
  signIn,
  test,
  text,
  touchDrag,
  unique,
} from '../support/fixtures.ts';

// A server of its own takes a while to fill.
test.describe.configure({ timeout: 120_000 });

interface Field {
  key: string;
  label: string;
}

const dialog = (page: Page) => page.locator('dialog[open]');
const rows = (page: Page) => page.locator('.settings__part:has(#own-fields) .fielddef');
const row = (page: Page, label: string) => rows(page).filter({ hasText: label });

/** Opens the sheet of a new field of a type, by the type's name. */
async function begin(page: Page, type: string, label: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Add field' }).click();
  const name = page.locator('b').getByText(type, { exact: true });
  await dialog(page).locator('.types__type').filter({ has: name }).click();
  await dialog(page).getByLabel('Name').fill(label);
  return dialog(page);
}

async function finish(page: Page, label: string): Promise<void> {
  await dialog(page).getByRole('button', { name: /^(Add field|Save)$/ }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(row(page, label)).toBeVisible();
}

async function choices(sheet: Locator, names: string[]): Promise<void> {
  for (const [at, name] of names.entries()) {
    const input = sheet.getByLabel(`Choice ${at + 1}`, { exact: true });
    if ((await input.count()) === 0) await sheet.getByRole('button', { name: 'Add choice' }).click();
    await input.fill(name);
  }
}

/** The key under which a field's values travel. */
async function keyOf(admin: Api, label: string, kind = 'deal'): Promise<string> {
  const answer = await admin.request.get(`/api/app/settings/fields/api/load_fields?kind=${kind}`);
  const { Ok } = (await answer.json()) as { Ok: { fields: Field[] } };
  const field = Ok.fields.find((one) => one.label === label);
  if (!field) throw new Error(`There is no field ${label}.`);
  return field.key;
}

interface TypeCase {
  type: string;
  /** What makes the sheet complete. */
  make?: (sheet: Locator) => Promise<void>;
  /** Fills the open editor. */
  fill: (editor: Locator) => Promise<void>;
  /** What then stands on the page. */
  shown: RegExp | string;
}

test('every type is made in the settings, and filled on a record', { tag: '@desktop' }, async ({ page, ownServer }) => {
  test.setTimeout(240_000);
  const server = await ownServer();
  const admin = await api('admin', server.url);
  const deal = await admin.card('deal', unique(), { amount: 5 });
  const company = await admin.named('company', `${unique()} works`);
  const line = (words: string) => async (editor: Locator) => await editor.locator('input, textarea').first().fill(words);
  const pick = (name: string) => async (editor: Locator) => {
    await editor.locator('select').first().selectOption(name);
  };
  const link = async (editor: Locator) => {
    await editor.getByRole('searchbox').or(editor.getByRole('combobox')).first().fill(company.title);
    await editor.getByText(company.title, { exact: true }).first().click();
  };
  const cases: TypeCase[] = [
    { type: 'Text', fill: line('Blue <b>roof</b>'), shown: 'Blue <b>roof</b>' },
    { type: 'Long text', fill: line('One\nTwo'), shown: 'One' },
    { type: 'Phone', fill: line('+48 601 234 567'), shown: '+48 601 234 567' },
    { type: 'E-mail', fill: line('anna@example.com'), shown: 'anna@example.com' },
    { type: 'Web address', fill: line('example.com/path'), shown: 'example.com/path' },
    { type: 'Number', fill: line('12.5'), shown: '12.5' },
    { type: 'Whole number', fill: line('12000'), shown: '12,000' },
    { type: 'Money', fill: line('99.50'), shown: '€99.50' },
    { type: 'Percent', fill: line('15'), shown: '15 %' },
    { type: 'Yes or no', fill: pick('No'), shown: 'No' },
    { type: 'One of a list', make: (s) => choices(s, ['Small', 'Large']), fill: pick('Large'), shown: 'Large' },
    {
      type: 'Many of a list',
      make: (s) => choices(s, ['Red', 'Green', 'Gold']),
      fill: async (editor) => {
        await editor.getByLabel('Gold').check();
        await editor.getByLabel('Red').check();
      },
      shown: /Red\s*Gold/,
    },
    { type: 'Date', fill: line('2026-12-24'), shown: '24 Dec' },
    { type: 'Date and time', fill: line('2026-12-24T14:05'), shown: /24 Dec.*14:05/ },
    { type: 'User', fill: pick('Daniel Moreau'), shown: 'Daniel Moreau' },
    {
      type: 'Link to a record',
      make: async (s) => {
        await s.getByLabel('Leads to').selectOption('Companies');
      },
      fill: link,
      shown: company.title,
    },
    { type: 'Links to records', fill: link, shown: company.title },
  ];
  await signIn(page, 'admin', { server: server.url, to: '/settings/fields?kind=deal' });
  await expect(page.getByText('No fields of your own yet')).toBeVisible();
  for (const { type, make } of cases) {
    const sheet = await begin(page, type, `Own ${type}`);
    await make?.(sheet);
    await finish(page, `Own ${type}`);
  }
  await expect(rows(page)).toHaveCount(cases.length);
  await expectNoAxeViolations(page);

  await open(page, `${server.url}/deals/${deal.id}`);
  for (const { type, fill, shown } of cases) {
    const key = await keyOf(admin, `Own ${type}`);
    const field = page.locator(`[data-field="${key}"]`);
    await editField(page, key);
    await fill(field);
    await field.getByRole('button', { name: 'Save' }).click();
    await expect(field.locator('form')).toHaveCount(0);
    await expect(field, type).toContainText(shown);
  }
  // Everything is stored, and links are links.
  await page.reload();
  for (const { type, shown } of cases) {
    const field = page.locator(`[data-field="${await keyOf(admin, `Own ${type}`)}"]`);
    await expect(field, type).toContainText(shown);
  }
  await expect(page.getByRole('link', { name: 'example.com/path' })).toHaveAttribute(
    'href',
    'https://example.com/path',
  );
  await expect(page.getByRole('link', { name: 'anna@example.com' })).toHaveAttribute('href', /^mailto:/);
});

test('a field stands on the card, and is asked for from a stage on', { tag: '@desktop' }, async ({ page, ownServer }) => {
  const server = await ownServer();
  const admin = await api('admin', server.url);
  const tag = unique();
  const { id, title } = await admin.card('deal', `${tag} deal`, { stage: 'Qualified', amount: 500 });
  await signIn(page, 'admin', { server: server.url, to: '/settings/fields?kind=deal' });
  const sheet = await begin(page, 'Text', 'Contract number');
  await sheet.getByLabel('Show it on the card when it is filled').check();
  await sheet.getByText('From a stage on').click();
  await sheet.getByRole('button', { name: 'Add field' }).click();
  await expect(sheet).toContainText('Choose a stage.');
  await sheet.getByLabel(/from the stage/i).first().selectOption('Proposal');
  await finish(page, 'Contract number');
  await expect(row(page, 'Contract number')).toContainText('From Proposal on');
  const key = await keyOf(admin, 'Contract number');

  // The server refuses, whoever asks.
  const proposal = { id: admin.stage('deal', 'Proposal').id };
  await expect(admin.change('deal', id, { stage_id: proposal })).rejects.toThrow(/invalid|required/i);

  await open(page, `${server.url}/deals/board?q=${tag}`);
  const board = new Board(page);
  await board.dragByMouse(title, 'Proposal');
  await expect(dialog(page).locator('.field')).toHaveCount(1);
  await dialog(page).getByLabel('Contract number').fill('C-2026-17');
  await dialog(page).getByRole('button', { name: 'Move', exact: true }).click();
  await board.expectCardIn(title, 'Proposal');
  await expect(board.card(title)).toContainText('Contract number: C-2026-17');
  // Nor can it be taken away again.
  await expect(admin.change('deal', id, { [key]: 'empty' })).rejects.toThrow(/invalid|required/i);
});

test('a choice is retired: kept where it is, not offered any more', { tag: '@desktop' }, async ({ page, ownServer }) => {
  const server = await ownServer();
  const admin = await api('admin', server.url);
  const [old, fresh] = [await admin.card('deal', unique()), await admin.card('deal', unique())];
  await signIn(page, 'admin', { server: server.url, to: '/settings/fields?kind=deal' });
  const sheet = await begin(page, 'One of a list', 'Size');
  await choices(sheet, ['Small', 'Medium', 'Large']);
  await sheet.getByRole('button', { name: 'Colour of Small: blue' }).or(sheet.getByRole('button', { name: /^Colour of Small/ })).first().click();
  await page.getByRole('menuitemradio', { name: 'red' }).click();
  await finish(page, 'Size');
  const key = await keyOf(admin, 'Size');
  await open(page, `${server.url}/deals/${old.id}`);
  const field = page.locator(`[data-field="${key}"]`);
  await editField(page, key);
  await field.locator('select').selectOption('Small');
  await field.getByRole('button', { name: 'Save' }).click();
  await expect(field.locator('.dot')).toHaveAttribute('data-color', 'red');

  await open(page, `${server.url}/settings/fields?kind=deal`);
  await page.getByRole('button', { name: 'Change Size' }).click();
  await dialog(page).getByRole('button', { name: 'Retire: Small' }).click();
  await expect(dialog(page)).toContainText('Not offered any more');
  await finish(page, 'Size');
  await expect(row(page, 'Size')).toContainText('2 choices');

  await open(page, `${server.url}/deals/${old.id}`);
  await expect(field).toContainText('Small');
  await open(page, `${server.url}/deals/${fresh.id}`);
  await editField(page, key);
  await expect(field.locator('option')).toHaveText(['—', 'Medium', 'Large']);
  const answer = admin.change('deal', fresh.id, { [key]: text('o1') });
  await expect(answer).rejects.toThrow(/choice/i);
});

test('a field is deleted, and comes back with its values', { tag: '@desktop' }, async ({ page, ownServer }) => {
  const server = await ownServer();
  const admin = await api('admin', server.url);
  const deal = await admin.card('deal', unique());
  await signIn(page, 'admin', { server: server.url, to: '/settings/fields?kind=deal' });
  await begin(page, 'Text', 'Site');
  await finish(page, 'Site');
  const key = await keyOf(admin, 'Site');
  await admin.change('deal', deal.id, { [key]: text('Kraków') });
  await page.getByRole('button', { name: 'Delete Site' }).click();
  await expect(dialog(page)).toContainText('1 record has a value in it.');
  await expectNoAxeViolations(page);
  await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(row(page, 'Site')).toHaveCount(0);
  await expect(page.locator('.settings__part:has(#deleted-fields)')).toContainText('1 record has a value');
  await open(page, `${server.url}/deals/${deal.id}`);
  await expect(page.locator('[data-field="title"]')).toBeVisible();
  await expect(page.locator(`[data-field="${key}"]`)).toHaveCount(0);
  await open(page, `${server.url}/settings/fields?kind=deal`);
  await page.getByRole('button', { name: 'Restore Site' }).click();
  await expect(row(page, 'Site')).toBeVisible();
  await expect(page.locator('#deleted-fields')).toHaveCount(0);
  await open(page, `${server.url}/deals/${deal.id}`);
  await expect(page.locator(`[data-field="${key}"]`)).toContainText('Kraków');
  // And by its notice.
  await open(page, `${server.url}/settings/fields?kind=deal`);
  await page.getByRole('button', { name: 'Delete Site' }).click();
  await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click();
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'Site')).toBeVisible();
});

test.describe('the editor', { tag: '@desktop' }, () => {
  test('says beside each input what is wrong, and loses nothing', async ({ page, ownServer }) => {
    const server = await ownServer();
    await signIn(page, 'admin', { server: server.url, to: '/settings/fields?kind=company' });
    const sheet = await begin(page, 'One of a list', '');
    await choices(sheet, ['Same', 'same']);
    await sheet.getByLabel('Help', { exact: true }).fill('Kept');
    await sheet.getByRole('button', { name: 'Add field' }).click();
    await expect(sheet.getByLabel('Name')).toHaveAccessibleDescription(/Fill this in/);
    await expect(sheet.getByLabel('Choice 2', { exact: true })).toHaveAccessibleDescription(/has this already/);
    await expectNoAxeViolations(page);
    // Closed by mistake, it opens again as it was.
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toHaveCount(0);
    await page.getByRole('button', { name: 'Add field' }).click();
    await expect(dialog(page).getByLabel('Help', { exact: true })).toHaveValue('Kept');
    await dialog(page).getByLabel('Name').fill('Size');
    await dialog(page).getByLabel('Choice 2', { exact: true }).fill('Other');
    await finish(page, 'Size');
    // The label of another field is taken.
    await begin(page, 'Text', 'size');
    await dialog(page).getByRole('button', { name: 'Add field' }).click();
    await expect(dialog(page).getByLabel('Name')).toHaveAccessibleDescription(/has this already/);
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await expect(dialog(page)).toHaveCount(0);
  });

  test('puts fields in order by mouse and by keyboard, and the others see it', async ({ page, ownServer }) => {
    const server = await ownServer();
    const admin = await api('admin', server.url);
    await signIn(page, 'admin', { server: server.url, to: '/settings/fields?kind=company' });
    for (const label of ['Alpha', 'Beta', 'Gamma']) {
      await begin(page, 'Text', label);
      await finish(page, label);
    }
    const labels = page.locator('.settings__part:has(#own-fields) .fielddef__label');
    await page.getByRole('button', { name: 'Move Gamma' }).focus();
    await page.keyboard.press('ArrowUp');
    await expect(labels).toHaveText(['Alpha', 'Gamma', 'Beta']);
    await expect(page.getByRole('button', { name: 'Move Gamma' })).toBeFocused();
    await expect(page.getByText('Gamma is now 2 of 3.')).toBeAttached();
    const [from, to] = [
      await page.getByRole('button', { name: 'Move Alpha' }).boundingBox(),
      await row(page, 'Beta').boundingBox(),
    ];
    if (!from || !to) throw new Error('The rows are not there.');
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(from.x + 5, to.y + to.height - 4, { steps: 8 });
    await expect(row(page, 'Beta')).toHaveClass(/row--after/);
    await page.mouse.up();
    await expect(labels).toHaveText(['Gamma', 'Beta', 'Alpha']);
    await expect
      .poll(async () => {
        const answer = await admin.request.get('/api/app/settings/fields/api/load_fields?kind=company');
        const { Ok } = (await answer.json()) as { Ok: { fields: Field[] } };
        return Ok.fields.map((field) => field.label);
      })
      .toEqual(['Gamma', 'Beta', 'Alpha']);
  });

  test.describe('is the administrator’s', () => {
    test.use({ allowedConsole: [/status of 403/] });

    test('others are told so', async ({ page }) => {
      await signIn(page, 'head');
      await expect(page.getByRole('link', { name: 'Settings' })).toHaveCount(0);
      const answer = await page.goto('/settings/fields');
      expect(answer?.status()).toBe(403);
      await expect(page.getByText('Settings are for administrators')).toBeVisible();
      const head = await api('head');
      const draft = { label: 'Mine', field_type: 'text' };
      await expect(
        head.post('app/settings/fields/api/create_field', { kind: 'deal', draft }),
      ).rejects.toThrow(/forbidden/i);
    });
  });
});

test('on a phone: made, put in order by finger, and filled', { tag: '@phone' }, async ({ page, ownServer }) => {
  const server = await ownServer();
  const admin = await api('admin', server.url);
  const deal = await admin.card('deal', unique());
  await signIn(page, 'admin', { server: server.url, to: '/settings/fields?kind=deal' });
  for (const label of ['Floor', 'Door']) {
    await begin(page, 'Whole number', label);
    await finish(page, label);
  }
  const [from, to] = [
    await page.getByRole('button', { name: 'Move Door' }).boundingBox(),
    await row(page, 'Floor').boundingBox(),
  ];
  if (!from || !to) throw new Error('The rows are not there.');
  const start = { x: from.x + from.width / 2, y: from.y + from.height / 2 };
  await touchDrag(page, start, { x: start.x, y: to.y + 3 }, { rest: 0 });
  await expect(page.locator('.settings__part:has(#own-fields) .fielddef__label')).toHaveText(['Door', 'Floor']);
  await expectNoAxeViolations(page);
  const key = await keyOf(admin, 'Door');
  await open(page, `${server.url}/deals/${deal.id}`);
  await editField(page, key);
  const field = page.locator(`[data-field="${key}"]`);
  await field.locator('input').fill('many');
  await field.getByRole('button', { name: 'Save' }).tap();
  await expect(field).toContainText(/is not a (whole )?number/);
  await field.locator('input').fill('7');
  await field.getByRole('button', { name: 'Save' }).tap();
  await expect(field.locator('form')).toHaveCount(0);
  await expect(field).toContainText('7');
});
