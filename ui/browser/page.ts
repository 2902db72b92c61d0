/**
 * The built page in a browser, as the program would serve it: with its real content policy.
 * Owns serving `dist/` without a server, counting what the policy refused, and the names of what a
 * user sees. The fake host answers (`src/host/demo.ts`); a test fails when the page breaks its policy
 * or throws. Start reading at `test`.
 */
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test as base, type Locator, type Page } from '@playwright/test';
import type { FakeHost } from '../src/host/fake';

/** Never resolved: every request is answered here. The name makes it as trusted as the program's own. */
const ORIGIN = 'http://nuthatch.localhost';
const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const SHELL = fileURLToPath(new URL('../../src-tauri/tauri.conf.json', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

const policy = (
  JSON.parse(readFileSync(SHELL, 'utf8')) as { app: { security: { csp: string } } }
).app.security.csp;

/** The page's own state, for tests that act behind the user's back. */
type Inside = Window & { nuthatchHost?: FakeHost; refused?: string[] };

export class NuthatchPage {
  constructor(readonly page: Page) {}

  /** Opens the page in a state of the fake host (`src/host/demo.ts`). */
  async open(state = ''): Promise<this> {
    await this.page.goto(`${ORIGIN}/?demo=${state}`);
    await this.box.waitFor();
    return this;
  }

  get box() {
    return this.page.getByTestId('query');
  }

  get rows() {
    return this.page.getByTestId('result');
  }

  get chosen() {
    return this.page.locator('[data-testid=result][aria-selected=true]');
  }

  async searchFor(query: string): Promise<void> {
    await this.box.fill(query);
    await this.answered();
  }

  /** Waits until what stands in the box is answered by words and by meaning, in any language. */
  async answered(): Promise<void> {
    await expect(this.page.getByTestId('stages')).toHaveAttribute('data-stage', /hybrid|reranked/);
  }

  /** Chooses a row with the arrow keys, wherever refinements put it meanwhile. */
  async choose(row: Locator): Promise<void> {
    const look = () =>
      this.page.evaluate(() => document.querySelector('[data-testid=result][aria-selected=true]')?.id);
    const isAbove = (one: Element) => {
      const chosen = document.querySelector('[data-testid=result][aria-selected=true]');
      return Number(one.getAttribute('aria-posinset')) < Number(chosen?.getAttribute('aria-posinset') ?? 0);
    };
    while ((await row.getAttribute('aria-selected')) !== 'true') {
      const before = await look();
      await this.press((await row.evaluate(isAbove)) ? 'ArrowUp' : 'ArrowDown');
      await expect.poll(look).not.toBe(before);
    }
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  /** Runs something with the host that answers the page. */
  host<T>(act: (host: FakeHost) => T): Promise<T> {
    return this.page.evaluate(`(${act.toString()})(window.nuthatchHost)`) as Promise<T>;
  }

  /** Presses Tab until an element has the focus, as a user without a pointer does. */
  async tabTo(testId: string, key = 'Tab'): Promise<void> {
    const has = () =>
      this.page.evaluate((id) => document.activeElement?.closest(`[data-testid="${id}"]`) != null, testId);
    for (let pressed = 0; pressed < 60; pressed += 1) {
      if (await has()) return;
      await this.press(key);
    }
    throw new Error(`${testId} is not reached with ${key}`);
  }
}

async function serve(page: Page): Promise<void> {
  await page.route('**/*', (route) => {
    const url = new URL(route.request().url());
    if (url.origin !== ORIGIN) return route.abort();
    const name = url.pathname === '/' ? '/index.html' : url.pathname;
    return route.fulfill({
      path: join(DIST, name),
      headers: {
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        'content-security-policy': policy,
      },
    });
  });
}

export const test = base.extend<{ nuthatch: NuthatchPage }>({
  nuthatch: async ({ page }, use) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== 'data:' && origin !== ORIGIN) faults.push(`asked for ${request.url()}`);
    });
    await page.addInitScript(() => {
      const inside = window as Inside;
      inside.refused = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        inside.refused?.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
      );
    });
    await serve(page);
    await use(new NuthatchPage(page));
    const refused = await page.evaluate(() => (window as Inside).refused ?? []);
    expect(refused, 'the policy refused nothing').toEqual([]);
    expect(faults, 'the page threw nothing and asked for nothing else').toEqual([]);
  },
});

export { expect };
