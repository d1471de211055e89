// WCAG 2.2 AA as far as a program can tell, on every page, light and dark, at a desk and on a phone.
import {
  api,
  editField,
  expect,
  expectNoAxeViolations,
  hydrated,
  open,
  setUpLink,
  signIn,
  test,
  text,
  unique,
  USERS,
} from '../support/fixtures.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('sign-in, also with what went wrong', async ({ page }) => {
      await open(page, '/sign-in');
      await expectNoAxeViolations(page);
    });

    test('set-up', async ({ page, ownServer }) => {
      const server = await ownServer({ command: ['serve'] });
      await page.goto(`${server.url}/set-up`);
      await hydrated(page);
      await expectNoAxeViolations(page);
      await open(page, await setUpLink(server));
      await expect(page.getByLabel('Organisation')).toBeVisible();
      await expectNoAxeViolations(page);
    });

    for (const address of ['/', '/deals/board', '/leads/board', '/funnel', '/funnel?wall=1', '/account', '/deals/bin']) {
      test(address, async ({ page }) => {
        await signIn(page, 'head', { to: address });
        await expect(page.getByRole('heading', { level: 1 }).first()).toBeAttached();
        await expectNoAxeViolations(page);
      });
    }

    test('the settings of fields, with the sheet of a new one', async ({ page }) => {
      await signIn(page, 'admin', { to: '/settings/fields?kind=product' });
      await expect(page.getByRole('heading', { name: 'Your own fields' })).toBeVisible();
      await page.getByText(/^Built-in fields/).click();
      await expectNoAxeViolations(page);
      await page.getByRole('button', { name: 'Add field' }).click();
      await expect(page.locator('dialog[open] .types__type').first()).toBeVisible();
      await expectNoAxeViolations(page);
      await page.locator('dialog[open]').getByRole('button', { name: /^One of a list/ }).click();
      await expect(page.locator('dialog[open]').getByLabel('Choice 2', { exact: true })).toBeVisible();
      await expectNoAxeViolations(page);
    });

    test('the settings of pipelines, with a stage', async ({ page }) => {
      await signIn(page, 'admin', { to: '/settings/pipelines' });
      await expect(page.getByRole('heading', { name: 'Stages of New business' })).toBeVisible();
      await expectNoAxeViolations(page);
      await page.getByRole('button', { name: 'Change Contract' }).click();
      await expect(page.locator('dialog[open]').getByLabel('Name')).toHaveValue('Contract');
      await expectNoAxeViolations(page);
    });

    test('the settings of people and departments, with their menus and dialogs', async ({ page }) => {
      await signIn(page, 'admin', { to: '/settings/people' });
      const name = (await api('sales')).name;
      await expect(page.getByRole('button', { name, exact: true })).toBeVisible();
      await expectNoAxeViolations(page);
      await page.getByRole('button', { name: `More for ${name}` }).click();
      await expect(page.getByRole('menuitem', { name: 'Deactivate' })).toBeVisible();
      await expectNoAxeViolations(page);
      await page.getByRole('menuitem', { name: 'Deactivate' }).click();
      await expect(page.locator('dialog[open]').getByLabel('Goes to')).toBeVisible();
      await expectNoAxeViolations(page);
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Departments' }).click();
      await expect(page.getByRole('button', { name: 'Add department' })).toBeVisible();
      await expectNoAxeViolations(page);
    });

    test('a lead that is converted', async ({ page }) => {
      const lead = await (await api('head')).card('lead', unique(), { values: { person_name: text('Jan Nowak') } });
      await signIn(page, 'head', { to: `/leads/${lead.id}` });
      await page.getByRole('button', { name: 'Convert', exact: true }).click();
      await expect(page.locator('dialog[open]').getByLabel('First name')).toBeVisible();
      await expectNoAxeViolations(page);
    });

    test('a link that does not work', async ({ page }) => {
      await open(page, '/invitation/nonsense');
      await expectNoAxeViolations(page);
    });

    for (const kind of ['lead', 'contact', 'company', 'product'] as const) {
      test(`a ${kind}`, async ({ page }) => {
        const admin = await api('admin');
        const make = {
          lead: () => admin.card('lead', unique()),
          contact: () => admin.contact(unique()),
          company: () => admin.named('company', unique()),
          product: () => admin.named('product', unique()),
        };
        const { id } = await make[kind]();
        await signIn(page, 'admin', { to: `/${kind === 'company' ? 'companie' : kind}s/${id}` });
        await expect(page.locator('.record')).toBeVisible();
        await expectNoAxeViolations(page);
      });
    }

    for (const over of ['its own page', 'over the board']) {
      test(`a deal with all that it can have, ${over}`, async ({ page }) => {
        const admin = await api('admin');
        const company = await admin.named('company', unique());
        const contact = await admin.contact(unique());
        const deal = await admin.card('deal', unique(), {
          amount: 1200,
          owner: USERS.head,
          values: {
            company_id: { links: [{ id: company.id }] },
            contacts: { links: [{ id: contact.id }] },
            next_step: { text: 'Call' },
            next_step_on: { date: '2026-01-02' },
          },
        });
        await admin.note('deal', deal.id, 'They called.');
        await admin.move(deal.id, 'Qualified');
        const address = over === 'its own page' ? `/deals/${deal.id}` : `/deals/board?open=${deal.id}`;
        await signIn(page, 'admin', { to: address });
        await expect(page.locator('.record')).toBeVisible();
        await expectNoAxeViolations(page);
        const timeline = page.getByRole('tab', { name: 'Timeline' });
        if (await timeline.isVisible()) {
          await timeline.click();
          await expectNoAxeViolations(page);
        }
      });
    }

    test('a record while a field is edited, and its menu', async ({ page }) => {
      const head = await api('head');
      const { id } = await head.card('deal', unique(), { amount: 5 });
      await signIn(page, 'head', { to: `/deals/${id}` });
      for (const field of ['amount', 'company_id', 'source', 'description', 'observers']) {
        await editField(page, field);
      }
      await expect(page.locator('.fieldrow__edit')).toHaveCount(5);
      await expectNoAxeViolations(page);
      await page.getByRole('button', { name: 'More' }).click();
      await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeVisible();
      await expectNoAxeViolations(page);
    });

    test('the columns of a list, and a cell that is edited', async ({ page }) => {
      await signIn(page, 'head', { to: '/deals' });
      await expect(page.locator('.grid__row[data-id]').first()).toBeVisible();
      await page.getByRole('button', { name: 'Columns' }).click();
      await expect(page.getByRole('dialog', { name: 'Columns' })).toBeVisible();
      await expectNoAxeViolations(page);
      await page.keyboard.press('Escape');
      const cell = page.locator('.grid__row[data-id] [data-place="fact"]').first();
      if ((page.viewportSize()?.width ?? 0) > 640) {
        await cell.dblclick();
        await expect(page.locator('.grid__editor')).toBeVisible();
        await expectNoAxeViolations(page);
      }
    });

    test('the menu of the user', async ({ page }) => {
      await signIn(page, 'head');
      await page.getByRole('button', { name: /^Account: / }).click();
      await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
      await expectNoAxeViolations(page);
    });

    test.describe('dialogs', () => {
      test('of the board: where to, and a gate', async ({ page, board }) => {
        const head = await api('head');
        const tag = unique();
        const { title } = await head.card('deal', tag, { stage: 'New' });
        await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
        await page.getByRole('button', { name: `Move “${title}” to…` }).click();
        await expect(page.locator('dialog[open]').getByRole('button', { name: 'Contract' })).toBeVisible();
        await expectNoAxeViolations(page);
        await page.locator('dialog[open]').getByRole('button', { name: 'Contract' }).click();
        await expect(page.locator('dialog[open]').getByLabel('Amount')).toBeVisible();
        await expectNoAxeViolations(page);
        await page.locator('dialog[open]').getByRole('button', { name: 'Move', exact: true }).click();
        await expect(page.locator('dialog[open]').getByText('Fill this in.').first()).toBeVisible();
        await expectNoAxeViolations(page);
        await page.locator('dialog[open]').getByRole('button', { name: 'Cancel' }).first().click();
        await board.expectCardIn(title, 'New');
        await page.getByRole('button', { name: 'Add to New' }).click();
        await expectNoAxeViolations(page);
      });
    });

    test.describe('what is not there', () => {
      test.use({ allowedConsole: [/status of 404/] });

      test('404', async ({ page }) => {
        await signIn(page, 'head', { to: '/deals/999999999' });
        await expectNoAxeViolations(page);
      });
    });
  });
}
