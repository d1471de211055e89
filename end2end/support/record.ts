// A record as its reader sees it.
import type { Page } from '@playwright/test';

/** Opens a field for editing: a click beside its value, since links in it stay links. */
export async function editField(page: Page, field: string): Promise<void> {
  const button = page.locator(`[data-field="${field}"] .fieldrow__button`);
  const box = await button.boundingBox();
  if (!box) throw new Error(`The field ${field} cannot be edited here.`);
  await button.click({ position: { x: box.width - 6, y: box.height - 6 } });
}
