import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's browser, or another one that is installed; `RUNBOOK_CHROMIUM` names one elsewhere. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const path = process.env.RUNBOOK_CHROMIUM ?? places.find((place) => existsSync(place));

if (path === undefined && process.env.RUNBOOK_BROWSER === 'required')
  throw new Error(`RUNBOOK_BROWSER=required, and there is no Chromium at ${places.join(', ')}`);

/** Why the tests in a browser are skipped; undefined where they run. */
export const noBrowser = path === undefined ? 'no Chromium on this machine: apt-get install chromium' : undefined;

export function launch(): Promise<Browser> {
  // As root in a container there is no sandbox of its own.
  return chromium.launch({ executablePath: path ?? '', args: ['--no-sandbox'] });
}

/** What a page has done that it must not: errors, refusals of its policy, dialogs, requests to anywhere but its own address. */
export function misdeedsOf(page: Page, own: (url: string) => boolean): string[] {
  const misdeeds: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') misdeeds.push(message.text());
  });
  page.on('pageerror', (error) => misdeeds.push(String(error)));
  page.on('dialog', (dialog) => {
    misdeeds.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!own(request.url())) misdeeds.push(`request: ${request.url()}`);
  });
  return misdeeds;
}
