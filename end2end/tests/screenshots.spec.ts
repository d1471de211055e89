// Pictures of the product for README and home page, and for anybody who wants to look: `make screenshots`. On a server
// of its own, since other tests leave their records behind.
import path from 'node:path';
import type { Page } from '@playwright/test';
import { api, editField, expect, hydrated, open, setUpLink, signIn, test, tickAll } from '../support/fixtures.ts';

const FOLDER = path.join(import.meta.dirname, '../test-results/screenshots');

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    async function shoot(page: Page, name: string): Promise<void> {
      const size = (page.viewportSize()?.width ?? 0) > 640 ? 'desktop' : 'phone';
      // Fonts, and whatever still fades in.
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({
        path: path.join(FOLDER, `${name}-${size}-${colorScheme}.png`),
        animations: 'disabled',
        caret: 'hide',
      });
    }

    test('sign-in', async ({ page }) => {
      await open(page, '/sign-in');
      await shoot(page, 'sign-in');
    });

    test('set-up', async ({ page, ownServer }) => {
      const server = await ownServer({ command: ['serve'] });
      await open(page, await setUpLink(server));
      await page.getByLabel('Organisation').fill('Alder & Finch Instruments');
      await page.getByLabel('Your name').fill('Ingrid Halvorsen');
      await page.getByLabel('E-mail').fill('ingrid@alder-finch.example');
      await page.getByLabel('Password', { exact: true }).fill('not to be seen here');
      await page.getByLabel('Time zone').selectOption('Europe/Berlin');
      await page.evaluate(() => {
        (document.activeElement as HTMLElement | null)?.blur();
        window.scrollTo(0, 0);
        document.querySelector('.gate')?.scrollTo(0, 0);
      });
      await shoot(page, 'set-up');
    });

    test('board', async ({ page, board }) => {
      await signIn(page, 'head');
      await expect(board.cardsIn('New').first()).toBeVisible();
      await shoot(page, 'board');
    });

    test('board, while a card is held', async ({ page, board }) => {
      test.skip((page.viewportSize()?.width ?? 0) < 640, 'the hand is seen on the large board');
      await signIn(page, 'head');
      const [from, to] = [await board.titlesIn('Qualified'), await board.titlesIn('Proposal')];
      const isAlone = (title: string) => [...from, ...to].filter((other) => other === title).length === 1;
      const [card, target] = [from.slice(1).find(isAlone), to.slice(2).find(isAlone)];
      if (!card || !target) throw new Error('The demonstration has too few deals.');
      await board.dragByMouse(card, 'Proposal', target, {
        beforeDrop: async () => {
          await shoot(page, 'drag');
          await page.keyboard.press('Escape');
        },
      });
    });

    test('leads', async ({ page, board }) => {
      await signIn(page, 'head', { to: '/leads/board' });
      await expect(board.cardsIn('New').first()).toBeVisible();
      await shoot(page, 'leads');
    });

    test('list', async ({ page }) => {
      await signIn(page, 'head', { to: '/deals?sort=-amount' });
      await expect(page.locator('.grid__row[data-id]').first()).toBeVisible();
      await expect(page.locator('.list__count')).toBeVisible();
      await shoot(page, 'list');
      const columns = page.getByRole('button', { name: 'Columns' });
      await columns.click();
      await expect(page.locator('.columns__list').first()).toBeVisible();
      await shoot(page, 'list-columns');
    });

    test('filter', async ({ page }) => {
      const filter = 'and(amount:gt:1000,or(company_id.country:has:Pol,next_step:empty),created_at:in:this_year)';
      await signIn(page, 'head', { to: `/deals?sort=-amount&filter=${encodeURIComponent(filter)}` });
      await expect(page.locator('.grid__row[data-id]').first()).toBeVisible();
      await page.getByRole('button', { name: /^Filter/ }).click();
      await expect(page.getByRole('button', { name: 'Done' })).toBeVisible();
      await shoot(page, 'filter');
    });

    test('search', async ({ page }) => {
      await signIn(page, 'head', { to: '/deals/board' });
      await page.getByRole('button', { name: 'Search' }).click();
      await page.keyboard.type('mar');
      await expect(page.getByRole('dialog', { name: 'Search' }).getByRole('status')).toContainText('found');
      await shoot(page, 'search');
    });

    test('record and panel', async ({ page, board }) => {
      await signIn(page, 'head');
      const [card] = await board.readColumn('Negotiation');
      if (!card) throw new Error('The demonstration has no deal in negotiation.');
      await open(page, `/deals/board?open=${card.id}`);
      await expect(page.locator('.record')).toBeVisible();
      await shoot(page, 'panel');
      await open(page, `/deals/${card.id}`);
      await expect(page.locator('.record')).toBeVisible();
      await shoot(page, 'record');
      const timeline = page.getByRole('tab', { name: 'Timeline' });
      if (await timeline.isVisible()) {
        await timeline.click();
        await shoot(page, 'timeline');
      }
      await page.getByRole('tab', { name: 'Details' }).click({ timeout: 300 }).catch(() => undefined);
      await editField(page, 'amount');
      await editField(page, 'company_id');
      await shoot(page, 'record-editing');
    });

    test('company and contact', async ({ page }) => {
      const admin = await api('admin');
      const companies = await admin.post<{ id: number }[]>('app/fields/api/find_records', { kind: 'company', text: 'a' }).catch(() => []);
      const company = companies[0]?.id ?? 1;
      await signIn(page, 'admin', { to: `/companies/${company}` });
      await shoot(page, 'company');
      await signIn(page, 'admin', { to: '/contacts/1' });
      await shoot(page, 'contact');
      await signIn(page, 'admin', { to: '/products/1' });
      await shoot(page, 'product');
    });

    test('new record', async ({ page }) => {
      await signIn(page, 'head', { to: '/deals/new?title=Nine%20chambers%20for%20the%20new%20hall' });
      await expect(page.locator('form.newrecord')).toBeVisible();
      await shoot(page, 'new-record');
    });

    test('gate', async ({ page, board }) => {
      await signIn(page, 'head');
      await board.cardsIn('New').first().getByRole('button', { name: /^Move/ }).click();
      await shoot(page, 'move');
      await page.locator('dialog[open]').getByRole('button', { name: 'Lost' }).click();
      await expect(page.locator('dialog[open]').getByLabel('Lost reason')).toBeVisible();
      await shoot(page, 'gate');
    });

    test('menu', async ({ page }) => {
      await signIn(page, 'head');
      await page.getByRole('button', { name: /^Account: / }).click();
      await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
      await shoot(page, 'menu');
    });

    test('funnel', async ({ page }) => {
      await signIn(page, 'director', { to: '/funnel' });
      await expect(page.locator('.chart svg')).toBeVisible();
      await shoot(page, 'funnel');
    });

    test('wall', async ({ page }) => {
      await signIn(page, 'director', { to: '/funnel?wall=1' });
      await expect(page.locator('.chart svg')).toBeVisible();
      await shoot(page, 'wall');
    });

    test('my day', async ({ page }) => {
      await signIn(page, 'sales', { to: '/' });
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await shoot(page, 'my-day');
    });

    test('fields', async ({ page }) => {
      await signIn(page, 'admin', { to: '/settings/fields' });
      await page.getByRole('button', { name: 'Add field' }).click();
      await expect(page.locator('dialog[open] .types__type').first()).toBeVisible();
      await shoot(page, 'field-types');
      await page.locator('dialog[open]').getByRole('button', { name: /^One of a list/ }).click();
      await expect(page.locator('dialog[open]').getByLabel('Choice 2', { exact: true })).toBeVisible();
      await shoot(page, 'field');
    });

    test('pipelines', async ({ page }) => {
      await signIn(page, 'admin', { to: '/settings/pipelines' });
      await expect(page.getByRole('heading', { name: 'Stages of New business' })).toBeVisible();
      await shoot(page, 'pipelines');
      await page.getByRole('button', { name: 'Change Contract' }).click();
      await expect(page.locator('dialog[open]').getByLabel('Name')).toHaveValue('Contract');
      await shoot(page, 'stage');
    });

    test('people', async ({ page }) => {
      await signIn(page, 'admin', { to: '/settings/people' });
      await expect(page.locator('.people__row').first()).toBeVisible();
      await shoot(page, 'people');
      const name = (await api('sales')).name;
      await page.getByRole('button', { name: `More for ${name}` }).click();
      await page.getByRole('menuitem', { name: 'Deactivate' }).click();
      await expect(page.locator('dialog[open]').getByLabel('Goes to')).toBeVisible();
      await shoot(page, 'deactivate');
      await open(page, '/settings/people?view=departments');
      await expect(page.locator('.people__row').first()).toBeVisible();
      await shoot(page, 'departments');
    });

    test('conversion', async ({ page, board }) => {
      await signIn(page, 'head', { to: '/leads/board' });
      const [card] = await board.readColumn('New');
      if (!card) throw new Error('The demonstration has no new lead.');
      await open(page, `/leads/${card.id}`);
      await page.getByRole('button', { name: 'Convert', exact: true }).click();
      await expect(page.locator('dialog[open]').getByRole('button', { name: 'Convert', exact: true })).toBeVisible();
      await shoot(page, 'conversion');
    });

    test('bulk edit and recycle bin', async ({ page }) => {
      const head = await api('head');
      const titles = ['Retired quotation, first draft', 'Retired quotation, second draft'];
      for (const title of titles) await head.card('deal', title, { amount: 4200 });
      await signIn(page, 'head', { to: '/deals' });
      await tickAll(page, titles);
      const bar = page.getByRole('region', { name: 'Selected records' });
      await bar.getByRole('button', { name: 'Set field' }).click();
      const dialog = page.locator('dialog[open]');
      await dialog.getByLabel('Field').selectOption({ label: 'Next step' });
      await dialog.getByLabel('Next step').fill('Ask whether they still want it');
      await expect(dialog).toContainText('will change');
      await shoot(page, 'bulk-edit');
      await page.keyboard.press('Escape');
      await bar.getByRole('button', { name: 'Delete' }).click();
      await dialog.getByRole('button', { name: 'Delete 2 deals' }).click();
      await expect(page.getByText('2 deals in the recycle bin.')).toBeVisible();
      await open(page, '/deals/bin');
      await expect(page.locator('tbody tr').first()).toBeVisible();
      await shoot(page, 'recycle-bin');
    });

    test('account and 404', async ({ page }) => {
      await signIn(page, 'sales', { to: '/account' });
      await shoot(page, 'account');
      await page.goto('/deals/999999999');
      await hydrated(page);
      await shoot(page, 'not-found');
    });

    test.describe('without a part', () => {
      test.use({ allowedConsole: [/ERR_FAILED|Failed to (fetch|load)/] });

      test('page that did not come', async ({ page }) => {
        await signIn(page, 'head');
        await open(page, '/deals/board');
        await page.route(/\/pkg\/.*\.wasm$/, (route) => route.abort());
        await page.getByRole('link', { name: 'Contacts' }).filter({ visible: true }).first().click();
        await expect(page.getByText('This page did not come.')).toBeVisible();
        await shoot(page, 'page-missing');
      });
    });
  });
}
// The refusals that are looked at on purpose.
test.use({ allowedConsole: [/status of (404|422)/] });
